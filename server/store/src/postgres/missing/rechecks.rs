#[allow(unused_imports, clippy::wildcard_imports)]
use async_trait::async_trait;
#[allow(unused_imports, clippy::wildcard_imports)]
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
#[allow(unused_imports, clippy::wildcard_imports)]
use domain::*;

#[allow(unused_imports, clippy::wildcard_imports)]
use crate::postgres::PostgresStore;
#[allow(unused_imports, clippy::wildcard_imports)]
use crate::rechecks::*;
#[allow(unused_imports, clippy::wildcard_imports)]
use crate::*;
use domain::upstream::Backlog;

#[async_trait]
impl Rechecks for PostgresStore {
    async fn backlog(&self) -> Result<Backlog> {
        Err(super::missing())
    }

    async fn due_rechecks(&self, _now: DateTime<Utc>, _limit: u32) -> Result<Vec<Detection>> {
        Err(super::missing())
    }

    async fn claim_rechecks(
        &self,
        _now: DateTime<Utc>,
        _until: DateTime<Utc>,
        _limit: u32,
    ) -> Result<Vec<Detection>> {
        Err(super::missing())
    }

    async fn release_rechecks(&self, _ids: &[DetectionId]) -> Result<()> {
        Err(super::missing())
    }

    async fn rejudged(&self, _id: DetectionId, _judgement: &Judgement, _at: DateTime<Utc>) -> Result<()> {
        Err(super::missing())
    }

    async fn all_rejudged(&self, _judged: &[(DetectionId, Judgement)], _at: DateTime<Utc>) -> Result<()> {
        Err(super::missing())
    }

    async fn logged_meanwhile(&self, _told: &NewDetection) -> Result<Option<DetectionId>> {
        Err(super::missing())
    }

    async fn told_before(&self, _id: DetectionId, _told: &Judgement, _at: DateTime<Utc>) -> Result<bool> {
        Err(super::missing())
    }

    async fn recheck_attempts(&self, _id: DetectionId) -> Result<u32> {
        Err(super::missing())
    }

    async fn recheck_deferred(
        &self,
        _id: DetectionId,
        _retry_at: Option<DateTime<Utc>>,
        _error: &str,
    ) -> Result<()> {
        Err(super::missing())
    }
}
