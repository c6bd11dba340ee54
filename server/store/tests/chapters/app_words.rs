//! What apps say: what stands of it, and its way to the upstream, in order.

use domain::{
    ApiTokenId, Detection, DetectionId, Fallback, JudgedBy, Label, NewDetection, SearchQuery, WordWay,
};
use serde_json::Map;
use store::{AppFeedback, AppFeedbackOutcome as Outcome, NewApiToken, NewAppWord, Store};

use crate::fresh::Fresh;
use crate::samples::{decide, decision, detection, judgement, moderator, noon, seconds};

pub(crate) async fn tell(fresh: &impl Fresh) {
    the_last_word_stands(&*fresh.store().await).await;
    an_older_word_never_overtakes(&*fresh.store().await).await;
    judged_again_under_way(&*fresh.store().await).await;
    what_nobody_answered_is_told_again(&*fresh.store().await).await;
    a_clock_that_jumps_back(&*fresh.store().await).await;
    what_the_upstream_does_not_know_waits_for_it(&*fresh.store().await).await;
    words_and_labels_go_in_the_order_of_time(&*fresh.store().await).await;
    an_undone_label_gives_way_to_the_word(&*fresh.store().await).await;
    what_the_app_was_told(&*fresh.store().await).await;
    addresses_of_apps(&*fresh.store().await).await;
}

async fn one(store: &dyn Store) -> (DetectionId, ApiTokenId) {
    (store.insert_detection(&detection("one")).await.unwrap(), token(store, "shop", Fallback::Pass).await)
}

async fn row(store: &dyn Store, id: DetectionId) -> Detection {
    store.detection(id).await.unwrap().unwrap()
}

async fn claimed(store: &dyn Store, after: i64) -> Vec<AppFeedback> {
    store.claim_app_feedback(noon() + seconds(after), noon() + seconds(after + 60), 10).await.unwrap()
}

async fn found(store: &dyn Store, search: &str) -> u64 {
    store.count(&SearchQuery::parse(search).unwrap(), noon()).await.unwrap().count
}

async fn the_last_word_stands(store: &dyn Store) {
    let (id, shop) = one(store).await;
    assert_eq!(row(store, id).await.app_word, None);
    for (label, after) in [(Label::Spam, 1), (Label::Ham, 2)] {
        store.app_said(&word(id, shop, label, after)).await.unwrap();
    }
    assert_eq!(row(store, id).await.app_word, Some(Label::Ham));
    assert_eq!(store.summaries(&[id]).await.unwrap()[0].app_word, Some(Label::Ham));
    assert_eq!(store.standings(&[id]).await.unwrap()[0].app_word, Some(Label::Ham));
    let words = store.app_words(id).await.unwrap();
    let told: Vec<_> = words.iter().map(|word| (word.app.as_str(), word.label, word.way)).collect();
    assert_eq!(told, [("shop", Label::Spam, WordWay::Settled), ("shop", Label::Ham, WordWay::Waits)]);
    assert_eq!((found(store, "is:waiting").await, found(store, "is:unlabelled").await), (0, 1));
    assert_eq!((found(store, "is:contested").await, found(store, "is:disputed").await), (1, 0));
}

async fn an_older_word_never_overtakes(store: &dyn Store) {
    let (id, shop) = one(store).await;
    let first = store.app_said(&word(id, shop, Label::Spam, 0)).await.unwrap().unwrap();
    assert_eq!((first.label, first.attempts, first.upstream_id.as_str()), (Label::Spam, 0, "upstream-one"));
    assert_eq!(claimed(store, 5).await, [], "an attempt is under way");
    assert_eq!(
        store.app_said(&word(id, shop, Label::Ham, 6)).await.unwrap(),
        None,
        "the newer word waits for it"
    );
    assert_eq!(claimed(store, 7).await, []);
    // The older one failed: nothing of it is tried again.
    let failed =
        Outcome::Deferred { retry_at: noon() + seconds(9), error: "500".to_owned(), maybe_told: false };
    assert!(store.app_feedback_ended(&first, &failed).await.unwrap(), "more waits");
    let second = claimed(store, 8).await.remove(0);
    assert_eq!((second.label, second.attempts), (Label::Ham, 0));
    // A late outcome of the first settles nothing.
    store.app_feedback_ended(&first, &Outcome::Refused).await.unwrap();
    store.app_feedback_ended(&second, &failed).await.unwrap();
    let again = claimed(store, 10).await.remove(0);
    assert_eq!((again.id, again.attempts), (second.id, 1));
    // Both were begun, so the last is told once more.
    let taken = Outcome::Taken(noon() + seconds(70));
    assert!(store.app_feedback_ended(&again, &taken).await.unwrap());
    assert_eq!(store.next_app_feedback_due().await.unwrap(), Some(noon() + seconds(70)));
    assert_eq!(claimed(store, 69).await, []);
    let confirmed = claimed(store, 70).await.remove(0);
    assert_eq!(confirmed.label, Label::Ham);
    assert!(!store.app_feedback_ended(&confirmed, &taken).await.unwrap(), "and that is all");
    assert_eq!(store.next_app_feedback_due().await.unwrap(), None);
    assert_eq!(store.app_words(id).await.unwrap()[1].way, WordWay::Settled);
}

