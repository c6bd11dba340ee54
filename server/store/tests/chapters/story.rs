//! Notes and earlier verdicts; detections that resemble one another.

use domain::{DetectionId, JudgedBy, Label};
use store::{NewNote, Store};

use crate::fresh::Fresh;
use crate::samples::{detection, judgement, moderator, noon, seconds};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let id = store.insert_detection(&detection("free money for everybody tonight")).await.unwrap();
    notes(&*store, id).await;
    past_verdicts(&*store, id).await;
    resemblance(&*store, id).await;
    suggestions(&*store).await;
}

async fn notes(store: &dyn Store, id: DetectionId) {
    let ana = moderator(store, "Ana").await;
    let note = |detection_id, body: &str, after| NewNote {
        detection_id,
        user_id: ana.id,
        body: body.to_owned(),
        written_at: noon() + seconds(after),
    };
    let first = store.add_note(&note(id, "Asked the <b>shop</b>.", 1)).await.unwrap().unwrap();
    store.add_note(&note(id, "They know him.", 2)).await.unwrap().unwrap();
    assert_eq!((first.author.as_str(), first.written_at), ("Ana", noon() + seconds(1)));
    let bodies: Vec<_> = store.notes(id).await.unwrap().into_iter().map(|note| note.body).collect();
    assert_eq!(bodies, ["Asked the <b>shop</b>.", "They know him."], "oldest first");
    assert_eq!(store.add_note(&note(DetectionId(999), "x", 3)).await.unwrap(), None);
    let events = store.audit_events(None, 10).await.unwrap();
    let noted: Vec<_> = events.iter().filter(|event| event.action == "detection.noted").collect();
    assert_eq!(noted.len(), 2);
    assert_eq!((noted[0].user_name.as_deref(), noted[0].subject.as_str()), (Some("Ana"), "detection:1"));
    assert!(!noted[0].details.to_string().contains("know"), "the record holds no text");
}

async fn past_verdicts(store: &dyn Store, id: DetectionId) {
    assert_eq!(store.past_verdicts(id).await.unwrap(), []);
    let mut first = judgement("first", 12.0);
    first.judged_by = JudgedBy::Detector;
    store.rejudged(id, &first, noon() + seconds(5)).await.unwrap();
    store.rejudged(id, &judgement("second", 90.0), noon() + seconds(9)).await.unwrap();
    let past = store.past_verdicts(id).await.unwrap();
    assert_eq!(past.iter().map(|past| past.score).collect::<Vec<_>>(), [80.0, 12.0], "oldest first");
    assert_eq!((past[1].verdict, past[1].judged_by), (Label::Ham, JudgedBy::Detector));
    assert_eq!(past[1].replaced_at, noon() + seconds(9));
}

async fn resemblance(store: &dyn Store, id: DetectionId) {
    let same = store.insert_detection(&detection("free money")).await.unwrap();
    let mut other = detection("Buy \"money\" \u{200b}to\u{200b}night, 垃圾");
    other.content_hash = [8; 32];
    other.content.email = Some("everybody@example.com".to_owned());
    let other = store.insert_detection(&other).await.unwrap();

    let (count, newest) = store.same_text(id, 5, 100).await.unwrap();
    assert_eq!((count.count, count.more, newest), (1, false, vec![same]));
    let (count, newest) = store.same_text(other, 5, 100).await.unwrap();
    assert_eq!((count.count, newest), (0, vec![]));

    let words = ["money", "tonight", "everybody", "absent", "\"\0"].map(str::to_owned);
    let holders = store.holders(&words, 2).await.unwrap();
    assert_eq!(
        holders,
        [vec![other, same], vec![other, id], vec![id], vec![], vec![]],
        "newest, message only"
    );

    let mut starts = store.message_starts(&[id, same, DetectionId(999)], 6).await.unwrap();
    starts.sort();
    assert_eq!(starts, [(id, "free m".to_owned()), (same, "free m".to_owned())]);
    let rows = store.summaries(&[other, DetectionId(999), id]).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [other, id], "in the order asked for");
}

async fn suggestions(store: &dyn Store) {
    for site in ["blog.example.com", "Shop.example.com", "blog.example.com"] {
        let mut new = detection(site);
        new.site = Some(site.to_owned());
        store.insert_detection(&new).await.unwrap();
    }
    let sites = store.known_sites(10).await.unwrap();
    let folded: Vec<_> = sites.iter().map(|site| site.to_lowercase()).collect();
    assert_eq!(folded, ["blog.example.com", "shop.example.com"], "each once, whatever its case");
    assert_eq!(store.known_sites(1).await.unwrap(), ["blog.example.com"]);
    assert_eq!(store.known_imports(10).await.unwrap(), [0; 0]);
}
