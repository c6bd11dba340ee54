//! Finds pages of the log and counts matches.

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
use reach::{Patience, Windows};
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

    pub(super) async fn search_count(
        &self,
        query: &SearchQuery,
        bound: u64,
        now: DateTime<Utc>,
    ) -> Result<BoundedCount> {
        if let Some(count) = statistics::count_by_sums(query, now, &self.readers).await? {
            return Ok(BoundedCount { count, more: false });
        }
        let plan = Plan::choose_for_count(query, now, &self.readers).await?;
        count(&plan, bound, &self.readers).await
    }
}

/// Counts matches: on an index where one answers everything, else among the newest rows, as far as the patience goes.
async fn count(plan: &Plan<'_>, bound: u64, readers: &SqlitePool) -> Result<BoundedCount> {
    let bound = match plan.is_decided_by_source() {
        true if plan.has_words() => bound.min(WORDS_BOUND),
        true => bound,
        false => bound.min(FACETS_BOUND),
    };
    let limit = i64::try_from(bound).unwrap_or(i64::MAX).saturating_add(1);
    let counted = |found: i64, goes_on: bool| {
        let found = found.unsigned_abs();
        Ok(BoundedCount { count: found.min(bound), more: found > bound || goes_on })
    };
    if plan.goes_by_windows() {
        let mut windows = Windows::new(plan, None, Patience::of(Patience::COUNT), readers).await?;
        let mut found = 0;
        while found < limit
            && let Some(within) = windows.next()
        {
            found += count_some(plan, Some(within), limit - found, readers).await?;
        }
        return counted(found, windows.stopped_at().is_some());
    }
    if !plan.is_decided_by_source() {
        let mut sql = QueryBuilder::new("SELECT count(*) FROM (SELECT 1 ");
        plan.push_bounded(&mut sql, plan.stride());
        sql.push(" LIMIT ").push_bind(limit).push(")");
        let found = sql.build_query_scalar().fetch_one(readers).await?;
        return counted(found, goes_on(plan, readers).await?);
    }
    counted(count_some(plan, None, limit, readers).await?, false)
}

async fn count_some(
    plan: &Plan<'_>,
    within: Option<(i64, i64)>,
    limit: i64,
    readers: &SqlitePool,
) -> Result<i64> {
    let mut sql = QueryBuilder::new("SELECT count(*) FROM (SELECT 1 ");
    plan.push(&mut sql, true, within);
    sql.push(" LIMIT ").push_bind(limit).push(")");
    Ok(sql.build_query_scalar().fetch_one(readers).await?)
}

/// Whether the source has more rows than are looked at.
async fn goes_on(plan: &Plan<'_>, readers: &SqlitePool) -> Result<bool> {
    Ok(plan.scanned(plan.stride() + 1, readers).await? > plan.stride())
}
