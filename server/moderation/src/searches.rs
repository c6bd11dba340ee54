//! Searches that the team keeps.

use domain::{BoundedCount, Order, SavedSearch, SavedSearchId, SearchQuery, UserId, Zone, saved_search};
use store::{NewSavedSearch, StoreError};

use crate::{Moderation, ModerationError};

/// Most saved searches: each is counted whenever the sidebar is.
const AT_MOST: usize = 30;

impl Moderation {
    /// Every saved search with how many match for somebody in a zone; without a count when it cannot be read any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn saved_searches(
        &self,
        zone: &Zone,
    ) -> Result<Vec<(SavedSearch, Option<BoundedCount>)>, ModerationError> {
        let mut counted = Vec::new();
        for search in self.store.saved_searches().await? {
            let count = match SearchQuery::parse(&search.q) {
                Ok(query) => {
                    let now = self.clock.now();
                    Some(self.store.count(&query.in_zone(zone, now), now).await?)
                }
                Err(_) => None,
            };
            counted.push((search, count));
        }
        Ok(counted)
    }

    /// Keeps a search under a name.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] when name or search is wrong or the name is taken.
    pub async fn save_search(
        &self,
        name: &str,
        q: &str,
        sorted: Order,
        by: UserId,
    ) -> Result<SavedSearchId, ModerationError> {
        let (name, q) = match (saved_search::name(name), saved_search::search(q)) {
            (Ok(name), Ok(q)) => (name, q),
            (name, q) => {
                return Err(ModerationError::Invalid([name.err(), q.err()].into_iter().flatten().collect()));
            }
        };
        if self.store.saved_searches().await?.len() >= AT_MOST {
            return Err(wrong_name("There are 30 saved searches, and no more are kept. Delete one first."));
        }
        let new = NewSavedSearch { name, q, sorted, created_by: by, created_at: self.clock.now() };
        self.store.save_search(&new).await.map_err(taken)
    }

    /// Gives a saved search another name.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] when the name is wrong or taken, [`ModerationError::NotFound`].
    pub async fn rename_search(
        &self,
        id: SavedSearchId,
        name: &str,
        by: UserId,
    ) -> Result<(), ModerationError> {
        let name = saved_search::name(name).map_err(|error| ModerationError::Invalid(vec![error]))?;
        match self.store.rename_search(id, &name, by, self.clock.now()).await.map_err(taken)? {
            true => Ok(()),
            false => Err(ModerationError::NotFound("saved search")),
        }
    }

    /// Forgets a saved search.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`].
    pub async fn delete_search(&self, id: SavedSearchId, by: UserId) -> Result<(), ModerationError> {
        match self.store.delete_search(id, by, self.clock.now()).await? {
            true => Ok(()),
            false => Err(ModerationError::NotFound("saved search")),
        }
    }
}

fn wrong_name(problem: &str) -> ModerationError {
    ModerationError::Invalid(vec![domain::FieldError {
        field: "name".to_owned(),
        problem: problem.to_owned(),
    }])
}

fn taken(error: StoreError) -> ModerationError {
    match error {
        StoreError::Taken(_) => wrong_name("There is a saved search of this name already. Choose another."),
        error => error.into(),
    }
}
