//! Quota samples and figures counted from the log.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{DailyCount, LogCount, Overview, UsageSample};

use crate::Result;

/// Writes samples, and counts.
#[async_trait]
pub trait Usage: Send + Sync {
    /// Keeps a sample, and the upstream's answer that it was read from, byte for byte.
    async fn save_usage_sample(&self, sample: &UsageSample, body: &str) -> Result<()>;

    /// The upstream's newest answer about usage as it came, and when that was.
    async fn stats_answer(&self) -> Result<Option<(DateTime<Utc>, String)>>;

    /// The newest sample.
    async fn latest_usage_sample(&self) -> Result<Option<UsageSample>>;

    /// Samples taken since, oldest first, at most 10,000.
    async fn usage_samples(&self, since: DateTime<Utc>) -> Result<Vec<UsageSample>>;

    /// The newest sample of each hour since, oldest first: what the forecast needs, at a twelfth of the rows.
    async fn hourly_usage_samples(&self, since: DateTime<Utc>) -> Result<Vec<UsageSample>>;

    /// What the log counted since, or in all.
    async fn log_count(&self, since: Option<DateTime<Utc>>) -> Result<LogCount>;

    /// Checks a day (UTC) from `from` to `to`, both included, oldest first; days without checks are there with zeros.
    async fn daily_counts(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<DailyCount>>;

    /// Checks logged since; the embedded detector's own count of its period.
    async fn checks_since(&self, since: DateTime<Utc>) -> Result<u64>;

    /// The overview's figures at `now`.
    async fn overview(&self, now: DateTime<Utc>) -> Result<Overview>;
}
