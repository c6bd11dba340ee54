//! From which score on the embedded detector calls a message spam.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{OwnThreshold, UserId};

use crate::Result;

/// Keeps thresholds. Changes leave an audit event in the same transaction.
#[async_trait]
pub trait Thresholds: Send + Sync {
    /// Those that were set, the installation's first.
    async fn own_thresholds(&self) -> Result<Vec<OwnThreshold>>;

    /// Sets the threshold of a site, or (`None`) of all sites that have none of their own.
    async fn set_own_threshold(&self, threshold: &OwnThreshold, by: UserId, at: DateTime<Utc>) -> Result<()>;

    /// Takes a threshold away, and returns whether there was one.
    async fn remove_own_threshold(&self, site: Option<&str>, by: UserId, at: DateTime<Utc>) -> Result<bool>;
}
