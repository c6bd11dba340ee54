//! What apps were refused, and what they were told that there is no verdict about.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ApiToken, ApiTokenId, DetectionId, Label, RefusalCount, RefusalKind};

use crate::Result;

/// Refusals of one kind since they were last written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRefusals {
    /// Whose requests; `None` where no token is known.
    pub token_id: Option<ApiTokenId>,
    /// Why they were refused.
    pub kind: RefusalKind,
    /// How many.
    pub count: u64,
    /// When the first came.
    pub first_at: DateTime<Utc>,
    /// When the last came.
    pub last_at: DateTime<Utc>,
    /// What the last one was told.
    pub reason: String,
}

/// Writes and reads refusals.
#[async_trait]
pub trait Refusals: Send + Sync {
    /// Adds to the streaks; one whose last refusal is older than `over` begins anew.
    async fn add_refusals(&self, new: &[NewRefusals], over: DateTime<Utc>) -> Result<()>;

    /// The streaks whose last refusal is not older than `since`, the newest first.
    async fn refusals(&self, since: DateTime<Utc>) -> Result<Vec<RefusalCount>>;

    /// The revoked token with this hash, or with this hash before its secret was replaced.
    async fn revoked_token_by_hash(&self, hash: &[u8; 32]) -> Result<Option<ApiToken>>;

    /// Notes that an app was told that there is no verdict on a submission, and forgets what was noted before `over`.
    async fn note_untold(
        &self,
        token: ApiTokenId,
        digest: &[u8; 32],
        detection: DetectionId,
        at: DateTime<Utc>,
        over: DateTime<Utc>,
    ) -> Result<()>;

    /// The detection that an app was told so about, since a time.
    async fn untold(
        &self,
        token: ApiTokenId,
        digest: &[u8; 32],
        since: DateTime<Utc>,
    ) -> Result<Option<DetectionId>>;

    /// Notes that an app that was told so was told a verdict since.
    async fn told_since(&self, id: DetectionId, told: Label) -> Result<()>;

    /// Whether the upstream is still to judge a detection of the fallback, rather than never.
    async fn awaits_recheck(&self, id: DetectionId) -> Result<bool>;
}
