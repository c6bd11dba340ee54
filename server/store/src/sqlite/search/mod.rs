//! Finds pages of the log.
//!
//! Limits stand in the statements as numbers: SQLite plans a statement again whenever a value is bound to its `LIMIT`.

mod page;
mod plan;
#[cfg(test)]
mod tests;
mod words;

use chrono::{DateTime, Utc};
use domain::{
    Cursor, Detection, DetectionId, DetectionSummary, Direction, Order, Page, PageRequest, SearchQuery,
};

use sqlx::{AssertSqlSafe, QueryBuilder, Sqlite};

use super::SqliteStore;
use super::keys;
use super::reach::Patience;
use super::rows::{DetectionRow, SELECT_DETECTION};
use super::words::MISSING;
use crate::Result;
pub(super) use page::keys;
pub(super) use plan::Plan;
use words::INDEX;

/// Writes that a row has this id or upstream id. Found by key first: the log has no index of upstream ids.
pub(super) fn push_upstream_id<'a>(
    sql: &'a mut QueryBuilder<Sqlite>,
    id: &str,
    number: Option<i64>,
) -> &'a mut QueryBuilder<Sqlite> {
    sql.push(format_args!("(d.id IN (SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH "))
        .push_bind(keys::whole(&keys::upstream(id)))
        .push(" UNION ALL SELECT ")
        .push_bind(number)
        .push(") AND (d.upstream_id = ")
        .push_bind(id.to_owned())
        .push(" OR d.id = ")
        .push_bind(number)
        .push("))")
}

/// Writes that a column is like a pattern, whatever the case of ASCII letters.
pub(super) fn push_like<'a>(
    sql: &'a mut QueryBuilder<Sqlite>,
    column: &'static str,
    pattern: String,
) -> &'a mut QueryBuilder<Sqlite> {
    sql.push(column).push(" LIKE ").push_bind(pattern).push(" ESCAPE '\\'")
}

impl SqliteStore {
    pub(super) async fn search_page(
        &self,
        query: &SearchQuery,
        request: &PageRequest,
        now: DateTime<Utc>,
    ) -> Result<Page<DetectionSummary>> {
        let plan = Plan::choose(query, request.order, now, &self.readers).await?;
        super::page::page(&plan, request, &self.readers).await
    }

    /// The newest detection with this upstream id, or that had it. Apps keep the id that the fallback gave out, also after the
    /// upstream's verdict replaced it; and they may be quicker than the words of their check.
    pub(super) async fn by_upstream_id(&self, upstream_id: &str) -> Result<Option<Detection>> {
        let newest = format!(
            "WHERE d.id = coalesce((SELECT max(id) FROM detections WHERE upstream_id = ?1 AND id IN ({MISSING})),
                                   (SELECT max(i.id) FROM {INDEX} JOIN detections i ON i.id = {INDEX}.rowid
                                     WHERE {INDEX} MATCH ?2 AND i.upstream_id = ?1),
                                   (SELECT max(detection_id) FROM superseded_verdicts WHERE upstream_id = ?1))"
        );
        let row = sqlx::query_as::<_, DetectionRow>(AssertSqlSafe(format!("{SELECT_DETECTION} {newest}")))
            .bind(upstream_id)
            .bind(keys::whole(&keys::upstream(upstream_id)))
            .fetch_optional(&self.readers)
            .await?;
        row.map(TryInto::try_into).transpose()
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
}
