//! Feedback on its way upstream.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{DecisionId, DetectionId, JudgedBy, Label, OutboxCounts};

use crate::Result;

/// Feedback that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxItem {
    /// Id of the outbox row.
    pub id: i64,
    /// The decision behind it.
    pub decision_id: DecisionId,
    /// The detection it is about.
    pub detection_id: DetectionId,
    /// The upstream's `detection_id`.
    pub upstream_id: String,
    /// Who judged the detection, and so knows it.
    pub judged_by: JudgedBy,
    /// What to tell the upstream.
    pub label: Label,
    /// Attempts so far, without the one that it is taken for.
    pub attempts: u32,
}

/// The queue between decisions and the upstream; survives crashes, sends at least once.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Rows that are due at `now`, oldest first, at most `limit`; what is on its way is not due. Only looks.
    async fn due_feedback(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<OutboxItem>>;

    /// Takes rows that are due, to send them: counts the attempt, and keeps everybody else from sending anything about their
    /// detections until the outcome is told, or until `until` if this program does not live to tell it.
    async fn claim_feedback(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<OutboxItem>>;

    /// When the next row falls due, if one waits.
    async fn next_feedback_due(&self) -> Result<Option<DateTime<Utc>>>;

    /// The upstream accepted it.
    async fn feedback_sent(&self, id: i64, at: DateTime<Utc>) -> Result<()>;

    /// It failed for now; try again at `retry_at`. Where the request may still arrive, nothing else is said about its detection
    /// before `quiet_until`: the older word must not arrive last.
    async fn feedback_deferred(
        &self,
        id: i64,
        retry_at: DateTime<Utc>,
        quiet_until: Option<DateTime<Utc>>,
        error: &str,
    ) -> Result<()>;

    /// It failed for good.
    async fn feedback_failed(&self, id: i64, at: DateTime<Utc>, error: &str) -> Result<()>;

    /// It was not sent, since the upstream does not know what another judged. It is due again once the upstream judges it; at
    /// once where it has done so since `item` was taken.
    async fn feedback_unknown(&self, item: &OutboxItem, at: DateTime<Utc>) -> Result<()>;

    /// How much waits and how much failed.
    async fn outbox_counts(&self) -> Result<OutboxCounts>;
}
