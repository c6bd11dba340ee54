//! Moderators' decisions.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Decision, DecisionId, DetectionId, Label, LabelParts, Standing, UserId};

use crate::Result;

/// A decision about to be made.
#[derive(Clone, Debug)]
pub struct NewDecision {
    /// What is decided about.
    pub detection_id: DetectionId,
    /// The label to set.
    pub label: Label,
    /// Who decides.
    pub user_id: UserId,
    /// Now.
    pub decided_at: DateTime<Utc>,
    /// When the feedback may leave; until then undo cancels it.
    pub send_after: DateTime<Utc>,
    /// The version that the moderator saw; `None` decides whatever happened meanwhile.
    pub seen_version: Option<i64>,
    /// What comes with it.
    pub with: LabelParts,
}

/// What became of a decision.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelOutcome {
    /// Label, audit event and outbox row are written.
    Decided(Decision),
    /// There is no such detection.
    NotFound,
    /// Somebody decided since `seen_version`; nothing was written. Carries the standing decision.
    Stale(Option<Decision>),
}

/// A label about to be removed.
#[derive(Clone, Copy, Debug)]
pub struct LabelRemoval {
    /// Whose label.
    pub detection_id: DetectionId,
    /// Who removes it.
    pub user_id: UserId,
    /// Now.
    pub at: DateTime<Utc>,
    /// The version that the moderator saw.
    pub seen_version: i64,
}

/// What became of a removal.
#[derive(Clone, Debug, PartialEq)]
pub enum RemovalOutcome {
    /// No label stands any more.
    Removed,
    /// There is no such detection.
    NotFound,
    /// Somebody decided since `seen_version`; nothing was written. Carries the standing decision.
    Stale(Option<Decision>),
}

/// What became of an undo.
#[derive(Clone, Debug, PartialEq)]
pub enum UndoOutcome {
    /// The previous label stands again, and nothing had been sent: the outbox row is cancelled.
    Cancelled(Decision),
    /// The previous label stands again; feedback had been sent, so the opposite is queued.
    Reversed(Decision),
    /// There is no such decision, or it is another person's.
    NotFound,
    /// It was undone before, or a later decision stands on it; nothing was written.
    Superseded,
}

/// Writes and reads decisions. Every write is one transaction over label, audit event and outbox row.
#[async_trait]
pub trait Labels: Send + Sync {
    /// Sets a label. An outbox row of an earlier decision that still waits is cancelled: the newest word counts.
    async fn decide(&self, decision: &NewDecision) -> Result<LabelOutcome>;

    /// Takes a decision back, and restores what stood before. Feedback that was sent already is followed by the
    /// opposite, due at once: the previous label, or the verdict when there was none.
    async fn undo(&self, decision: DecisionId, by: UserId, at: DateTime<Utc>) -> Result<UndoOutcome>;

    /// Takes back every decision that stands on a detection, whoever made it, so that no label is left. What was sent is followed by
    /// what stands then, due at once: the app's word, or the verdict.
    async fn remove_label(&self, removal: &LabelRemoval) -> Result<RemovalOutcome>;

    /// The decisions of `user` that undo still cancels (`send_after > now`, not undone or superseded), newest first. Those
    /// of bulk actions are undone by the action, and not among them.
    async fn undoable(&self, user: UserId, now: DateTime<Utc>) -> Result<Vec<Decision>>;

    /// Every decision on a detection, oldest first.
    async fn decisions(&self, detection: DetectionId) -> Result<Vec<Decision>>;

    /// What stands of some detections (at most 500), by id; what is not there is left out.
    async fn standings(&self, detections: &[DetectionId]) -> Result<Vec<Standing>>;
}
