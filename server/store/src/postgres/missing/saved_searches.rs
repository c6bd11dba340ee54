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
impl SavedSearches for PostgresStore {
    async fn saved_searches(&self) -> Result<Vec<SavedSearch>> {
        Err(super::missing())
    }

    async fn save_search(&self, _new: &NewSavedSearch) -> Result<SavedSearchId> {
        Err(super::missing())
    }

    async fn rename_search(
        &self,
        _id: SavedSearchId,
        _name: &str,
        _by: UserId,
        _at: DateTime<Utc>,
    ) -> Result<bool> {
        Err(super::missing())
    }

    async fn delete_search(&self, _id: SavedSearchId, _by: UserId, _at: DateTime<Utc>) -> Result<bool> {
        Err(super::missing())
    }
}
