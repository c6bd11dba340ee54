//! What arrived since a page was loaded.

use domain::{BoundedCount, DetectionId};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::AppError;

/// Where the count of new detections stops: "99+ new" says enough.
#[cfg(feature = "ssr")]
const BOUND: u32 = 99;

/// How many detections that match `q` are newer than `since`, counted no further than 99.
///
/// # Errors
/// [`AppError::BadSearch`] when the search cannot be read.
#[server(prefix = "/fn", endpoint = "detections/arrived", input = GetUrl)]
pub async fn count_arrived(
    /// The search, as typed.
    q: String,
    /// Local id.
    since: i64,
) -> Result<BoundedCount, AppError> {
    use domain::{Cursor, Direction, Order, PageRequest};

    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let query = super::read(&q)?;
    let from = Some((Direction::Before, Cursor { key: 0.0, id: DetectionId(since) }));
    let request = PageRequest { order: Order::Newest, from, limit: BOUND };
    let page = moderation()?.search(&query, &request).await?;
    Ok(BoundedCount { count: page.rows.len() as u64, more: page.before.is_some() })
}

/// The newest detection of the log; 0 when there is none.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "detections/newest", input = GetUrl)]
pub async fn newest_detection() -> Result<DetectionId, AppError> {
    use domain::{Order, PageRequest, SearchQuery};

    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let request = PageRequest { order: Order::Newest, from: None, limit: 1 };
    let page = moderation()?.search(&SearchQuery::default(), &request).await?;
    Ok(page.rows.first().map_or(DetectionId(0), |row| row.id))
}
