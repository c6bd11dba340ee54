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
impl Outbox for PostgresStore {
    async fn due_feedback(&self, _now: DateTime<Utc>, _limit: u32) -> Result<Vec<OutboxItem>> {
        Err(super::missing())
    }

    async fn claim_feedback(
        &self,
        _now: DateTime<Utc>,
        _until: DateTime<Utc>,
        _limit: u32,
    ) -> Result<Vec<OutboxItem>> {
        Err(super::missing())
    }

    async fn next_feedback_due(&self) -> Result<Option<DateTime<Utc>>> {
        Err(super::missing())
    }

    async fn feedback_sent(&self, _id: i64, _at: DateTime<Utc>) -> Result<()> {
        Err(super::missing())
    }

    async fn feedback_deferred(
        &self,
        _id: i64,
        _retry_at: DateTime<Utc>,
        _quiet_until: Option<DateTime<Utc>>,
        _error: &str,
    ) -> Result<()> {
        Err(super::missing())
    }

    async fn feedback_failed(&self, _id: i64, _at: DateTime<Utc>, _error: &str) -> Result<()> {
        Err(super::missing())
    }

    async fn feedback_unknown(&self, _item: &OutboxItem, _at: DateTime<Utc>) -> Result<()> {
        Err(super::missing())
    }

    async fn outbox_counts(&self) -> Result<OutboxCounts> {
        Err(super::missing())
    }
}