/// The word was taken as unknown to the upstream, which judged its detection before that was noted.
async fn judged_again_under_way(store: &dyn Store) {
    let shop = token(store, "shop", Fallback::Engine).await;
    let mut here = detection("judged here");
    here.judgement.judged_by = JudgedBy::Detector;
    let id = store.insert_detection(&here).await.unwrap();
    store.rejudge(id, &detection("real").judgement).await.unwrap();
    let claimed_before = store.app_said(&word(id, shop, Label::Ham, 1)).await.unwrap().unwrap();
    let old = AppFeedback { judged_by: JudgedBy::Detector, ..claimed_before };
    store.app_feedback_ended(&old, &Outcome::Unknown).await.unwrap();
    let known = claimed(store, 2).await.remove(0);
    assert_eq!((known.label, known.judged_by), (Label::Ham, JudgedBy::ActiveLayer));
    store.app_feedback_ended(&known, &Outcome::Unknown).await.unwrap();
    assert_eq!(claimed(store, 300).await, []);
}

async fn what_nobody_answered_is_told_again(store: &dyn Store) {
    let (id, shop) = one(store).await;
    let first = store.app_said(&word(id, shop, Label::Spam, 0)).await.unwrap().unwrap();
    // The program was killed meanwhile: the claim ends by itself.
    assert_eq!(claimed(store, 59).await, []);
    let again = claimed(store, 60).await.remove(0);
    assert_eq!((again.id, again.attempts), (first.id, 1));
    let timed_out =
        Outcome::Deferred { retry_at: noon() + seconds(65), error: String::new(), maybe_told: true };
    store.app_feedback_ended(&again, &timed_out).await.unwrap();
    // The same word once more is no doubt; another one is.
    let same = store.app_said(&word(id, shop, Label::Spam, 70)).await.unwrap().unwrap();
    assert!(!store.app_feedback_ended(&same, &Outcome::Taken(noon() + seconds(200))).await.unwrap());
    assert_eq!(claimed(store, 300).await, []);
}

async fn a_clock_that_jumps_back(store: &dyn Store) {
    let (id, shop) = one(store).await;
    let day = 86_400;
    let ahead = store.app_said(&word(id, shop, Label::Spam, day)).await.unwrap().unwrap();
    assert_eq!(claimed(store, 0).await, [ahead.clone()].map(|one| AppFeedback { attempts: 1, ..one }));
    let later =
        Outcome::Deferred { retry_at: noon() + seconds(day), error: String::new(), maybe_told: false };
    store.app_feedback_ended(&ahead, &later).await.unwrap();
    assert_eq!(claimed(store, 1).await.len(), 1, "nothing is put off for a day");
}

