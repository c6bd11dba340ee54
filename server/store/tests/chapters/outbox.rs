//! The queue upstream: order, retries, and requests that are under way while minds change.

use std::sync::Arc;

use domain::{Decision, DetectionId, FeedbackState, JudgedBy, Judgement, Label, OutboxCounts, User};
use store::{OutboxItem, Store, UndoOutcome};

use crate::fresh::Fresh;
use crate::samples::{decide, detection, judgement, moderator, noon, seconds};

/// A store with one detection, judged spam, and one moderator.
struct Scene {
    store: Arc<dyn Store>,
    ana: User,
    id: DetectionId,
}

impl Scene {
    async fn set(store: Arc<dyn Store>) -> Self {
        let ana = moderator(&*store, "Ana").await;
        let id = store.insert_detection(&detection("judged spam")).await.unwrap();
        Self { store, ana, id }
    }

    async fn decide(&self, label: Label) -> Decision {
        decide(&*self.store, self.id, label, &self.ana).await
    }

    async fn undo(&self, decision: &Decision) -> UndoOutcome {
        self.store.undo(decision.id, self.ana.id, noon() + seconds(20)).await.unwrap()
    }

    /// What waits, however late.
    async fn waiting(&self) -> Vec<OutboxItem> {
        self.store.due_feedback(noon() + seconds(1_000_000), 10).await.unwrap()
    }

    /// The labels that wait.
    async fn words(&self) -> Vec<Label> {
        self.waiting().await.into_iter().map(|item| item.label).collect()
    }

    /// Takes the only row that waits, as the worker does before it asks the upstream.
    async fn take(&self) -> OutboxItem {
        let mut items = self.waiting().await;
        assert_eq!(items.len(), 1);
        items.remove(0)
    }

    async fn sent(&self, item: &OutboxItem) {
        self.store.feedback_sent(item.id, noon() + seconds(30)).await.unwrap();
    }

    async fn state(&self) -> (Option<Label>, FeedbackState) {
        let row = self.store.detection(self.id).await.unwrap().unwrap();
        (row.label, row.feedback)
    }
}

pub(crate) async fn tell(fresh: &impl Fresh) {
    due_in_order(Scene::set(fresh.store().await).await).await;
    retried_and_refused(Scene::set(fresh.store().await).await).await;
    undone_after_sending(Scene::set(fresh.store().await).await).await;
    overruled_then_undone_after_sending(Scene::set(fresh.store().await).await).await;
    undone_under_way(Scene::set(fresh.store().await).await).await;
    overruled_under_way(Scene::set(fresh.store().await).await).await;
    reported_after_the_newer_word(Scene::set(fresh.store().await).await).await;
    undone_after_an_unclear_attempt(Scene::set(fresh.store().await).await).await;
    unclear_end_after_an_undo(Scene::set(fresh.store().await).await).await;
    a_cancelled_reversal_comes_back(Scene::set(fresh.store().await).await).await;
    undone_after_a_refusal(Scene::set(fresh.store().await).await).await;
    waits_for_a_real_verdict(Scene::set(fresh.store().await).await).await;
    killed_under_way(Scene::set(fresh.store().await).await).await;
    may_still_arrive(Scene::set(fresh.store().await).await).await;
    judged_again_meanwhile(Scene::set(fresh.store().await).await).await;
    claimed_by_one(Scene::set(fresh.store().await).await).await;
    due_too_late(Scene::set(fresh.store().await).await).await;
}

async fn due_in_order(scene: Scene) {
    let store = &*scene.store;
    assert_eq!(store.next_feedback_due().await.unwrap(), None);
    let decision = scene.decide(Label::Ham).await;
    let mut later = crate::samples::decision(
        store.insert_detection(&detection("second")).await.unwrap(),
        Label::Spam,
        &scene.ana,
    );
    later.send_after = noon() + seconds(12);
    store.decide(&later).await.unwrap();
    assert_eq!(store.outbox_counts().await.unwrap(), OutboxCounts { pending: 2, failed: 0 });
    assert_eq!(store.next_feedback_due().await.unwrap(), Some(noon() + seconds(10)));
    let due = async |after, limit| store.due_feedback(noon() + seconds(after), limit).await.unwrap();
    assert_eq!(due(9, 10).await, [], "undo is still free");
    let first = due(10, 10).await.remove(0);
    let expected = OutboxItem {
        id: first.id,
        decision_id: decision.id,
        detection_id: scene.id,
        upstream_id: "upstream-judged spam".to_owned(),
        judged_by: JudgedBy::ActiveLayer,
        label: Label::Ham,
        attempts: 0,
    };
    assert_eq!(due(11, 10).await, std::slice::from_ref(&expected));
    assert_eq!(due(12, 10).await.len(), 2);
    assert_eq!(due(12, 1).await, [expected], "oldest first");
    scene.sent(&first).await;
    scene.sent(&first).await;
    assert_eq!(scene.state().await, (Some(Label::Ham), FeedbackState::Sent));
    assert_eq!(store.decisions(scene.id).await.unwrap()[0].sent_at, Some(noon() + seconds(30)));
    assert_eq!(store.outbox_counts().await.unwrap(), OutboxCounts { pending: 1, failed: 0 });
}

