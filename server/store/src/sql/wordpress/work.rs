//! Who works on a site, and how far decisions are written.

use chrono::{DateTime, Utc};
use domain::{ApiTokenId, AppDecision};

use super::super::Connection;
use super::super::Engine;
use super::super::callbacks::app_knows;
use super::super::columns::{At, to_ms};
use super::super::text;
use super::comments;
use crate::{ClaimedWordPress, ECHO_LASTS, KnownComment, Result, StoreError, Written};

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    id: i64,
    site: String,
    api: String,
    login: String,
    password: Vec<u8>,
    token_id: i64,
    written_to: i64,
    read_at: Option<i64>,
    attempts: i64,
}

impl TryFrom<ClaimedRow> for ClaimedWordPress {
    type Error = StoreError;

    fn try_from(row: ClaimedRow) -> Result<Self> {
        let at = At { table: "wordpress_sites", id: row.id };
        Ok(Self {
            id: row.id,
            site: row.site,
            api: row.api,
            login: row.login,
            password: row.password,
            token: ApiTokenId(row.token_id),
            written_to: row.written_to,
            read_at: at.maybe_time("read_at", row.read_at)?,
            attempts: at.number("attempts", row.attempts)?,
        })
    }
}

/// Sites that somebody may work on: at $1, those last read before $2.
const DUE: &str = "SELECT id FROM wordpress_sites w
    WHERE due_at <= $1 AND (coalesce(read_at, 0) <= $2
        OR EXISTS (SELECT 1 FROM app_decisions d WHERE d.site = w.site AND d.id > w.written_to))
    ORDER BY due_at, id LIMIT 1";

pub(super) async fn claim(
    now: DateTime<Utc>,
    read_before: DateTime<Utc>,
    until: DateTime<Utc>,
    store: &Engine,
) -> Result<Option<ClaimedWordPress>> {
    // Read first: mostly nothing is due, and a look costs no write.
    let first: Option<i64> = sqlx::query_scalar(DUE)
        .bind(to_ms(now))
        .bind(to_ms(read_before))
        .fetch_optional(&store.readers)
        .await?;
    if first.is_none() {
        return Ok(None);
    }
    let claim = format!(
        "UPDATE wordpress_sites SET due_at = $3 WHERE id = ({DUE})
         RETURNING id, site, api, login, password, token_id, written_to, read_at, attempts"
    );
    let mut transaction = store.begin().await?;
    let row: Option<ClaimedRow> = sqlx::query_as(sqlx::AssertSqlSafe(claim))
        .bind(to_ms(now))
        .bind(to_ms(read_before))
        .bind(to_ms(until))
        .fetch_optional(&mut *transaction)
        .await?;
    transaction.commit().await?;
    row.map(ClaimedWordPress::try_from).transpose()
}

pub(super) async fn wake(site: &str, store: &Engine) -> Result<bool> {
    let changed =
        sqlx::query("UPDATE wordpress_sites SET due_at = 0, attempts = 0, read_at = NULL WHERE site = $1");
    Ok(changed.bind(site).execute(&store.writer).await?.rows_affected() > 0)
}

pub(super) async fn written(
    wordpress: i64,
    decision: &AppDecision,
    outcome: &Written,
    (at, until): (DateTime<Utc>, DateTime<Utc>),
    store: &Engine,
) -> Result<()> {
    let mut transaction = store.begin().await?;
    sqlx::query(concat!(
        "UPDATE wordpress_sites SET written_to = ",
        larger!("written_to", "$2"),
        ", due_at = $3, attempts = 0, failing_since = NULL, last_error = NULL
         WHERE id = $1",
    ))
    .bind(wordpress)
    .bind(decision.id)
    .bind(to_ms(until))
    .execute(&mut *transaction)
    .await?;
    match outcome {
        Written::Changed(comment) => {
            comments::keep(wordpress, comment, &mut *transaction).await?;
            expect_echo(comment, at, &mut transaction).await?;
            app_knows(decision.id, &mut *transaction).await?;
        }
        Written::Stands(comment) => {
            comments::keep(wordpress, comment, &mut *transaction).await?;
            app_knows(decision.id, &mut *transaction).await?;
        }
        Written::NoComment => {}
        Written::Unwritten(reason) => {
            sqlx::query(
                "INSERT INTO wordpress_unwritten (decision_id, wordpress_id, reason, at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (decision_id) DO UPDATE SET reason = excluded.reason, at = excluded.at",
            )
            .bind(decision.id)
            .bind(wordpress)
            .bind(text::kept(reason))
            .bind(to_ms(at))
            .execute(&mut *transaction)
            .await?;
        }
    }
    transaction.commit().await?;
    Ok(())
}

async fn expect_echo(comment: &KnownComment, at: DateTime<Utc>, connection: &mut Connection) -> Result<()> {
    // A plugin tells of what is public or spam, and of nothing that waits.
    let is_spam = match comment.status.as_str() {
        "spam" => true,
        "approved" => false,
        _ => return Ok(()),
    };
    // Sites without a plugin send none.
    sqlx::query("DELETE FROM wordpress_echoes WHERE detection_id = $1 AND written_at < $2")
        .bind(comment.detection.0)
        .bind(to_ms(at - ECHO_LASTS))
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO wordpress_echoes (detection_id, is_spam, written_at) VALUES ($1, $2, $3)")
        .bind(comment.detection.0)
        .bind(is_spam)
        .bind(to_ms(at))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn rests(
    wordpress: i64,
    read: bool,
    failure: Option<(&str, DateTime<Utc>)>,
    at: DateTime<Utc>,
    store: &Engine,
) -> Result<()> {
    let (error, again) = failure.unzip();
    sqlx::query(
        "UPDATE wordpress_sites SET due_at = $2, read_at = CASE WHEN $3 THEN $4 ELSE read_at END, last_error = $5,
             attempts = CASE WHEN $5 IS NULL THEN 0 ELSE attempts + 1 END,
             failing_since = CASE WHEN $5 IS NOT NULL THEN coalesce(failing_since, $4) END
         WHERE id = $1",
    )
    .bind(wordpress)
    .bind(again.map_or(0, to_ms))
    .bind(read)
    .bind(to_ms(at))
    .bind(error.map(text::kept))
    .execute(&store.writer)
    .await?;
    Ok(())
}
