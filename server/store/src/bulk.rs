//! One action on many detections, in steps that survive a restart.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{BulkAction, BulkId, BulkKind, BulkState, DetectionId, LabelParts, RowRef, UserId};

use crate::Result;

/// A bulk action about to begin.
#[derive(Clone, Debug)]
pub struct NewBulk {
    /// Who asks for it.
    pub user_id: UserId,
    /// What is done.
    pub kind: BulkKind,
    /// What comes with each label.
    pub with: LabelParts,
    /// The search whose matches it is about; what matches is listed later, with [`Bulk::bulk_listed`].
    pub q: Option<String>,
    /// The selection; empty for a search.
    pub rows: Vec<RowRef>,
    /// Now.
    pub created_at: DateTime<Utc>,
    /// When feedback may leave.
    pub send_after: DateTime<Utc>,
}

/// A step of a bulk action.
#[derive(Clone, Copy, Debug)]
pub struct BulkStep {
    /// Which action.
    pub id: BulkId,
    /// Now.
    pub at: DateTime<Utc>,
    /// When the feedback of this step may leave, at the earliest.
    pub send_after: DateTime<Utc>,
    /// At most this many detections.
    pub limit: u32,
}

/// How a detection of a bulk action fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkFate {
    /// It was done.
    Done,
    /// It was gone, or somebody decided meanwhile.
    Skipped,
    /// The upstream refused it.
    Failed,
}

/// Writes and reads bulk actions. Each step is one transaction.
#[async_trait]
pub trait Bulk: Send + Sync {
    /// Puts an action on the list; `listing` for a search, else `running`.
    async fn start_bulk(&self, new: &NewBulk) -> Result<BulkAction>;

    /// One action.
    async fn bulk(&self, id: BulkId) -> Result<Option<BulkAction>>;

    /// The actions that are being worked on, oldest first.
    async fn bulk_at_work(&self) -> Result<Vec<BulkAction>>;

    /// A person's actions that are at work or that undo still takes back (`send_after > now`), newest first.
    async fn bulk_of(&self, user: UserId, now: DateTime<Utc>) -> Result<Vec<BulkAction>>;

    /// Where listing goes on: the last detection listed.
    async fn bulk_listed_to(&self, id: BulkId) -> Result<Option<DetectionId>>;

    /// Adds matches to an action that is `listing`. With `complete` it is `running` afterwards.
    async fn bulk_listed(&self, id: BulkId, rows: &[RowRef], complete: bool) -> Result<()>;

    /// Sets the action's label on the next detections, and finishes the action when none is left. Returns the detections
    /// that were decided.
    async fn bulk_label(&self, step: &BulkStep) -> Result<Vec<DetectionId>>;

    /// Takes back the next decisions of an action that is `undoing`, and finishes when none is left. What was decided since
    /// stands. Returns the detections that were restored.
    async fn bulk_undo(&self, step: &BulkStep) -> Result<Vec<DetectionId>>;

    /// The next detections of a recheck.
    async fn bulk_rows(&self, id: BulkId, limit: u32) -> Result<Vec<RowRef>>;

    /// Notes how a detection of a recheck fared, and finishes the action when none is left.
    async fn bulk_settled(
        &self,
        id: BulkId,
        detection: DetectionId,
        fate: BulkFate,
        at: DateTime<Utc>,
    ) -> Result<()>;

    /// Moves an action of `by` on, if it is in one of the states `from`: to `cancelled` (what it had still to do is
    /// forgotten) or to `undoing`. Writes an audit event. Returns whether it was.
    async fn turn_bulk(
        &self,
        id: BulkId,
        by: UserId,
        from: &[BulkState],
        to: BulkState,
        at: DateTime<Utc>,
    ) -> Result<bool>;
}