async fn retried_and_refused(scene: Scene) {
    let store = &*scene.store;
    scene.decide(Label::Ham).await;
    let item = scene.take().await;
    store.feedback_deferred(item.id, noon() + seconds(100), None, "timed out").await.unwrap();
    assert_eq!(store.next_feedback_due().await.unwrap(), Some(noon() + seconds(100)));
    assert_eq!(scene.take().await, OutboxItem { attempts: 1, ..item.clone() });
    assert_eq!(store.decisions(scene.id).await.unwrap()[0].last_error.as_deref(), Some("timed out"));
    store.feedback_failed(item.id, noon() + seconds(101), "404 unknown detection").await.unwrap();
    assert_eq!(scene.words().await, []);
    assert_eq!(scene.state().await, (Some(Label::Ham), FeedbackState::Failed));
    assert_eq!(store.outbox_counts().await.unwrap(), OutboxCounts { pending: 0, failed: 1 });
    let decision = store.decisions(scene.id).await.unwrap().remove(0);
    assert_eq!((decision.sent_at, decision.last_error.as_deref()), (None, Some("404 unknown detection")));
    scene.decide(Label::Ham).await;
    assert_eq!(store.outbox_counts().await.unwrap(), OutboxCounts { pending: 1, failed: 0 }, "tried anew");
}

async fn undone_after_sending(scene: Scene) {
    let decision = scene.decide(Label::Ham).await;
    scene.sent(&scene.take().await).await;
    let UndoOutcome::Reversed(undone) = scene.undo(&decision).await else { panic!("not reversed") };
    assert_eq!(undone.sent_at, Some(noon() + seconds(30)), "what was sent stays on record");
    assert_eq!(scene.state().await, (None, FeedbackState::Pending));
    assert_eq!(scene.words().await, [Label::Spam], "the verdict, when there was no label before");
    assert_eq!(scene.store.next_feedback_due().await.unwrap(), Some(noon() + seconds(20)), "at once");
    scene.sent(&scene.take().await).await;
    assert_eq!(scene.state().await, (None, FeedbackState::Sent));
    let decision = scene.store.decisions(scene.id).await.unwrap().remove(0);
    assert_eq!(decision, undone, "the reversal is not the decision's own feedback");
}

async fn overruled_then_undone_after_sending(scene: Scene) {
    scene.decide(Label::Ham).await;
    scene.sent(&scene.take().await).await;
    let second = scene.decide(Label::Spam).await;
    assert!(matches!(scene.undo(&second).await, UndoOutcome::Cancelled(_)));
    assert_eq!(scene.words().await, [], "the upstream knows \"ham\" already");
    assert_eq!(scene.state().await, (Some(Label::Ham), FeedbackState::Sent));

    let third = scene.decide(Label::Spam).await;
    scene.sent(&scene.take().await).await;
    assert!(matches!(scene.undo(&third).await, UndoOutcome::Reversed(_)));
    assert_eq!(scene.words().await, [Label::Ham], "the previous label");
    assert_eq!(scene.state().await, (Some(Label::Ham), FeedbackState::Pending));
}

/// The request had left when the undo came; the upstream accepts it afterwards.
async fn undone_under_way(scene: Scene) {
    let decision = scene.decide(Label::Ham).await;
    let item = scene.take().await;
    assert!(matches!(scene.undo(&decision).await, UndoOutcome::Cancelled(_)));
    assert_eq!(scene.state().await, (None, FeedbackState::None));
    scene.sent(&item).await;
    assert_eq!(scene.words().await, [Label::Spam], "so the verdict follows");
    assert_eq!(scene.state().await, (None, FeedbackState::Pending));
    scene.sent(&item).await;
    assert_eq!(scene.words().await, [Label::Spam], "once");
}

