//! Loading a past: many detections at once, with what moderators made of them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Label, NewDetection, UserId};

use crate::Result;

/// Some detections with their past, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The detections.
    pub detections: Vec<NewDetection>,
    /// What was decided about some of them, in their order; about each no more than once.
    pub labels: Vec<PastLabel>,
}

/// A decision whose feedback is settled.
#[derive(Clone, Copy, Debug)]
pub struct PastLabel {
    /// Which of [`Past::detections`].
    pub row: usize,
    /// The label that was set.
    pub label: Label,
    /// Who set it.
    pub user_id: UserId,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// When its feedback left.
    pub sent_at: DateTime<Utc>,
    /// Whether the upstream accepted the feedback; else it was refused for good.
    pub accepted: bool,
}

/// Writes a past, far faster than it happened. Begin, load as often as it takes, finish. A load that was cut off is finished
/// when the database is opened next; what was loaded by then stays.
#[async_trait]
pub trait Loading: Send + Sync {
    /// Whether there is no detection at all.
    async fn is_log_empty(&self) -> Result<bool>;

    /// Makes ready. On an empty log the indexes go, and come back sorted when the load is finished: nobody should search
    /// meanwhile.
    async fn begin_load(&self) -> Result<()>;

    /// Writes a stretch of the past in one transaction. Verdicts of the fallback are not asked for again, no feedback waits, and
    /// the detector learns nothing from it, since it is made up.
    async fn load(&self, past: Past) -> Result<()>;

    /// Brings the indexes back. After this the log is like one that grew by itself.
    async fn finish_load(&self) -> Result<()>;
}
