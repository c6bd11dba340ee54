//! Searches that the team keeps.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Order, SavedSearch, SavedSearchId, UserId};

use crate::Result;

/// A search about to be kept.
#[derive(Clone, Debug)]
pub struct NewSavedSearch {
    /// What it is called.
    pub name: String,
    /// The search, as typed.
    pub q: String,
    /// How it is sorted.
    pub sorted: Order,
    /// Who saves it.
    pub created_by: UserId,
    /// Now.
    pub created_at: DateTime<Utc>,
}

/// Writes and reads saved searches. Every write puts an event on record.
#[async_trait]
pub trait SavedSearches: Send + Sync {
    /// Every saved search, by name.
    async fn saved_searches(&self) -> Result<Vec<SavedSearch>>;

    /// Saves a search.
    ///
    /// # Errors
    /// [`crate::StoreError::Taken`] when there is one of this name.
    async fn save_search(&self, new: &NewSavedSearch) -> Result<SavedSearchId>;

    /// Gives a saved search another name. Returns whether there was one.
    ///
    /// # Errors
    /// [`crate::StoreError::Taken`] when there is another of this name.
    async fn rename_search(
        &self,
        id: SavedSearchId,
        name: &str,
        by: UserId,
        at: DateTime<Utc>,
    ) -> Result<bool>;

    /// Forgets a saved search. Returns whether there was one.
    async fn delete_search(&self, id: SavedSearchId, by: UserId, at: DateTime<Utc>) -> Result<bool>;
}
