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
impl Claims for PostgresStore {
    async fn claim(
        &self,
        _detection: DetectionId,
        _user: UserId,
        _now: DateTime<Utc>,
        _expires_at: DateTime<Utc>,
    ) -> Result<bool> {
        Err(super::missing())
    }

    async fn claims(&self, _now: DateTime<Utc>) -> Result<Vec<Claim>> {
        Err(super::missing())
    }

    async fn release_claims(&self, _user: UserId, _keep: &[DetectionId]) -> Result<()> {
        Err(super::missing())
    }
}
