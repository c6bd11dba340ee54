#[allow(unused_imports, clippy::wildcard_imports)]
use async_trait::async_trait;
#[allow(unused_imports, clippy::wildcard_imports)]
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
#[allow(unused_imports, clippy::wildcard_imports)]
use domain::*;

#[allow(unused_imports, clippy::wildcard_imports)]
use crate::postgres::PostgresStore;
#[allow(unused_imports, clippy::wildcard_imports)]
use crate::*;

#[async_trait]
impl Usage for PostgresStore {
    async fn save_usage_sample(&self, _sample: &UsageSample, _body: &str) -> Result<()> {
        Err(super::missing())
    }

    async fn stats_answer(&self) -> Result<Option<(DateTime<Utc>, String)>> {
        Err(super::missing())
    }

    async fn latest_usage_sample(&self) -> Result<Option<UsageSample>> {
        Err(super::missing())
    }

    async fn usage_samples(&self, _since: DateTime<Utc>) -> Result<Vec<UsageSample>> {
        Err(super::missing())
    }

    async fn hourly_usage_samples(&self, _since: DateTime<Utc>) -> Result<Vec<UsageSample>> {
        Err(super::missing())
    }

    async fn log_count(&self, _since: Option<DateTime<Utc>>) -> Result<LogCount> {
        Err(super::missing())
    }

    async fn daily_counts(&self, _from: NaiveDate, _to: NaiveDate) -> Result<Vec<DailyCount>> {
        Err(super::missing())
    }

    async fn checks_since(&self, _since: DateTime<Utc>) -> Result<u64> {
        Err(super::missing())
    }

    async fn overview(&self, _now: DateTime<Utc>) -> Result<Overview> {
        Err(super::missing())
    }
}
