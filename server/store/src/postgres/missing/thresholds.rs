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
impl Thresholds for PostgresStore {
    async fn own_thresholds(&self) -> Result<Vec<OwnThreshold>> {
        Err(super::missing())
    }

    async fn set_own_threshold(
        &self,
        _threshold: &OwnThreshold,
        _by: UserId,
        _at: DateTime<Utc>,
    ) -> Result<()> {
        Err(super::missing())
    }

    async fn remove_own_threshold(
        &self,
        _site: Option<&str>,
        _by: UserId,
        _at: DateTime<Utc>,
    ) -> Result<bool> {
        Err(super::missing())
    }
}
