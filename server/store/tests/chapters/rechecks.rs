//! What waits for an upstream that is away.

use domain::{DetectionId, JudgedBy, NewDetection};
use store::Store;

use crate::fresh::Fresh;
use crate::samples::{detection, judgement, noon, seconds};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let first = store.insert_detection(&unjudged("first")).await.unwrap();
    store.insert_detection(&detection("judged at once")).await.unwrap();
    let second = store.insert_detection(&unjudged("second")).await.unwrap();
    let third = store.insert_detection(&unjudged("third")).await.unwrap();
    assert_eq!(due(&*store, 0).await, [first, second, third], "oldest first");

    // Later, never, and more often than once.
    store.recheck_deferred(first, Some(noon() + seconds(5)), "500").await.unwrap();
    store.recheck_deferred(second, None, "422").await.unwrap();
    assert_eq!(due(&*store, 0).await, [third]);
    assert_eq!(due(&*store, 5).await, [third, first], "the longest due first");
    assert_eq!(store.backlog().await.unwrap().rechecks.count, 2, "what is never asked again does not wait");
    store.recheck_deferred(first, Some(noon()), "500").await.unwrap();
    assert_eq!(store.recheck_attempts(first).await.unwrap(), 2);
    assert_eq!(store.recheck_attempts(third).await.unwrap(), 0);

    // Of two programs one asks; what it gives back or does not live to ask is asked by the other.
    let claim = async |after| {
        let now = noon() + seconds(after);
        let claimed = store.claim_rechecks(now, now + seconds(60), 10).await.unwrap();
        claimed.into_iter().map(|detection| detection.id).collect::<Vec<_>>()
    };
    assert_eq!(claim(0).await, [first, third]);
    assert_eq!(claim(1).await, []);
    store.release_rechecks(&[third]).await.unwrap();
    assert_eq!(claim(2).await, [third]);
    assert_eq!(claim(60).await, [first]);
    store.release_rechecks(&[first, third]).await.unwrap();

    store.rejudged(first, &judgement("real-first", 80.0), noon()).await.unwrap();
    assert_eq!(due(&*store, 99).await, [third]);

    // Both ids lead to the row, and a changed verdict is on record; one that stays is not.
    for id in ["away-first", "real-first"] {
        assert_eq!(store.detection_by_upstream_id(id).await.unwrap().unwrap().id, first);
    }
    store.rejudged(third, &judgement("real-third", 20.0), noon()).await.unwrap();
    // The new verdict's keys are searched by; the old ones are not.
    for (search, found) in
        [("judged:activelayer id:real-third", 1), ("id:away-third", 0), ("judged:fallback third", 0)]
    {
        let query = domain::SearchQuery::parse(search).unwrap();
        assert_eq!(store.count(&query, noon()).await.unwrap().count, found, "{search}");
    }
    let events = store.audit_events(None, 10).await.unwrap();
    let changed: Vec<_> = events.iter().filter(|e| e.action == "detection.verdict_changed").collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].subject, format!("detection:{}", first.0));
}

/// What the fallback let pass.
fn unjudged(message: &str) -> NewDetection {
    let mut new = detection(message);
    new.judgement = judgement(&format!("away-{message}"), 0.0);
    new.judgement.judged_by = JudgedBy::Fallback;
    new
}

async fn due(store: &dyn Store, after: i64) -> Vec<DetectionId> {
    let due = store.due_rechecks(noon() + seconds(after), 10).await.unwrap();
    due.into_iter().map(|detection| detection.id).collect()
}
