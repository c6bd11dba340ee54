//! Finds pages of the log.

mod keys;
mod plan;

use chrono::{DateTime, Utc};
use domain::{
    Cursor, Detection, DetectionId, DetectionSummary, Direction, Order, Page, PageRequest, SearchQuery,
};
use sqlx::{AssertSqlSafe, QueryBuilder};

use super::reach::Patience;
use super::rows::{DetectionRow, SELECT_DETECTION};
use super::{Db, PostgresStore, page, text};
use crate::Result;
pub(super) use keys::keys;
pub(super) use plan::Plan;

/// Writes that a row has this id or upstream id.
pub(super) fn push_upstream_id<'a>(
    sql: &'a mut QueryBuilder<Db>,
    id: &str,
    number: Option<i64>,
) -> &'a mut QueryBuilder<Db> {
    sql.push("(d.upstream_id = ").push_bind(text::kept(id).into_owned());
    if let Some(number) = number {
        sql.push(" OR d.id = ").push_bind(number);
    }
    sql.push(")")
}

/// Writes that a column is like a pattern, whatever the case of ASCII letters.
pub(super) fn push_like<'a>(
    sql: &'a mut QueryBuilder<Db>,
    column: &'static str,
    pattern: String,
) -> &'a mut QueryBuilder<Db> {
    sql.push(format_args!("lower({column} COLLATE \"C\") LIKE "))
        .push_bind(pattern.to_ascii_lowercase())
        .push(" ESCAPE '\\'")
}

impl PostgresStore {
    pub(super) async fn search_page(
        &self,
        query: &SearchQuery,
        request: &PageRequest,
        now: DateTime<Utc>,
    ) -> Result<Page<DetectionSummary>> {
        let plan = Plan::choose(query, request.order, now, &self.readers).await?;
        page::page(&plan, request, &self.readers).await
    }

    /// The newest detection with this upstream id, or that had it.
    pub(super) async fn by_upstream_id(&self, upstream_id: &str) -> Result<Option<Detection>> {
        let newest = "WHERE d.id = coalesce((SELECT max(id) FROM detections WHERE upstream_id = $1),
                                            (SELECT max(detection_id) FROM superseded_verdicts WHERE upstream_id = $1))";
        let row = sqlx::query_as::<_, DetectionRow>(AssertSqlSafe(format!("{SELECT_DETECTION} {newest}")))
            .bind(text::kept(upstream_id))
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
        let found = keys(&plan, &request, limit, Patience::endless(), &self.readers).await?;
        Ok(found.keys.into_iter().map(|key| key.id).collect())
    }
}
