//! Submissions are kept while they are judged, and come into the log in whatever order their verdicts do.

use domain::{
    Circumstances, DetectionId, JudgedBy, Judgement, NewDetection, Order, PageRequest, SearchQuery,
};
use store::{Appended, Store};

use crate::fresh::Fresh;
use crate::samples::{detection, judgement, noon, seconds};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let late = kept(&*store, "walrus that was asked about for long").await;
    let soon = kept(&*store, "walrus that was judged at once").await;
    let pasted = store.insert_detection(&detection("walrus that was pasted meanwhile")).await.unwrap();
    assert!(late < soon && soon < pasted, "an id is given once, in the order of arrival");
    assert_eq!(store.detection(soon).await.unwrap(), None, "not in the log before it is judged");
    assert_eq!(found(&*store, "walrus").await, [pasted]);

    // Overtaken by what was pasted, whose words are written.
    let appended = store.append_detections(&[judged(soon, "walrus that was judged at once")]).await.unwrap();
    assert_eq!(appended, [Appended { id: soon, token_rotations: None }]);
    let upstream_id = "upstream-walrus that was judged at once";
    assert_eq!(store.detection_by_upstream_id(upstream_id).await.unwrap().unwrap().id, soon, "known at once");
    match found(&*store, "walrus").await.len() {
        1 => assert_eq!(store.index_appended(10).await.unwrap(), 1, "its words are written behind it"),
        _ => assert_eq!(store.index_appended(10).await.unwrap(), 0, "its words are written with it"),
    }
    assert_eq!(store.index_appended(10).await.unwrap(), 0);
    assert_eq!(found(&*store, "walrus").await, [pasted, soon]);
    assert_eq!(store.detection_by_upstream_id(upstream_id).await.unwrap().unwrap().id, soon);

    what_was_left_comes_back(&*store, late).await;
    many_are_kept_at_once(&*store).await;

    assert!(store.index_appended(1).await.unwrap() <= 1, "the oldest first, one at a time");
    assert_eq!(found(&*store, "walrus").await, [pasted, soon, late]);
    while store.index_appended(10).await.unwrap() > 0 {}
}

/// Nobody knows any more what was to become of it.
async fn what_was_left_comes_back(store: &dyn Store, late: DetectionId) {
    let fresh = keep(store, NewDetection { created_at: noon() + seconds(9), ..unjudged("fresh") }).await.id;
    let left = store.left_submissions(noon() + seconds(9), 10).await.unwrap();
    let mut expected = unjudged("walrus that was asked about for long");
    expected.circumstances.submission = Some(late);
    assert_eq!(left, [expected], "neither what is in the log nor what is fresh");
    store.append_detections(&left).await.unwrap();
    assert_eq!(store.detection(late).await.unwrap().unwrap().judgement.judged_by, JudgedBy::Fallback);
    let all = store.left_submissions(noon() + seconds(10), 10).await.unwrap();
    assert_eq!(all.iter().map(|new| new.circumstances.submission).collect::<Vec<_>>(), [Some(fresh)]);
    store.append_detections(&all).await.unwrap();
}

async fn many_are_kept_at_once(store: &dyn Store) {
    let many: Vec<_> = (0..70).map(|number| unjudged(&format!("one of many {number}"))).collect();
    let kept = store.keep_submissions(&many).await.unwrap();
    let ids: Vec<_> = kept.iter().map(|kept| kept.id.0).collect();
    assert_eq!(ids, (ids[0]..ids[0] + 70).collect::<Vec<_>>(), "in their order");
    let mut rows: Vec<_> = many
        .into_iter()
        .zip(&kept)
        .map(|(new, kept)| {
            let circumstances = Circumstances { submission: Some(kept.id), ..new.circumstances };
            NewDetection { circumstances, ..new }
        })
        .collect();
    rows.reverse();
    rows.insert(3, detection("one that was not kept"));
    let appended = store.append_detections(&rows).await.unwrap();
    let (told, own): (Vec<_>, Vec<_>) = appended.iter().map(|row| row.id.0).partition(|id| ids.contains(id));
    assert_eq!(told, ids.iter().rev().copied().collect::<Vec<_>>());
    assert_eq!(own, [ids[69] + 1]);
    for row in appended.iter().zip(&rows) {
        let logged = store.detection(row.0.id).await.unwrap().unwrap();
        assert_eq!(logged.content, row.1.content);
    }
}

fn unjudged(message: &str) -> NewDetection {
    let judgement = Judgement { judged_by: JudgedBy::Fallback, ..judgement("", 0.0) };
    NewDetection { judgement, ..detection(message) }
}

fn judged(id: DetectionId, message: &str) -> NewDetection {
    let circumstances = Circumstances { submission: Some(id), ..Circumstances::default() };
    NewDetection { circumstances, ..detection(message) }
}

async fn keep(store: &dyn Store, new: NewDetection) -> Appended {
    store.keep_submissions(&[new]).await.unwrap()[0]
}

async fn kept(store: &dyn Store, message: &str) -> DetectionId {
    keep(store, unjudged(message)).await.id
}

async fn found(store: &dyn Store, words: &str) -> Vec<DetectionId> {
    let request = PageRequest { order: Order::Newest, from: None, limit: 10 };
    let page = store.search(&SearchQuery::parse(words).unwrap(), &request, noon()).await.unwrap();
    page.rows.iter().map(|row| row.id).collect()
}
