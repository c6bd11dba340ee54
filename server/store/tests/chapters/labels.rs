//! Decisions, undos, and what each leaves behind.

use domain::{DecisionId, DetectionId, FeedbackState, Label, UserId};
use serde_json::json;
use store::{LabelOutcome, LabelRemoval, NewDecision, RemovalOutcome, Store, UndoOutcome};

use crate::fresh::Fresh;
use crate::samples::{decide, decision, detection, moderator, noon, seconds};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let store = &*store;
    let (ana, ben) = (moderator(store, "Ana").await, moderator(store, "Ben").await);
    let id = store.insert_detection(&detection("A real customer")).await.unwrap();

    let first = decide(store, id, Label::Ham, &ana).await;
    assert_eq!((first.label, first.previous, first.user_name.as_str()), (Label::Ham, None, "Ana"));
    assert_eq!((first.sent_at, first.undone_at, first.last_error.as_deref()), (None, None, None));
    let row = store.detection(id).await.unwrap().unwrap();
    assert_eq!((row.label, row.labelled_by.as_deref()), (Some(Label::Ham), Some("Ana")));
    assert_eq!((row.labelled_at, row.version, row.feedback), (Some(noon()), 1, FeedbackState::Pending));
    let event = store.audit_events(None, 1).await.unwrap().remove(0);
    assert_eq!((event.action.as_str(), event.subject), ("detection.labelled", format!("detection:{}", id.0)));
    assert_eq!(event.details, json!({ "decision": first.id.0, "label": "ham", "previous": null }));

    // Ben saw the page before Ana decided.
    let stale = NewDecision { seen_version: Some(0), ..decision(id, Label::Spam, &ben) };
    assert_eq!(store.decide(&stale).await.unwrap(), LabelOutcome::Stale(Some(first.clone())));
    assert_eq!(store.detection(id).await.unwrap().unwrap(), row, "nothing was written");
    assert_eq!(store.audit_events(None, 9).await.unwrap().len(), 1);

    // Having seen it, he overrules her.
    let seen = NewDecision {
        seen_version: Some(1),
        decided_at: noon() + seconds(5),
        send_after: noon() + seconds(15),
        ..decision(id, Label::Spam, &ben)
    };
    let LabelOutcome::Decided(second) = store.decide(&seen).await.unwrap() else { panic!("not decided") };
    assert_eq!((second.label, second.previous), (Label::Spam, Some(Label::Ham)));
    assert_eq!(store.decisions(id).await.unwrap(), [first.clone(), second.clone()]);

    undoing(store, id, (&ana, &ben), (first.id, second.id)).await;
    removing(store, (&ana, &ben)).await;

    let nowhere = decision(DetectionId(999), Label::Spam, &ana);
    assert_eq!(store.decide(&nowhere).await.unwrap(), LabelOutcome::NotFound);
}

async fn undoing(
    store: &dyn Store,
    id: DetectionId,
    (ana, ben): (&domain::User, &domain::User),
    (first, second): (DecisionId, DecisionId),
) {
    let undo = async |decision, by: UserId| store.undo(decision, by, noon() + seconds(6)).await.unwrap();
    let undoable = async |by: UserId, after| {
        let decisions = store.undoable(by, noon() + seconds(after)).await.unwrap();
        decisions.into_iter().map(|decision| decision.id).collect::<Vec<_>>()
    };
    assert_eq!(undoable(ana.id, 6).await, [], "superseded");
    assert_eq!(undoable(ben.id, 6).await, [second]);
    assert_eq!(undoable(ben.id, 15).await, [], "too late");
    assert_eq!(undo(first, ana.id).await, UndoOutcome::Superseded);
    assert_eq!(undo(second, ana.id).await, UndoOutcome::NotFound, "it is Ben's");
    assert_eq!(undo(DecisionId(999), ana.id).await, UndoOutcome::NotFound);

    let UndoOutcome::Cancelled(undone) = undo(second, ben.id).await else { panic!("not cancelled") };
    assert_eq!(undone.undone_at, Some(noon() + seconds(6)));
    let row = store.detection(id).await.unwrap().unwrap();
    assert_eq!(
        (row.label, row.labelled_by.as_deref(), row.labelled_at),
        (Some(Label::Ham), Some("Ana"), Some(noon()))
    );
    assert_eq!((row.version, row.feedback), (3, FeedbackState::Pending), "Ana's word is on its way again");
    assert_eq!(store.next_feedback_due().await.unwrap(), Some(noon() + seconds(10)), "at its own time");
    let event = store.audit_events(None, 1).await.unwrap().remove(0);
    assert_eq!((event.action.as_str(), event.user_name.as_deref()), ("detection.label_undone", Some("Ben")));
    assert_eq!(event.details, json!({ "decision": second.0, "label": "spam", "restored": "ham" }));
    assert_eq!(undo(second, ben.id).await, UndoOutcome::Superseded, "only once");

    assert_eq!(undoable(ana.id, 6).await, [first]);
    assert!(matches!(undo(first, ana.id).await, UndoOutcome::Cancelled(_)));
    let row = store.detection(id).await.unwrap().unwrap();
    assert_eq!((row.label, row.labelled_by, row.labelled_at), (None, None, None));
    assert_eq!((row.version, row.feedback), (4, FeedbackState::None));
    assert_eq!(store.next_feedback_due().await.unwrap(), None);
    assert_eq!(undoable(ana.id, 6).await, []);
}

/// A label is removed at any time, by anybody, with what lay under it; the upstream learns what stands then.
async fn removing(store: &dyn Store, (ana, ben): (&domain::User, &domain::User)) {
    let id = store.insert_detection(&detection("Removed")).await.unwrap();
    decide(store, id, Label::Ham, ana).await;
    decide(store, id, Label::Ham, ben).await;
    let due = store.due_feedback(noon() + seconds(60), 10).await.unwrap();
    store.feedback_sent(due.last().unwrap().id, noon() + seconds(60)).await.unwrap();
    let remove = async |seen_version| {
        let at = noon() + seconds(3600);
        let removal = LabelRemoval { detection_id: id, user_id: ana.id, at, seen_version };
        store.remove_label(&removal).await.unwrap()
    };
    assert_eq!(remove(1).await, RemovalOutcome::Stale(store.decisions(id).await.unwrap().pop()));
    assert_eq!(remove(2).await, RemovalOutcome::Removed);
    let row = store.detection(id).await.unwrap().unwrap();
    assert_eq!((row.label, row.labelled_by, row.feedback), (None, None, FeedbackState::Pending));
    assert!(store.decisions(id).await.unwrap().iter().all(|decision| decision.undone_at.is_some()));
    let due = store.due_feedback(noon() + seconds(3600), 10).await.unwrap();
    let words: Vec<_> = due.iter().filter(|item| item.detection_id == id).map(|item| item.label).collect();
    assert_eq!(words, [Label::Spam], "the verdict");
    let events = store.audit_events(None, 2).await.unwrap();
    let by: Vec<_> = events.iter().map(|event| (event.action.as_str(), event.user_name.as_deref())).collect();
    assert_eq!(by, [("detection.label_undone", Some("Ana")); 2]);
    let nowhere =
        LabelRemoval { detection_id: DetectionId(999), user_id: ana.id, at: noon(), seen_version: 0 };
    assert_eq!(store.remove_label(&nowhere).await.unwrap(), RemovalOutcome::NotFound);
}
