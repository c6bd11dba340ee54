//! Callbacks that are being called: each by one program at a time.
//!
//! A claim is its end, in `due_at`. Who sets, removes or retries a callback meanwhile ends the claim, and what the call comes to
//! then counts for nothing.

use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

use super::super::Engine;
use super::super::columns::{At, to_ms};
use super::{app_knows, feed};
use crate::Result;
use crate::callbacks::Due;

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    id: i64,
    site: String,
    url: String,
    secret: String,
    attempts: i64,
    failing_since: Option<i64>,
    delivered_to: i64,
}

/// Callbacks that may be tried and have something to tell.
const WAITING: &str = "
    FROM callbacks c
    WHERE c.stopped_at IS NULL AND c.due_at <= $1
      AND EXISTS (SELECT 1 FROM app_decisions d WHERE d.site = c.site AND d.id > c.delivered_to)";

pub(super) async fn claim(
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: usize,
    store: &Engine,
) -> Result<Vec<Due>> {
    // Read first: mostly nothing is due, and a look costs no write.
    let look = format!("SELECT EXISTS (SELECT 1 {WAITING})");
    let any: bool =
        sqlx::query_scalar(AssertSqlSafe(look)).bind(to_ms(now)).fetch_one(&store.readers).await?;
    if !any {
        return Ok(Vec::new());
    }
    let claim = format!(
        "UPDATE callbacks SET due_at = $2
         WHERE id IN (SELECT c.id {WAITING} ORDER BY c.due_at, c.id LIMIT {limit})
         RETURNING id, site, url, secret, attempts, failing_since, delivered_to"
    );
    let rows: Vec<ClaimedRow> = sqlx::query_as(AssertSqlSafe(claim))
        .bind(to_ms(now))
        .bind(to_ms(until))
        .fetch_all(&store.writer)
        .await?;
    let mut due = Vec::with_capacity(rows.len());
    for row in rows {
        let at = At { table: "callbacks", id: row.id };
        let next = feed::behind(&row.site, row.delivered_to, 1, &store.readers).await?.pop();
        let failing_since = at.maybe_time("failing_since", row.failing_since)?;
        let attempts = at.number("attempts", row.attempts)?;
        due.extend(next.map(|decision| Due {
            callback: row.id,
            url: row.url,
            secret: row.secret,
            attempts,
            failing_since,
            claimed_until: until,
            decision,
        }));
    }
    Ok(due)
}

pub(super) async fn taken(due: &Due, at: DateTime<Utc>, store: &Engine) -> Result<()> {
    let mut transaction = store.begin().await?;
    // Due from now on: behind the other sites that wait.
    let noted = sqlx::query(
        "UPDATE callbacks SET delivered_to = $3, delivered_at = $4, due_at = $4, attempts = 0, failing_since = NULL,
             last_error = NULL
         WHERE id = $1 AND due_at = $2",
    )
    .bind(due.callback)
    .bind(to_ms(due.claimed_until))
    .bind(due.decision.id)
    .bind(to_ms(at))
    .execute(&mut *transaction)
    .await?;
    if noted.rows_affected() == 0 {
        return Ok(());
    }
    app_knows(due.decision.id, &mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

pub(super) async fn refused(
    due: &Due,
    error: &str,
    again: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
    store: &Engine,
) -> Result<()> {
    sqlx::query(
        "UPDATE callbacks SET due_at = $3, attempts = attempts + 1, last_error = $4,
             failing_since = coalesce(failing_since, $5), stopped_at = $6
         WHERE id = $1 AND due_at = $2",
    )
    .bind(due.callback)
    .bind(to_ms(due.claimed_until))
    .bind(again.map_or(0, to_ms))
    .bind(error)
    .bind(to_ms(at))
    .bind(again.is_none().then(|| to_ms(at)))
    .execute(&store.writer)
    .await?;
    Ok(())
}
