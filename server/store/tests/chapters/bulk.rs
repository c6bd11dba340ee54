use domain::{BulkKind, BulkState, DetectionId, Label, RowRef, User, UserId};
use store::{BulkFate, BulkStep, NewBulk, Store};

use crate::fresh::Fresh;
use crate::samples::{decide, detection, moderator, noon, seconds};

fn new(user_id: UserId, kind: BulkKind, rows: Vec<RowRef>) -> NewBulk {
    NewBulk {
        user_id,
        kind,
        with: domain::LabelParts::default(),
        q: None,
        rows,
        created_at: noon(),
        send_after: noon() + seconds(10),
    }
}

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let store = &*store;
    let (ana, ben) = (moderator(store, "Ana").await, moderator(store, "Ben").await);
    let mut rows = Vec::new();
    for number in 0..5 {
        let id = store.insert_detection(&detection(&format!("message {number}"))).await.unwrap();
        rows.push(RowRef { id, version: 0 });
    }
    let label = async |id: DetectionId| store.detection(id).await.unwrap().unwrap().label;

    // Ben decides about one while Ana's page is open; another is gone.
    decide(store, rows[1].id, Label::Ham, &ben).await;
    let gone = RowRef { id: DetectionId(999), version: 0 };
    let selection = rows.iter().copied().chain([gone]).collect();
    let action = store.start_bulk(&new(ana.id, BulkKind::Spam, selection)).await.unwrap();
    assert_eq!((action.state, action.total, action.done), (BulkState::Running, 5, 0));
    assert_eq!(store.bulk_at_work().await.unwrap(), std::slice::from_ref(&action));

    let step = |limit, at| BulkStep {
        id: action.id,
        at: noon() + seconds(at),
        send_after: noon() + seconds(at + 10),
        limit,
    };
    assert_eq!(store.bulk_label(&step(3, 1)).await.unwrap(), [rows[4].id, rows[3].id, rows[2].id]);
    let half = store.bulk(action.id).await.unwrap().unwrap();
    assert_eq!((half.state, half.done, half.skipped), (BulkState::Running, 3, 0));
    assert_eq!(half.send_after, noon() + seconds(11));
    assert_eq!(store.bulk_label(&step(3, 2)).await.unwrap(), [rows[0].id]);
    let all = store.bulk(action.id).await.unwrap().unwrap();
    assert_eq!((all.state, all.done, all.skipped), (BulkState::Done, 4, 1));
    assert_eq!(label(rows[1].id).await, Some(Label::Ham), "Ben's word stands");
    assert!(store.bulk_at_work().await.unwrap().is_empty());
    assert_eq!(store.undoable(ana.id, noon() + seconds(3)).await.unwrap(), [], "the action is undone as one");
    assert_eq!(store.bulk_of(ana.id, noon() + seconds(3)).await.unwrap(), [all]);
    assert_eq!(store.bulk_of(ben.id, noon()).await.unwrap(), []);

    // Nobody else may take it back; what Ben decides since stands.
    let from = [BulkState::Running, BulkState::Done];
    assert!(!store.turn_bulk(action.id, ben.id, &from, BulkState::Undoing, noon()).await.unwrap());
    decide(store, rows[0].id, Label::Ham, &ben).await;
    assert!(store.turn_bulk(action.id, ana.id, &from, BulkState::Undoing, noon()).await.unwrap());
    assert_eq!(store.bulk_undo(&step(2, 3)).await.unwrap().len(), 2);
    assert_eq!(store.bulk_undo(&step(2, 3)).await.unwrap().len(), 1);
    assert_eq!(store.bulk(action.id).await.unwrap().unwrap().state, BulkState::Undone);
    assert_eq!(label(rows[0].id).await, Some(Label::Ham));
    for row in &rows[2..] {
        assert_eq!(label(row.id).await, None);
    }
    assert!(
        !store.turn_bulk(action.id, ana.id, &from, BulkState::Undoing, noon()).await.unwrap(),
        "only once"
    );

    overruled_then_undone(store, &ana, &ben).await;
    cancelling(store, ana.id, &rows).await;
    rechecking(store, ana.id, &rows).await;
    let actions: Vec<_> =
        store.audit_events(None, 500).await.unwrap().into_iter().map(|event| event.action).collect();
    for action in ["bulk.started", "bulk.finished", "bulk.undone", "bulk.cancelled"] {
        assert!(actions.iter().any(|recorded| recorded == action), "{action}");
    }
}

