//! Sites: connected, listed, disconnected.

use chrono::{DateTime, Utc};
use domain::{ApiTokenId, DetectionId, Unwritten, UserId, WordPressSite};
use serde_json::json;

use super::super::columns::{At, to_ms};
use super::super::{Engine, audit, text};
use crate::{NewAuditEvent, NewWordPress, Result, StoreError};

#[derive(sqlx::FromRow)]
struct SiteRow {
    id: i64,
    site: String,
    home: String,
    login: String,
    created_at: i64,
    waiting: i64,
    comments: i64,
    read_at: Option<i64>,
    failing_since: Option<i64>,
    last_error: Option<String>,
}

impl TryFrom<SiteRow> for WordPressSite {
    type Error = StoreError;

    fn try_from(row: SiteRow) -> Result<Self> {
        let at = At { table: "wordpress_sites", id: row.id };
        Ok(Self {
            id: row.id,
            created_at: at.time("created_at", row.created_at)?,
            read_at: at.maybe_time("read_at", row.read_at)?,
            failing_since: at.maybe_time("failing_since", row.failing_since)?,
            site: row.site,
            home: row.home,
            login: row.login,
            waiting: row.waiting.unsigned_abs(),
            comments: row.comments.unsigned_abs(),
            last_error: row.last_error.map(text::read),
        })
    }
}

#[derive(sqlx::FromRow)]
struct UnwrittenRow {
    decision_id: i64,
    detection_id: i64,
    is_spam: bool,
    reason: String,
    at: i64,
}

pub(super) async fn all(store: &Engine) -> Result<Vec<WordPressSite>> {
    let rows: Vec<SiteRow> = sqlx::query_as(
        "SELECT w.id, w.site, w.home, w.login, w.created_at, w.read_at, w.failing_since, w.last_error,
                (SELECT count(*) FROM app_decisions d WHERE d.site = w.site AND d.id > w.written_to) AS waiting,
                (SELECT count(*) FROM wordpress_comments c WHERE c.wordpress_id = w.id) AS comments
         FROM wordpress_sites w ORDER BY w.site",
    )
    .fetch_all(&store.readers)
    .await?;
    rows.into_iter().map(WordPressSite::try_from).collect()
}

pub(super) async fn token(site: &str, store: &Engine) -> Result<Option<ApiTokenId>> {
    let token: Option<i64> = sqlx::query_scalar(
        "SELECT t.id FROM wordpress_sites w JOIN api_tokens t ON t.id = w.token_id
         WHERE w.site = $1 AND t.revoked_at IS NULL",
    )
    .bind(site)
    .fetch_optional(&store.readers)
    .await?;
    Ok(token.map(ApiTokenId))
}

pub(super) async fn unwritten(wordpress: i64, limit: u32, store: &Engine) -> Result<Vec<Unwritten>> {
    let rows: Vec<UnwrittenRow> = sqlx::query_as(
        "SELECT u.decision_id, a.detection_id, a.is_spam, u.reason, u.at
         FROM wordpress_unwritten u JOIN app_decisions a ON a.id = u.decision_id
         WHERE u.wordpress_id = $1 ORDER BY u.decision_id DESC LIMIT $2",
    )
    .bind(wordpress)
    .bind(i64::from(limit))
    .fetch_all(&store.readers)
    .await?;
    let read = |row: UnwrittenRow| {
        let at = At { table: "wordpress_unwritten", id: row.decision_id }.time("at", row.at)?;
        Ok(Unwritten {
            detection: DetectionId(row.detection_id),
            is_spam: row.is_spam,
            reason: text::read(row.reason),
            at,
        })
    };
    rows.into_iter().map(read).collect()
}

pub(super) async fn connect(
    new: &NewWordPress,
    by: Option<UserId>,
    at: DateTime<Utc>,
    store: &Engine,
) -> Result<i64> {
    let mut transaction = store.begin().await?;
    // Another WordPress has other comments under the same numbers.
    sqlx::query(
        "DELETE FROM wordpress_comments
         WHERE wordpress_id IN (SELECT id FROM wordpress_sites WHERE site = $1 AND api <> $2)",
    )
    .bind(&new.site)
    .bind(&new.api)
    .execute(&mut *transaction)
    .await?;
    let id = sqlx::query_scalar(concat!(
        "INSERT INTO wordpress_sites (site, home, api, login, password, token_id, created_at, written_to)
         VALUES ($1, $2, $3, $4, $5, $6, $7, ",
        ever_given!("app_decisions"),
        ")
         ON CONFLICT (site) DO UPDATE SET home = excluded.home, api = excluded.api, login = excluded.login,
             password = excluded.password, token_id = excluded.token_id, due_at = 0, attempts = 0,
             failing_since = NULL, last_error = NULL
         RETURNING id",
    ))
    .bind(&new.site)
    .bind(&new.home)
    .bind(&new.api)
    .bind(&new.login)
    .bind(&new.password)
    .bind(new.token.0)
    .bind(to_ms(at))
    .fetch_one(&mut *transaction)
    .await?;
    let mut event = event("wordpress.connected", &new.site, by, at);
    event.details = json!({ "address": new.home, "login": new.login });
    audit::record(&event, &mut transaction).await?;
    transaction.commit().await?;
    Ok(id)
}

pub(super) async fn is_connected(wordpress: i64, store: &Engine) -> Result<bool> {
    let there =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM wordpress_sites WHERE id = $1)").bind(wordpress);
    Ok(there.fetch_one(&store.readers).await?)
}

pub(super) async fn disconnect(
    site: &str,
    by: Option<UserId>,
    at: DateTime<Utc>,
    store: &Engine,
) -> Result<bool> {
    let mut transaction = store.begin().await?;
    let removed: Option<i64> =
        sqlx::query_scalar("DELETE FROM wordpress_sites WHERE site = $1 RETURNING token_id")
            .bind(site)
            .fetch_optional(&mut *transaction)
            .await?;
    let Some(token) = removed else { return Ok(false) };
    sqlx::query("UPDATE api_tokens SET revoked_at = coalesce(revoked_at, $1) WHERE id = $2")
        .bind(to_ms(at))
        .bind(token)
        .execute(&mut *transaction)
        .await?;
    audit::record(&event("wordpress.disconnected", site, by, at), &mut transaction).await?;
    transaction.commit().await?;
    Ok(true)
}

fn event(action: &'static str, site: &str, by: Option<UserId>, at: DateTime<Utc>) -> NewAuditEvent {
    NewAuditEvent { at, user_id: by, action, subject: format!("site:{site}"), details: json!({}) }
}
