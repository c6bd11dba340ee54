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
impl Bulk for PostgresStore {
    async fn start_bulk(&self, _new: &NewBulk) -> Result<BulkAction> {
        Err(super::missing())
    }

    async fn bulk(&self, _id: BulkId) -> Result<Option<BulkAction>> {
        Err(super::missing())
    }

    async fn bulk_at_work(&self) -> Result<Vec<BulkAction>> {
        Err(super::missing())
    }

    async fn bulk_of(&self, _user: UserId, _now: DateTime<Utc>) -> Result<Vec<BulkAction>> {
        Err(super::missing())
    }

    async fn bulk_listed_to(&self, _id: BulkId) -> Result<Option<DetectionId>> {
        Err(super::missing())
    }

    async fn bulk_listed(&self, _id: BulkId, _rows: &[RowRef], _complete: bool) -> Result<()> {
        Err(super::missing())
    }

    async fn bulk_label(&self, _step: &BulkStep) -> Result<Vec<DetectionId>> {
        Err(super::missing())
    }

    async fn bulk_undo(&self, _step: &BulkStep) -> Result<Vec<DetectionId>> {
        Err(super::missing())
    }

    async fn bulk_rows(&self, _id: BulkId, _limit: u32) -> Result<Vec<RowRef>> {
        Err(super::missing())
    }

    async fn bulk_settled(
        &self,
        _id: BulkId,
        _detection: DetectionId,
        _fate: BulkFate,
        _at: DateTime<Utc>,
    ) -> Result<()> {
        Err(super::missing())
    }

    async fn turn_bulk(
        &self,
        _id: BulkId,
        _by: UserId,
        _from: &[BulkState],
        _to: BulkState,
        _at: DateTime<Utc>,
    ) -> Result<bool> {
        Err(super::missing())
    }
}