/// A newer decision waits while the older one's request comes back: nothing more is needed.
async fn overruled_under_way(scene: Scene) {
    scene.decide(Label::Ham).await;
    let item = scene.take().await;
    scene.decide(Label::Spam).await;
    scene.sent(&item).await;
    assert_eq!(scene.words().await, [Label::Spam]);
    let decisions = scene.store.decisions(scene.id).await.unwrap();
    assert_eq!(decisions[0].sent_at, Some(noon() + seconds(30)), "it was sent, cancelled or not");
    assert_eq!(decisions[1].sent_at, None);
}

/// The older request comes back after the newer word was accepted: nobody knows which the upstream saw last.
async fn reported_after_the_newer_word(scene: Scene) {
    scene.decide(Label::Ham).await;
    let older = scene.take().await;
    scene.decide(Label::Spam).await;
    scene.sent(&scene.take().await).await;
    scene.sent(&older).await;
    assert_eq!(scene.words().await, [Label::Spam], "what stands is said once more");
}

/// A time-out says nothing about what the upstream did with the request.
async fn undone_after_an_unclear_attempt(scene: Scene) {
    let decision = scene.decide(Label::Ham).await;
    let item = scene.take().await;
    scene.store.feedback_deferred(item.id, noon() + seconds(60), None, "timed out").await.unwrap();
    assert!(matches!(scene.undo(&decision).await, UndoOutcome::Reversed(_)));
    assert_eq!(scene.words().await, [Label::Spam]);
}

async fn unclear_end_after_an_undo(scene: Scene) {
    let decision = scene.decide(Label::Ham).await;
    let item = scene.take().await;
    scene.undo(&decision).await;
    scene.store.feedback_deferred(item.id, noon() + seconds(60), None, "timed out").await.unwrap();
    assert_eq!(scene.words().await, [Label::Spam]);

    let again = scene.decide(Label::Ham).await;
    let item = scene.take().await;
    scene.undo(&again).await;
    let waiting = scene.waiting().await;
    scene.store.feedback_failed(item.id, noon() + seconds(60), "404").await.unwrap();
    assert_eq!(scene.waiting().await, waiting, "a refusal taught the upstream nothing");
}

/// A decision cancels the reversal of an earlier one; undoing that decision must bring the reversal back.
async fn a_cancelled_reversal_comes_back(scene: Scene) {
    let first = scene.decide(Label::Ham).await;
    scene.sent(&scene.take().await).await;
    scene.undo(&first).await;
    let second = scene.decide(Label::Ham).await;
    assert_eq!(scene.words().await, [Label::Ham], "the newest word counts");
    assert!(matches!(scene.undo(&second).await, UndoOutcome::Cancelled(_)));
    assert_eq!(scene.words().await, [Label::Spam]);
    assert_eq!(scene.state().await, (None, FeedbackState::Pending));
}

async fn undone_after_a_refusal(scene: Scene) {
    let decision = scene.decide(Label::Ham).await;
    let item = scene.take().await;
    scene.store.feedback_failed(item.id, noon() + seconds(11), "404").await.unwrap();
    assert!(matches!(scene.undo(&decision).await, UndoOutcome::Cancelled(_)), "nothing reached the upstream");
    assert_eq!(scene.words().await, []);
}

/// The upstream knows nothing of what it has not judged: feedback on it waits until it has.
async fn waits_for_a_real_verdict(scene: Scene) {
    let store = &*scene.store;
    let mut passed = detection("passed while away");
    passed.judgement = Judgement { judged_by: JudgedBy::Fallback, ..judgement("", 0.0) };
    let id = store.insert_detection(&passed).await.unwrap();
    decide(store, id, Label::Spam, &scene.ana).await;
    assert_eq!(scene.words().await, []);
    assert_eq!(store.next_feedback_due().await.unwrap(), None);
    assert_eq!(store.outbox_counts().await.unwrap(), OutboxCounts { pending: 1, failed: 0 });
    store.rejudge(id, &judgement("real", 12.0)).await.unwrap();
    let item = scene.take().await;
    assert_eq!((item.upstream_id.as_str(), item.label), ("real", Label::Spam));
}

