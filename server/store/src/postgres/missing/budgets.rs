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
impl Budgets for PostgresStore {
    async fn budgets(&self) -> Result<Vec<Budget>> {
        Err(super::missing())
    }

    async fn set_budget(&self, _budget: &Budget, _by: UserId, _at: DateTime<Utc>) -> Result<Budget> {
        Err(super::missing())
    }

    async fn remove_budget(&self, _id: BudgetId, _by: UserId, _at: DateTime<Utc>) -> Result<Option<Budget>> {
        Err(super::missing())
    }

    async fn token_of(&self, _id: DetectionId) -> Result<Option<ApiTokenId>> {
        Err(super::missing())
    }

    async fn take_places(&self, _counters: &[Counter]) -> Result<std::result::Result<PlaceId, BudgetId>> {
        Err(super::missing())
    }

    async fn settle_places(&self, _places: &[PlaceId], _are_judged: bool) -> Result<bool> {
        Err(super::missing())
    }

    async fn spent(&self, _counter: &Counter) -> Result<u64> {
        Err(super::missing())
    }
}
