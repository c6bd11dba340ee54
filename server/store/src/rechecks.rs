//! What the upstream still has to judge: what the fallback answered.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Detection, DetectionId, Judgement, upstream::Backlog};

use crate::Result;

/// What waits for the upstream's verdict; it survives crashes.
#[async_trait]
pub trait Rechecks: Send + Sync {
    /// What waits for the upstream, each counted no further than [`domain::paging::COUNT_BOUND`].
    async fn backlog(&self) -> Result<Backlog>;

    /// Detections of the fallback that are due to be judged, the longest due first, at most `limit`. What is never judged
    /// again costs nothing here, however much of it there is.
    async fn due_rechecks(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<Detection>>;

    /// Replaces the fallback's verdict by the upstream's. The old one is kept, and found by its `detection_id`; if the
    /// verdict changes, an audit event says so. Feedback that waited for the upstream to know the detection is due.
    async fn rejudged(&self, id: DetectionId, judgement: &Judgement, at: DateTime<Utc>) -> Result<()>;

    /// How often the recheck failed.
    async fn recheck_attempts(&self, id: DetectionId) -> Result<u32>;

    /// The recheck failed; try again at `retry_at`, or never.
    async fn recheck_deferred(
        &self,
        id: DetectionId,
        retry_at: Option<DateTime<Utc>>,
        error: &str,
    ) -> Result<()>;
}
