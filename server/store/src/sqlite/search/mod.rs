//! Finds pages of the log.
//!
//! Limits stand in the statements as numbers: SQLite plans a statement again whenever a value is bound to its `LIMIT`.

mod page;
mod plan;
mod reach;
mod terms;
#[cfg(test)]
mod tests;
mod words;

use chrono::{DateTime, Utc};
use domain::{
    BoundedCount, Cursor, DetectionId, DetectionSummary, Direction, Order, Page, PageRequest, SearchQuery,
};

use super::{SqliteStore, statistics};
use crate::Result;
pub(super) use plan::{Plan, id_range};
pub(super) use reach::{Patience, Windows};
pub(super) use terms::push as push_term;

impl SqliteStore {
    pub(super) async fn search_page(
        &self,
        query: &SearchQuery,
        request: &PageRequest,
        now: DateTime<Utc>,
    ) -> Result<Page<DetectionSummary>> {
        let plan = Plan::choose(query, request.order, now, &self.readers).await?;
        page::page(&plan, request, &self.readers).await
    }

    /// The newest matches below an id.
    pub(super) async fn search_below(
        &self,
        query: &SearchQuery,
        below: Option<DetectionId>,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<DetectionId>> {
        let plan = Plan::choose(query, Order::Newest, now, &self.readers).await?;
        let from = below.map(|id| (Direction::After, Cursor { key: 0.0, id }));
        let request = PageRequest { order: Order::Newest, from, limit };
        // Whoever lists all matches wants all of them.
        let found = page::keys(&plan, &request, limit, Patience::endless(), &self.readers).await?;
        Ok(found.keys.into_iter().map(|key| key.id).collect())
    }

    pub(super) async fn search_count(&self, query: &SearchQuery, now: DateTime<Utc>) -> Result<BoundedCount> {
        // Of any number of rows, also of those that are not kept in memory.
        if let Some(count) = statistics::count_by_sums(query, now, &self.readers).await? {
            return Ok(BoundedCount { count, more: false });
        }
        self.facts.count(query, now, &self.readers).await
    }
}
