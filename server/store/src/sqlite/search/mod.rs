//! Finds pages of the log and counts matches.

mod page;
mod plan;
mod terms;
#[cfg(test)]
mod tests;
mod words;

use chrono::{DateTime, Utc};
use domain::{BoundedCount, DetectionSummary, Page, PageRequest, SearchQuery};
use sqlx::QueryBuilder;
use sqlx::sqlite::SqlitePool;

use super::SqliteStore;
use crate::Result;
use plan::Plan;

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

    pub(super) async fn search_count(
        &self,
        query: &SearchQuery,
        bound: u64,
        now: DateTime<Utc>,
    ) -> Result<BoundedCount> {
        let plan = Plan::choose_for_count(query, now, &self.readers).await?;
        count(&plan, bound, &self.readers).await
    }
}

async fn count(plan: &Plan<'_>, bound: u64, readers: &SqlitePool) -> Result<BoundedCount> {
    let limit = i64::try_from(bound).unwrap_or(i64::MAX).saturating_add(1);
    let mut sql = QueryBuilder::new("SELECT count(*) FROM (SELECT 1 ");
    plan.push(&mut sql, true);
    sql.push(" LIMIT ").push_bind(limit).push(")");
    let found: i64 = sql.build_query_scalar().fetch_one(readers).await?;
    let found = found.unsigned_abs();
    Ok(BoundedCount { count: found.min(bound), more: found > bound })
}
