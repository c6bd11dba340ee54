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
impl Neighbours for PostgresStore {
    async fn same_text(
        &self,
        _id: DetectionId,
        _limit: u32,
        _bound: u64,
    ) -> Result<(BoundedCount, Vec<DetectionId>)> {
        Err(super::missing())
    }

    async fn holders(&self, _words: &[String], _limit: u32) -> Result<Vec<Vec<DetectionId>>> {
        Err(super::missing())
    }

    async fn message_starts(&self, _ids: &[DetectionId], _chars: u32) -> Result<Vec<(DetectionId, String)>> {
        Err(super::missing())
    }

    async fn summaries(&self, _ids: &[DetectionId]) -> Result<Vec<DetectionSummary>> {
        Err(super::missing())
    }
}