/// A search is listed page by page, and may be stopped meanwhile.
async fn cancelling(store: &dyn Store, ana: UserId, rows: &[RowRef]) {
    let searching = NewBulk { q: Some("message".to_owned()), ..new(ana, BulkKind::Ham, Vec::new()) };
    let action = store.start_bulk(&searching).await.unwrap();
    assert_eq!(action.state, BulkState::Listing);
    assert_eq!(store.bulk_listed_to(action.id).await.unwrap(), None);
    store.bulk_listed(action.id, &rows[3..], false).await.unwrap();
    assert_eq!(store.bulk_listed_to(action.id).await.unwrap(), Some(rows[3].id));
    store.bulk_listed(action.id, &rows[2..3], true).await.unwrap();
    let listed = store.bulk(action.id).await.unwrap().unwrap();
    assert_eq!((listed.state, listed.total), (BulkState::Running, 3));
    let from = [BulkState::Listing, BulkState::Running];
    assert!(store.turn_bulk(action.id, ana, &from, BulkState::Cancelled, noon()).await.unwrap());
    let step = BulkStep { id: action.id, at: noon(), send_after: noon(), limit: 9 };
    assert!(store.bulk_label(&step).await.unwrap().is_empty());
    assert_eq!(store.detection(rows[2].id).await.unwrap().unwrap().label, None);
}

async fn rechecking(store: &dyn Store, ana: UserId, rows: &[RowRef]) {
    let action = store.start_bulk(&new(ana, BulkKind::Recheck, rows[..2].to_vec())).await.unwrap();
    let waiting = store.bulk_rows(action.id, 9).await.unwrap();
    assert_eq!(waiting.len(), 2);
    store.bulk_settled(action.id, waiting[0].id, BulkFate::Done, noon()).await.unwrap();
    store.bulk_settled(action.id, waiting[0].id, BulkFate::Done, noon()).await.unwrap();
    store.bulk_settled(action.id, waiting[1].id, BulkFate::Failed, noon()).await.unwrap();
    let ended = store.bulk(action.id).await.unwrap().unwrap();
    assert_eq!((ended.state, ended.done, ended.failed), (BulkState::Done, 1, 1), "each counts once");
}

/// A colleague overrules a row of the action, the action is undone, the colleague undoes theirs: the action's label does not come
/// back, and the upstream is not told of it.
async fn overruled_then_undone(store: &dyn Store, ana: &User, ben: &User) {
    let id = store.insert_detection(&detection("overruled in between")).await.unwrap();
    let action =
        store.start_bulk(&new(ana.id, BulkKind::Ham, vec![RowRef { id, version: 0 }])).await.unwrap();
    let step = BulkStep { id: action.id, at: noon(), send_after: noon() + seconds(10), limit: 9 };
    assert_eq!(store.bulk_label(&step).await.unwrap(), [id]);
    let bens = decide(store, id, Label::Spam, ben).await;
    let from = [BulkState::Running, BulkState::Done];
    assert!(store.turn_bulk(action.id, ana.id, &from, BulkState::Undoing, noon()).await.unwrap());
    assert_eq!(store.bulk_undo(&step).await.unwrap(), [], "Ben's word stands");
    assert_eq!(store.detection(id).await.unwrap().unwrap().label, Some(Label::Spam));
    store.undo(bens.id, ben.id, noon() + seconds(1)).await.unwrap();
    assert_eq!(store.detection(id).await.unwrap().unwrap().label, None, "nothing stands any more");
    let waiting = store.due_feedback(noon() + seconds(9999), 99).await.unwrap();
    assert!(waiting.iter().all(|item| item.detection_id != id), "{waiting:?}");
}
