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
impl Loading for PostgresStore {
    async fn is_log_empty(&self) -> Result<bool> {
        Err(super::missing())
    }

    async fn begin_load(&self) -> Result<()> {
        Err(super::missing())
    }

    async fn load(&self, _past: Past) -> Result<()> {
        Err(super::missing())
    }

    async fn finish_load(&self) -> Result<()> {
        Err(super::missing())
    }
}
