//! What the detector learns from.

use std::sync::Arc;

use domain::{DetectionId, Label};
use store::Store;

use crate::samples::{decide, detection, moderator, noon, seconds};

pub(crate) async fn tell(store: Arc<dyn Store>) {
    let ana = moderator(&*store, "ana").await;
    let one = store.insert_detection(&detection("one")).await.unwrap();
    let two = store.insert_detection(&detection("two")).await.unwrap();
    assert_eq!(changes(&*store, 0).await, [], "nothing is labelled");

    let first = decide(&*store, one, Label::Spam, &ana).await.id;
    decide(&*store, two, Label::Ham, &ana).await;
    assert_eq!(changes(&*store, 0).await, [(1, one, Some(Label::Spam)), (2, two, Some(Label::Ham))]);

    // Another word comes last, and counts once.
    let changed = decide(&*store, one, Label::Ham, &ana).await.id;
    assert_eq!(changes(&*store, 0).await, [(2, two, Some(Label::Ham)), (3, one, Some(Label::Ham))]);
    assert_eq!(store.label_changes(2, 9).await.unwrap()[0].by, Some(ana.id));

    // So does taking it back, until nothing stands.
    store.undo(changed, ana.id, noon() + seconds(1)).await.unwrap();
    assert_eq!(changes(&*store, 3).await, [(4, one, Some(Label::Spam))]);
    store.undo(first, ana.id, noon() + seconds(2)).await.unwrap();
    assert_eq!(changes(&*store, 4).await, [(5, one, None)]);
    assert_eq!(store.label_changes(4, 9).await.unwrap()[0].by, None);

    assert_eq!(store.first_lesson(9).await.unwrap(), 0);
    assert_eq!(store.first_lesson(1).await.unwrap(), 2, "only the newest");
    assert_eq!(store.forget_lessons(ana.id, noon()).await.unwrap(), 5);
    assert_eq!(store.first_lesson(9).await.unwrap(), 5);
    decide(&*store, two, Label::Spam, &ana).await;
    assert_eq!(changes(&*store, 5).await, [(6, two, Some(Label::Spam))]);
}

async fn changes(store: &dyn Store, after: i64) -> Vec<(i64, DetectionId, Option<Label>)> {
    let changes = store.label_changes(after, 9).await.unwrap();
    changes.into_iter().map(|change| (change.number, change.detection.id, change.detection.label)).collect()
}
