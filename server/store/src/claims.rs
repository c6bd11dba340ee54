//! Who reviews what.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Claim, DetectionId, UserId};

use crate::Result;

/// Claims on detections of the review queue. A label ends the claim on its detection.
#[async_trait]
pub trait Claims: Send + Sync {
    /// Claims a detection, or renews the claim, until `expires_at`. Returns whether it is the person's now: not when
    /// another's claim holds.
    async fn claim(
        &self,
        detection: DetectionId,
        user: UserId,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<bool>;

    /// Every claim that holds, by detection.
    async fn claims(&self, now: DateTime<Utc>) -> Result<Vec<Claim>>;

    /// Ends a person's claims, but for those on `keep`.
    async fn release_claims(&self, user: UserId, keep: &[DetectionId]) -> Result<()>;
}
