//! Finds pages of the log and counts matches.
//!
//! Limits stand in the statements as numbers: SQLite plans a statement again whenever a value is bound to its `LIMIT`.

mod facets;
mod page;
mod plan;
mod reach;
mod terms;
#[cfg(test)]
mod tests;
mod words;

use chrono::{DateTime, Utc};
use domain::paging::{FACETS_BOUND, WORDS_BOUND};
use domain::{
    BoundedCount, Cursor, DetectionId, DetectionSummary, Direction, Order, Page, PageRequest, SearchQuery,
};
use sqlx::QueryBuilder;
use sqlx::sqlite::SqlitePool;

use super::{SqliteStore, statistics};
use crate::Result;
pub(super) use plan::Plan;
use reach::Patience;
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

    pub(super) async fn search_page_counted(
        &self,
        query: &SearchQuery,
        request: &PageRequest,
        bound: u64,
        now: DateTime<Utc>,
    ) -> Result<(Page<DetectionSummary>, BoundedCount)> {
        if request.order != Order::Newest {
            let page = self.search_page(query, request, now).await?;
            return Ok((page, self.search_count(query, bound, now).await?));
        }
        // What was found out to choose how to go through the log serves the count as well.
        let plan = Plan::choose(query, request.order, now, &self.readers).await?;
        let page = page::page(&plan, request, &self.readers).await?;
        let count = match self.count_by_sums(query, now).await? {
            Some(count) => count,
            None => count(&plan.into_count(&self.readers).await?, bound, &self.readers).await?,
        };
        Ok((page, count))
    }

    async fn count_by_sums(&self, query: &SearchQuery, now: DateTime<Utc>) -> Result<Option<BoundedCount>> {
        let count = statistics::count_by_sums(query, now, &self.readers).await?;
        Ok(count.map(|count| BoundedCount { count, more: false }))
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

    pub(super) async fn search_count(
        &self,
        query: &SearchQuery,
        bound: u64,
        now: DateTime<Utc>,
    ) -> Result<BoundedCount> {
        if let Some(count) = self.count_by_sums(query, now).await? {
            return Ok(count);
        }
        let plan = Plan::choose_for_count(query, now, &self.readers).await?;
        count(&plan, bound, &self.readers).await
    }
}

/// Counts matches: on an index where one answers everything, else among the newest rows that the best source has.
async fn count(plan: &Plan<'_>, bound: u64, readers: &SqlitePool) -> Result<BoundedCount> {
    let bound = match plan.is_decided_by_source() {
        true if plan.has_words() => bound.min(WORDS_BOUND),
        true => bound,
        false => bound.min(FACETS_BOUND),
    };
    let limit = i64::try_from(bound).unwrap_or(i64::MAX).saturating_add(1);
    let mut sql = QueryBuilder::new("SELECT count(*) FROM (SELECT 1 ");
    if plan.is_decided_by_source() {
        plan.push(&mut sql, true, None);
    } else {
        plan.push_bounded(&mut sql, plan.look());
    }
    sql.push(" LIMIT ").push(limit).push(")");
    let found: i64 = sql.build_query_scalar().fetch_one(readers).await?;
    let found = found.unsigned_abs();
    let more = found > bound || (!plan.is_decided_by_source() && goes_on(plan, readers).await?);
    Ok(BoundedCount { count: found.min(bound), more })
}

/// Whether the source has more rows than are looked at.
async fn goes_on(plan: &Plan<'_>, readers: &SqlitePool) -> Result<bool> {
    Ok(plan.scanned(plan.look() + 1, readers).await? > plan.look())
}
