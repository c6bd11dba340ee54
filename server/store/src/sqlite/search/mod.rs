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
use domain::search::TermKind;
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
        // A range of days is a few sums; without one, every day there ever was is added up, which memory spares as far as it reaches.
        let is_in_time =
            query.terms.iter().any(|term| matches!(term.kind, TermKind::After(_) | TermKind::Before(_)));
        if is_in_time && let Some(count) = self.count_by_sums(query, now).await? {
            return Ok(count);
        }
        let count = self.facts.count(query, now, &self.readers).await?;
        if count.more
            && let Some(whole) = self.count_by_sums(query, now).await?
        {
            return Ok(whole);
        }
        Ok(count)
    }

    async fn count_by_sums(&self, query: &SearchQuery, now: DateTime<Utc>) -> Result<Option<BoundedCount>> {
        let count = statistics::count_by_sums(query, now, &self.readers).await?;
        Ok(count.map(|count| BoundedCount { count, more: false }))
    }
}