async fn what_the_upstream_does_not_know_waits_for_it(store: &dyn Store) {
    let shop = token(store, "shop", Fallback::Pass).await;
    let mut unjudged = detection("first");
    unjudged.judgement.judged_by = JudgedBy::Fallback;
    let id = store.insert_detection(&unjudged).await.unwrap();
    let mut extra = Map::new();
    extra.insert("note".to_owned(), "by hand".into());
    let unknown = |label, after| NewAppWord { extra: extra.clone(), ..word(id, shop, label, after) };
    for (label, after) in [(Label::Ham, 1), (Label::Spam, 2)] {
        assert_eq!(store.app_said(&unknown(label, after)).await.unwrap(), None);
    }
    assert_eq!((claimed(store, 99).await, store.next_app_feedback_due().await.unwrap()), (vec![], None));
    assert_eq!(store.backlog().await.unwrap().app_feedback.count, 0, "nothing waits to be sent");
    assert_eq!(store.app_words(id).await.unwrap()[1].way, WordWay::Unknown);
    // A moderator's feedback on what the detector judged is not sent either, and that is no failure.
    let ana = moderator(store, "Ana").await;
    let made = decide(store, id, Label::Spam, &ana).await;
    store.rejudged(id, &NewDetection { ..detection("first") }.judgement, noon()).await.unwrap();
    let item = store.due_feedback(noon() + seconds(99), 10).await.unwrap();
    assert_eq!(item.len(), 1);
    store.feedback_unknown(&item[0], noon() + seconds(20)).await.unwrap();
    assert_eq!(row(store, id).await.feedback, domain::FeedbackState::None);
    assert!(store.decisions(id).await.unwrap()[0].is_unknown);
    // Once the upstream judges it, both are due, the older one first.
    store.rejudged(id, &judgement("known", 20.0), noon() + seconds(30)).await.unwrap();
    let due = store.due_feedback(noon() + seconds(99), 10).await.unwrap();
    assert_eq!((due.len(), due[0].decision_id, due[0].upstream_id.as_str()), (1, made.id, "known"));
    assert_eq!(claimed(store, 99).await, [], "the moderator decided before the app spoke");
    store.feedback_sent(due[0].id, noon() + seconds(99)).await.unwrap();
    let told = claimed(store, 100).await.remove(0);
    assert_eq!((told.label, told.upstream_id.as_str(), &told.extra), (Label::Spam, "known", &extra));
    assert_eq!(told.judged_by, JudgedBy::ActiveLayer);
    // Another upstream does not know it.
    store.app_feedback_ended(&told, &Outcome::Unknown).await.unwrap();
    assert_eq!(claimed(store, 999).await, []);
}

async fn words_and_labels_go_in_the_order_of_time(store: &dyn Store) {
    let (id, shop) = one(store).await;
    let ana = moderator(store, "Ana").await;
    let said = store.app_said(&word(id, shop, Label::Ham, -5)).await.unwrap().unwrap();
    decide(store, id, Label::Spam, &ana).await;
    let late = noon() + seconds(50);
    assert_eq!(store.due_feedback(late, 10).await.unwrap(), [], "what the app said before goes first");
    store.app_feedback_ended(&said, &Outcome::Taken(late)).await.unwrap();
    let label = store.due_feedback(late, 10).await.unwrap().remove(0);
    assert_eq!(
        store.app_said(&word(id, shop, Label::Ham, 20)).await.unwrap(),
        None,
        "now it is the app's turn to wait"
    );
    store.feedback_sent(label.id, late).await.unwrap();
    assert_eq!(claimed(store, 50).await.len(), 1);
}

async fn an_undone_label_gives_way_to_the_word(store: &dyn Store) {
    let (id, shop) = one(store).await;
    let ana = moderator(store, "Ana").await;
    let said = store.app_said(&word(id, shop, Label::Ham, -5)).await.unwrap().unwrap();
    store.app_feedback_ended(&said, &Outcome::Taken(noon())).await.unwrap();
    let made = decide(store, id, Label::Spam, &ana).await;
    let label = store.due_feedback(noon() + seconds(10), 10).await.unwrap().remove(0);
    store.feedback_sent(label.id, noon() + seconds(10)).await.unwrap();
    store.undo(made.id, ana.id, noon() + seconds(20)).await.unwrap();
    let truth = store.due_feedback(noon() + seconds(20), 10).await.unwrap().remove(0);
    assert_eq!(truth.label, Label::Ham, "not the verdict, which the app has overruled");
}

