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
impl Suggestions for PostgresStore {
    async fn known_sites(&self, _limit: u32) -> Result<Vec<String>> {
        Err(super::missing())
    }

    async fn known_imports(&self, _limit: u32) -> Result<Vec<i64>> {
        Err(super::missing())
    }
}
