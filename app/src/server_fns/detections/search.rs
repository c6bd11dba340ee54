//! One page of the log.

use domain::{BoundedCount, DetectionSummary, Page};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A page of what matches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchResult {
    /// The rows and the places to go on from.
    pub page: Page<DetectionSummary>,
    /// What an older Gavel indexed and is not indexed again yet, where the search asks for words.
    pub unfolded: Option<Unfolded>,
}

/// Detections, the oldest, in which words are still looked up as an older Gavel did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfolded {
    /// How many they are, nearly.
    pub left: u64,
    /// Of how many.
    pub of: u64,
}

/// Searches the log.
///
/// # Errors
/// [`AppError::BadSearch`] names the term that could not be read.
#[server(prefix = "/fn", endpoint = "detections/search", input = GetUrl)]
pub async fn search_detections(
    /// The search, as typed; empty is everything.
    q: String,
    /// `newest`, `score` or `closest`; anything else is `newest`.
    order: String,
    /// Where to go on from: `after` or `before`, a colon, and a cursor; empty is the start.
    from: String,
) -> Result<SearchResult, AppError> {
    use domain::{Order, PageRequest, paging::PAGE_SIZE};

    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let bad = |problem: String| AppError::BadSearch(problem).with_status();
    let query = super::read(&q)?;
    let from = match from.split_once(':') {
        None => None,
        Some((direction, cursor)) => {
            let direction = direction.parse().map_err(|_| bad("this is no page of the log.".to_owned()))?;
            Some((
                direction,
                cursor.parse().map_err(|error: domain::paging::BadCursor| bad(error.to_string()))?,
            ))
        }
    };
    let order = order.parse().unwrap_or(Order::Newest);
    let request = PageRequest { order, from, limit: PAGE_SIZE };
    let moderation = moderation()?;
    let page = moderation.search(&query, &request).await?;
    let unfolded = moderation.unfolded(&query).await?.map(|(left, of)| Unfolded { left, of });
    Ok(SearchResult { page, unfolded })
}

/// How many match a search. Asked beside the page: it may take longer, and nobody should wait for it to read.
///
/// # Errors
/// [`AppError::BadSearch`] names the term that could not be read.
#[server(prefix = "/fn", endpoint = "detections/count", input = GetUrl)]
pub async fn count_detections(
    /// The search, as typed; empty is everything.
    q: String,
) -> Result<BoundedCount, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    Ok(moderation()?.count(&super::read(&q)?).await?)
}
