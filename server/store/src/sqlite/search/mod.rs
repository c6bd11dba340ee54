//! Finds pages of the log and counts matches.

mod filter;
mod page;
mod words;

use chrono::{DateTime, Utc};
use domain::{BoundedCount, DetectionSummary, Page, PageRequest, SearchQuery};
use sqlx::QueryBuilder;

use super::SqliteStore;
use crate::Result;

impl SqliteStore {
    pub(super) async fn search_page(
        &self,
        query: &SearchQuery,
        request: &PageRequest,
        now: DateTime<Utc>,
    ) -> Result<Page<DetectionSummary>> {
        page::page(query, request, now, &self.readers).await
    }

    pub(super) async fn search_count(
        &self,
        query: &SearchQuery,
        bound: u64,
        now: DateTime<Utc>,
    ) -> Result<BoundedCount> {
        let limit = i64::try_from(bound).unwrap_or(i64::MAX).saturating_add(1);
        let mut sql = QueryBuilder::new("SELECT count(*) FROM (SELECT 1 ");
        filter::push_matching(&mut sql, query, now);
        sql.push(" LIMIT ").push_bind(limit).push(")");
        let found: i64 = sql.build_query_scalar().fetch_one(&self.readers).await?;
        let found = found.unsigned_abs();
        Ok(BoundedCount { count: found.min(bound), more: found > bound })
    }
}
