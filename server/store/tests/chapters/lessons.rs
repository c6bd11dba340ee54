//! What the detector learns from.

use domain::{DetectionId, Fallback, Label, Teacher};
use store::{LessonBasis, LessonSource, NewApiToken, Past, PastLabel, Store};

use super::app_words::word;
use crate::fresh::Fresh;
use crate::samples::{decide, detection, moderator, noon, seconds};

use LessonSource::{Feedback, Labels};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let ana = moderator(&*store, "ana").await;
    let one = store.insert_detection(&detection("one")).await.unwrap();
    let two = store.insert_detection(&detection("two")).await.unwrap();
    assert_eq!(changes(&*store, Labels, 0).await, [], "nothing is labelled");

    let by_ana = Teacher::Person(ana.id);
    let (spam, ham) = (Some((by_ana, Label::Spam)), Some((by_ana, Label::Ham)));
    let first = decide(&*store, one, Label::Spam, &ana).await.id;
    let second = decide(&*store, two, Label::Ham, &ana).await.id;
    assert_eq!(changes(&*store, Labels, 0).await, [(1, one, spam), (2, two, ham)]);

    // Another word comes last, and counts once.
    let changed = decide(&*store, one, Label::Ham, &ana).await.id;
    assert_eq!(changes(&*store, Labels, 0).await, [(2, two, ham), (3, one, ham)]);

    // So does taking it back, until nothing stands.
    store.undo(changed, ana.id, noon() + seconds(1)).await.unwrap();
    assert_eq!(changes(&*store, Labels, 3).await, [(4, one, spam)]);
    store.undo(first, ana.id, noon() + seconds(2)).await.unwrap();
    assert_eq!(changes(&*store, Labels, 4).await, [(5, one, None)]);

    assert_eq!(store.first_lesson(Labels, 9).await.unwrap(), 0);
    assert_eq!(store.first_lesson(Labels, 1).await.unwrap(), 2, "only the newest");

    // Apps have a sequence of their own. Their last word counts, where no moderator's stands.
    let shop = token(&*store).await;
    let says = async |id, label, after| drop(store.app_said(&word(id, shop, label, after)).await.unwrap());
    says(one, Label::Spam, 3).await;
    says(two, Label::Spam, 4).await;
    says(one, Label::Ham, 5).await;
    let by_shop = Some((Teacher::App(shop), Label::Ham));
    assert_eq!(changes(&*store, Feedback, 0).await, [(2, two, ham), (3, one, by_shop)]);
    assert_eq!(store.first_lesson(Feedback, 1).await.unwrap(), 2);
    store.undo(second, ana.id, noon() + seconds(6)).await.unwrap();
    assert_eq!(changes(&*store, Labels, 5).await, [(6, two, Some((Teacher::App(shop), Label::Spam)))]);

    // Where people decide what the app says, it is their word.
    store.mark_api_token("shop", true, None, noon()).await.unwrap();
    let by_people = Some((Teacher::PeopleOf(shop), Label::Ham));
    assert_eq!(changes(&*store, Feedback, 2).await, [(3, one, by_people)]);
    assert_eq!(store.lesson_basis().await.unwrap().of_people, [shop]);
    store.mark_api_token("shop", false, None, noon()).await.unwrap();

    // A reset ends both, and is on record; also the command line's.
    assert_eq!(store.lesson_basis().await.unwrap(), LessonBasis::default());
    store.forget_lessons(Some(ana.id), noon() + seconds(7)).await.unwrap();
    store.forget_lessons(None, noon() + seconds(8)).await.unwrap();
    assert_eq!(store.lesson_basis().await.unwrap().reset, 2);
    assert_eq!(store.first_lesson(Labels, 9).await.unwrap(), 6);
    assert_eq!(store.first_lesson(Feedback, 9).await.unwrap(), 3);
    let events = store.audit_events(None, 2).await.unwrap();
    assert!(events.iter().all(|event| event.action == "lessons.forgotten"), "{events:?}");
    assert_eq!([&events[1].user_name, &events[0].user_name], [&Some("ana".to_owned()), &None]);

    // What was forgotten does not come back when a label that came later is taken back.
    let third = decide(&*store, two, Label::Spam, &ana).await.id;
    assert_eq!(changes(&*store, Labels, 6).await, [(7, two, spam)]);
    store.undo(third, ana.id, noon() + seconds(9)).await.unwrap();
    assert_eq!(changes(&*store, Labels, 7).await, [(8, two, None)]);

    // What is made up teaches nothing: neither its own labels nor those that somebody gives it later.
    store.begin_load().await.unwrap();
    for text in ["three", "four"] {
        let label = PastLabel {
            row: 0,
            label: Label::Spam,
            user_id: ana.id,
            decided_at: noon(),
            sent_at: noon(),
            accepted: true,
        };
        let past = Past {
            detections: vec![detection(text), detection(&format!("{text} again"))],
            labels: vec![label],
        };
        store.load(past).await.unwrap();
    }
    store.finish_load().await.unwrap();
    let made_up = (1..=4).map(|after| DetectionId(two.0 + after));
    assert_eq!(changes(&*store, Labels, 8).await, []);
    for id in made_up {
        assert!(store.detection(id).await.unwrap().is_some());
        decide(&*store, id, Label::Ham, &ana).await;
    }
    let told = changes(&*store, Labels, 8).await;
    assert!(told.len() == 4 && told.iter().all(|(.., stands)| stands.is_none()), "{told:?}");
    let six = store.insert_detection(&detection("six")).await.unwrap();
    decide(&*store, six, Label::Ham, &ana).await;
    assert_eq!(changes(&*store, Labels, 0).await.last().unwrap().2, ham);
}

async fn changes(
    store: &dyn Store,
    source: LessonSource,
    after: i64,
) -> Vec<(i64, DetectionId, Option<(Teacher, Label)>)> {
    let changes = store.lesson_changes(source, after, 9).await.unwrap();
    changes.into_iter().map(|change| (change.number, change.detection.id, change.stands)).collect()
}

async fn token(store: &dyn Store) -> domain::ApiTokenId {
    let new = NewApiToken {
        name: "shop".to_owned(),
        hash: [1; 32],
        prefix: "gvl_1".to_owned(),
        site: "shop.example.com".to_owned(),
        per_minute: None,
        fallback: Fallback::Pass,
        bounds: domain::TokenBounds::default(),
        created_by: None,
        created_at: noon(),
    };
    store.create_api_token(&new).await.unwrap().id
}