/// An attempt is written before its request leaves: what is undone while it is under way is taken back, though nobody lives to tell
/// the outcome.
async fn killed_under_way(scene: Scene) {
    let (store, until) = (&*scene.store, noon() + seconds(70));
    let decision = scene.decide(Label::Ham).await;
    let claimed = store.claim_feedback(noon() + seconds(10), until, 10).await.unwrap();
    assert_eq!((claimed.len(), claimed[0].label, claimed[0].attempts), (1, Label::Ham, 0));
    let UndoOutcome::Reversed(_) = scene.undo(&decision).await else { panic!("it may have been sent") };
    let due = async |after| store.due_feedback(noon() + seconds(after), 10).await.unwrap();
    assert_eq!(due(69).await, [], "the first request may still arrive, and must not arrive last");
    let opposite = due(71).await;
    assert_eq!((opposite.len(), opposite[0].label), (1, Label::Spam));
}

/// A request that nobody waited for any more may still arrive: what stands now is said after it.
async fn may_still_arrive(scene: Scene) {
    let store = &*scene.store;
    scene.decide(Label::Ham).await;
    let item = store.claim_feedback(noon() + seconds(10), noon() + seconds(50), 10).await.unwrap().remove(0);
    let quiet_until = Some(noon() + seconds(25));
    store.feedback_deferred(item.id, noon() + seconds(40), quiet_until, "no answer in time").await.unwrap();
    scene.decide(Label::Spam).await;
    let due = async |after| store.due_feedback(noon() + seconds(after), 10).await.unwrap();
    assert_eq!(due(24).await, []);
    let opposite = due(25).await;
    assert_eq!((opposite.len(), opposite[0].label), (1, Label::Spam));
}

/// Nobody upstream knew the detection when it was taken, and somebody does when that is noted.
async fn judged_again_meanwhile(scene: Scene) {
    let store = &*scene.store;
    let mut here = detection("judged here");
    here.judgement = Judgement { judged_by: JudgedBy::Detector, ..judgement("local", 90.0) };
    let id = store.insert_detection(&here).await.unwrap();
    decide(store, id, Label::Ham, &scene.ana).await;
    let item = store.claim_feedback(noon() + seconds(10), noon() + seconds(50), 10).await.unwrap().remove(0);
    store.rejudge(id, &judgement("real", 12.0)).await.unwrap();
    store.feedback_unknown(&item, noon() + seconds(11)).await.unwrap();
    let item = scene.take().await;
    assert_eq!((item.upstream_id.as_str(), item.label), ("real", Label::Ham));
    store.feedback_unknown(&item, noon() + seconds(12)).await.unwrap();
    assert_eq!(scene.waiting().await, []);
}

/// Two programs on one database: what one has taken the other leaves alone, until the outcome is told.
async fn claimed_by_one(scene: Scene) {
    let store = &*scene.store;
    scene.decide(Label::Ham).await;
    let claim = async |after| {
        let now = noon() + seconds(after);
        store.claim_feedback(now, now + seconds(60), 10).await.unwrap()
    };
    let first = claim(10).await;
    assert_eq!((first.len(), claim(11).await.len()), (1, 0));
    store.feedback_deferred(first[0].id, noon() + seconds(15), None, "timed out").await.unwrap();
    assert_eq!(claim(14).await, []);
    let second = claim(15).await;
    assert_eq!((second.len(), second[0].attempts), (1, 1), "an attempt counts once");
    assert_eq!(claim(74).await, []);
    assert_eq!(claim(75).await.len(), 1, "whoever had it was killed");
    scene.sent(&second[0]).await;
    assert_eq!(scene.state().await, (Some(Label::Ham), FeedbackState::Sent));
    assert_eq!(claim(200).await, []);
}

/// The clock was a day ahead when the retry was written.
async fn due_too_late(scene: Scene) {
    let store = &*scene.store;
    let day = 86_400;
    scene.decide(Label::Ham).await;
    let ahead = noon() + seconds(day);
    let item = store.claim_feedback(ahead, ahead + seconds(60), 10).await.unwrap().remove(0);
    store.feedback_deferred(item.id, ahead + seconds(5), None, "timed out").await.unwrap();
    assert_eq!(store.bring_forward(noon() + seconds(60), noon() + seconds(60)).await.unwrap(), 1);
    assert_eq!(store.due_feedback(noon() + seconds(60), 10).await.unwrap().len(), 1);
    store.claim_feedback(ahead, ahead + seconds(60), 10).await.unwrap();
    assert_eq!(
        store.bring_forward(noon() + seconds(60), noon() + seconds(60)).await.unwrap(),
        1,
        "a claim too"
    );
    assert_eq!(store.due_feedback(noon() + seconds(61), 10).await.unwrap().len(), 1);
}
