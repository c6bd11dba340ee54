//! What the upstream still has to judge: what the fallback answered.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Detection, DetectionId, Judgement, NewDetection, upstream::Backlog};

use crate::Result;

/// What waits for the upstream's verdict; it survives crashes.
#[async_trait]
pub trait Rechecks: Send + Sync {
    /// What waits for the upstream, each counted no further than [`domain::paging::COUNT_BOUND`].
    async fn backlog(&self) -> Result<Backlog>;

    /// Detections of the fallback that are due to be judged, the longest due first, at most `limit`. What is never judged
    /// again costs nothing here, however much of it there is.
    async fn due_rechecks(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<Detection>>;

    /// Takes detections that are due, so that no other program asks for them too: until they are judged or deferred, or until
    /// `until` if this program does not live to do so.
    async fn claim_rechecks(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Detection>>;

    /// Gives back what was taken and not asked for after all.
    async fn release_rechecks(&self, ids: &[DetectionId]) -> Result<()>;

    /// Replaces the fallback's verdict by the upstream's. The old one is kept, and found by its `detection_id`; if the
    /// verdict changes, an audit event says so. Feedback that waited for the upstream to know the detection is due.
    async fn rejudged(&self, id: DetectionId, judgement: &Judgement, at: DateTime<Utc>) -> Result<()>;

    /// Several of [`rejudged`](Self::rejudged), in one transaction.
    async fn all_rejudged(&self, judged: &[(DetectionId, Judgement)], at: DateTime<Utc>) -> Result<()>;

    /// The row that was logged of a submission, where its app was told something before and the row does not say so yet: the newest
    /// with the same content of the same token, at about the same time.
    async fn logged_meanwhile(&self, told: &NewDetection) -> Result<Option<DetectionId>>;

    /// Keeps beside a row what its app was told before the row could be written, under that answer's `detection_id`. False when
    /// the row is not there.
    async fn told_before(&self, id: DetectionId, told: &Judgement, at: DateTime<Utc>) -> Result<bool>;

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
