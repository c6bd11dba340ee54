//! What the upstream still has to do: judge what the fallback answered, take feedback that apps gave meanwhile.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ApiTokenId, Detection, DetectionId, Judgement, Label, NewDetection, upstream::Backlog};
use serde_json::{Map, Value};

use crate::Result;

/// An app's feedback that the upstream could not take at once.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAppFeedback {
    /// The detection it is about.
    pub detection_id: DetectionId,
    /// Whose word it is.
    pub token_id: ApiTokenId,
    /// What the app says.
    pub label: Label,
    /// Fields that the guide does not name.
    pub extra: Map<String, Value>,
    /// When to try first.
    pub due_at: DateTime<Utc>,
}

/// Feedback of an app that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct AppFeedback {
    /// Id of the row; a newer word on the same detection has another.
    pub id: i64,
    /// The detection it is about.
    pub detection_id: DetectionId,
    /// The upstream's `detection_id`.
    pub upstream_id: String,
    /// What the app says.
    pub label: Label,
    /// Fields that the guide does not name.
    pub extra: Map<String, Value>,
    /// Attempts so far.
    pub attempts: u32,
}

/// Two queues that wait for the upstream; they survive crashes.
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
    /// verdict changes, an audit event says so.
    async fn rejudged(&self, id: DetectionId, judgement: &Judgement, at: DateTime<Utc>) -> Result<()>;

    /// Several of [`rejudged`](Self::rejudged), in one transaction.
    async fn all_rejudged(&self, judged: &[(DetectionId, Judgement)], at: DateTime<Utc>) -> Result<()>;

    /// The row that was logged of a submission, where its app was told something before and the row does not say so yet: the newest
    /// with the same content of the same token, at about the same time.
    async fn logged_meanwhile(&self, told: &NewDetection) -> Result<Option<DetectionId>>;

    /// Keeps beside a row what its app was told before the row could be written, under that answer's `detection_id`.
    async fn told_before(&self, id: DetectionId, told: &Judgement, at: DateTime<Utc>) -> Result<()>;

    /// How often the recheck failed.
    async fn recheck_attempts(&self, id: DetectionId) -> Result<u32>;

    /// The recheck failed; try again at `retry_at`, or never.
    async fn recheck_deferred(
        &self,
        id: DetectionId,
        retry_at: Option<DateTime<Utc>>,
        error: &str,
    ) -> Result<()>;

    /// Keeps an app's feedback until the upstream takes it. It replaces an older word of an app on the same detection.
    async fn queue_app_feedback(&self, feedback: &NewAppFeedback) -> Result<()>;

    /// Feedback of apps that is due at `now`, oldest first, at most `limit`; what the fallback judged waits for its
    /// verdict.
    async fn due_app_feedback(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<AppFeedback>>;

    /// Takes one that is due, as [`claim_rechecks`](Self::claim_rechecks) does; false when somebody else has it.
    async fn claim_app_feedback(&self, id: i64, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<bool>;

    /// Gives it back: it was not sent after all.
    async fn release_app_feedback(&self, id: i64) -> Result<()>;

    /// The upstream took it, or refused it for good.
    async fn app_feedback_settled(&self, id: i64) -> Result<()>;

    /// It failed for now; try again at `retry_at`.
    async fn app_feedback_deferred(&self, id: i64, retry_at: DateTime<Utc>, error: &str) -> Result<()>;

    /// Forgets what waits for a detection: the upstream took a newer word.
    async fn forget_app_feedback(&self, detection: DetectionId) -> Result<()>;
}
