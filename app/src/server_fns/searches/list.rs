//! The saved searches, with how many match each.

use domain::{BoundedCount, SavedSearch};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A saved search and how many match it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedSearch {
    /// The search.
    pub search: SavedSearch,
    /// How many match, up to 1,000; `None` when the search cannot be read any more.
    pub count: Option<BoundedCount>,
}

/// Every saved search, by name.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "searches/list", input = GetUrl)]
pub async fn list_searches() -> Result<Vec<CountedSearch>, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let saved = moderation()?.saved_searches(&crate::zone::viewers()).await?;
    Ok(saved.into_iter().map(|(search, count)| CountedSearch { search, count }).collect())
}
