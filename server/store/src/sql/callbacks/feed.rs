//! Decisions for apps, in their order.

use domain::{AppDecision, callback::external_id};
use sqlx::AssertSqlSafe;

use super::super::Pool;
use super::super::columns::At;
use crate::{Result, StoreError};

#[derive(sqlx::FromRow)]
struct DecisionRow {
    id: i64,
    event: String,
    site: String,
    upstream_id: String,
    extra: String,
    is_spam: bool,
    previous: Option<bool>,
    decided_by: String,
    reason: Option<String>,
    decided_at: i64,
}

/// The id is that of the answer that the app got: it knows no other.
const SELECT: &str = "
    SELECT a.id, a.event, a.site, a.is_spam, a.previous, a.decided_by, a.reason, a.decided_at, c.extra,
           coalesce((SELECT s.upstream_id FROM superseded_verdicts s WHERE s.detection_id = a.detection_id ORDER BY s.id LIMIT 1),
                    d.upstream_id) AS upstream_id
    FROM app_decisions a
    JOIN detections d ON d.id = a.detection_id
    JOIN detection_contents c ON c.detection_id = a.detection_id ";

impl TryFrom<DecisionRow> for AppDecision {
    type Error = StoreError;

    fn try_from(row: DecisionRow) -> Result<Self> {
        let at = At { table: "app_decisions", id: row.id };
        let extra: serde_json::Map<String, serde_json::Value> = at.json("extra", &row.extra)?;
        Ok(Self {
            id: row.id,
            event: at.word("event", &row.event)?,
            detection_id: row.upstream_id,
            external_id: external_id(&extra),
            site: row.site,
            is_spam: row.is_spam,
            previous_is_spam: row.previous,
            decided_by: row.decided_by,
            reason: row.reason,
            decided_at: at.time("decided_at", row.decided_at)?,
        })
    }
}

pub(super) async fn behind(site: &str, after: i64, limit: u32, readers: &Pool) -> Result<Vec<AppDecision>> {
    let sql = format!("{SELECT} WHERE a.site = $1 AND a.id > $2 ORDER BY a.id LIMIT {limit}");
    read(sqlx::query_as(AssertSqlSafe(sql)).bind(site).bind(after).fetch_all(readers).await?)
}

pub(super) async fn newest(site: &str, limit: u32, readers: &Pool) -> Result<Vec<AppDecision>> {
    let sql = format!("{SELECT} WHERE a.site = $1 ORDER BY a.id DESC LIMIT {limit}");
    read(sqlx::query_as(AssertSqlSafe(sql)).bind(site).fetch_all(readers).await?)
}

fn read(rows: Vec<DecisionRow>) -> Result<Vec<AppDecision>> {
    rows.into_iter().map(AppDecision::try_from).collect()
}