async fn what_the_app_was_told(store: &dyn Store) {
    let pass = token(store, "shop", Fallback::Pass).await;
    let reject = token(store, "blog", Fallback::Reject).await;
    let asked = |message: &str, token, fallback: bool, took_ms| {
        let mut new = detection(message);
        new.judgement = judgement(message, 10.0);
        if fallback {
            new.judgement.judged_by = JudgedBy::Fallback;
        }
        (new.circumstances.token_id, new.circumstances.took_ms) = (token, took_ms);
        new
    };
    let waited = Some(4.0);
    let new = [
        asked("let pass", Some(pass), true, waited),
        asked("refused", Some(reject), true, waited),
        asked("left by a crash", Some(pass), true, None),
        asked("pasted", None, false, waited),
        asked("judged", Some(pass), false, waited),
    ];
    let ids = store.insert_detections(&new).await.unwrap();
    assert_eq!(found(store, "is:late").await, 0);
    for id in &ids {
        store.rejudged(*id, &judgement("spam", 90.0), noon()).await.unwrap();
    }
    assert_eq!((found(store, "is:late").await, row(store, ids[0]).await.told), (2, Some(Label::Ham)));
    assert_eq!(row(store, ids[4]).await.told, Some(Label::Ham), "judged again by hand");
    assert_eq!(store.overview(noon()).await.unwrap().late.count, 2);
    // Judged again to what it was at first, nothing was wrong; and once more, it is again.
    store.rejudged(ids[0], &judgement("ham", 10.0), noon()).await.unwrap();
    assert_eq!(row(store, ids[0]).await.told, None);
    store.rejudged(ids[0], &judgement("spam", 70.0), noon()).await.unwrap();
    assert_eq!(row(store, ids[0]).await.told, Some(Label::Ham));
    // A moderator's label is what stands; the app that says so itself knows.
    let ana = moderator(store, "Ana").await;
    let labelled = decide(store, ids[0], Label::Ham, &ana).await;
    assert_eq!(row(store, ids[0]).await.told, None);
    store.undo(labelled.id, ana.id, noon()).await.unwrap();
    assert_eq!(row(store, ids[0]).await.told, Some(Label::Ham));
    store.app_said(&word(ids[0], pass, Label::Spam, 9)).await.unwrap();
    assert_eq!((row(store, ids[0]).await.told, found(store, "is:late").await), (None, 1));
    // A label against the answer is late, too.
    let passed = store.insert_detection(&asked("passed", Some(pass), false, waited)).await.unwrap();
    store.decide(&decision(passed, Label::Spam, &ana)).await.unwrap();
    assert_eq!(row(store, passed).await.told, Some(Label::Ham));
}

async fn addresses_of_apps(store: &dyn Store) {
    let shop = token(store, "shop", Fallback::Pass).await;
    let from = |number: u8| std::net::IpAddr::from([198, 51, 100, number]);
    let mut new = detection("from the server");
    (new.content.ip, new.circumstances.token_id) = (Some(from(1)), Some(shop));
    let id = store.insert_detection(&new).await.unwrap();
    new.content.ip = Some(from(77));
    let writer = store.insert_detection(&new).await.unwrap();
    assert!(!row(store, id).await.ip_is_apps);
    store.note_app_address(shop, from(1)).await.unwrap();
    store.note_app_address(shop, from(1)).await.unwrap();
    assert!(row(store, id).await.ip_is_apps && !row(store, writer).await.ip_is_apps);
    for number in 2..=8 {
        store.note_app_address(shop, from(number)).await.unwrap();
    }
    assert!(row(store, id).await.ip_is_apps);
    // From so many places only browsers ask: then it is the writer's.
    store.note_app_address(shop, from(9)).await.unwrap();
    assert!(!row(store, id).await.ip_is_apps);
}

/// An app's token with this fallback.
pub(crate) async fn token(store: &dyn Store, name: &str, fallback: Fallback) -> ApiTokenId {
    let mut hash = [1; 32];
    hash[..name.len()].copy_from_slice(name.as_bytes());
    let token = NewApiToken {
        name: name.to_owned(),
        hash,
        prefix: "gvl_0123".to_owned(),
        site: "shop.example.com".to_owned(),
        per_minute: None,
        fallback,
        bounds: domain::TokenBounds::default(),
        created_by: None,
        created_at: noon(),
    };
    store.create_api_token(&token).await.unwrap().id
}

/// An app's word `after` seconds, on a detection that the upstream knows.
pub(crate) fn word(detection_id: DetectionId, token_id: ApiTokenId, label: Label, after: i64) -> NewAppWord {
    NewAppWord {
        detection_id,
        token_id,
        label,
        extra: Map::new(),
        said_at: noon() + seconds(after),
        upstream: JudgedBy::ActiveLayer,
        claimed_until: noon() + seconds(after + 60),
    }
}
