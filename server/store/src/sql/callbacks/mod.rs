//! What apps are to hear after their answer, and where.

mod claims;
mod feed;
mod settle;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{AppDecision, Callback, UserId};
use serde_json::json;
use sqlx::Executor;

use super::columns::{At, to_ms};
use super::{Connection, Db, Engine, audit};
use crate::callbacks::Due;
use crate::{Callbacks, NewAuditEvent, NewCallback, Result, StoreError};

#[derive(sqlx::FromRow)]
struct CallbackRow {
    id: i64,
    site: String,
    url: String,
    created_at: i64,
    delivered_to: i64,
    delivered_at: Option<i64>,
    failing_since: Option<i64>,
    last_error: Option<String>,
    stopped_at: Option<i64>,
    waiting: i64,
}

impl TryFrom<CallbackRow> for Callback {
    type Error = StoreError;

    fn try_from(row: CallbackRow) -> Result<Self> {
        let at = At { table: "callbacks", id: row.id };
        Ok(Self {
            id: row.id,
            created_at: at.time("created_at", row.created_at)?,
            delivered_at: at.maybe_time("delivered_at", row.delivered_at)?,
            failing_since: at.maybe_time("failing_since", row.failing_since)?,
            stopped_at: at.maybe_time("stopped_at", row.stopped_at)?,
            site: row.site,
            url: row.url,
            delivered_to: row.delivered_to,
            waiting: row.waiting.unsigned_abs(),
            last_error: row.last_error,
        })
    }
}

#[async_trait]
impl Callbacks for Engine {
    async fn settle_app_decisions(&self, now: DateTime<Utc>, limit: u32) -> Result<usize> {
        settle::settle(now, limit, self).await
    }

    async fn app_decisions(&self, site: &str, after: i64, limit: u32) -> Result<Vec<AppDecision>> {
        feed::behind(site, after, limit, &self.readers).await
    }

    async fn newest_app_decisions(&self, site: &str, limit: u32) -> Result<Vec<AppDecision>> {
        feed::newest(site, limit, &self.readers).await
    }

    async fn callbacks(&self) -> Result<Vec<Callback>> {
        let rows: Vec<CallbackRow> = sqlx::query_as(
            "SELECT c.id, c.site, c.url, c.created_at, c.delivered_to, c.delivered_at, c.failing_since, c.last_error, c.stopped_at,
                    (SELECT count(*) FROM app_decisions d WHERE d.site = c.site AND d.id > c.delivered_to) AS waiting
             FROM callbacks c ORDER BY c.site",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().map(Callback::try_from).collect()
    }

    async fn set_callback(&self, new: &NewCallback, by: Option<UserId>, at: DateTime<Utc>) -> Result<i64> {
        let mut transaction = self.begin().await?;
        let id = sqlx::query_scalar(
            "INSERT INTO callbacks (site, url, secret, created_at, delivered_to)
             VALUES ($1, $2, $3, $4, (SELECT coalesce(max(id), 0) FROM app_decisions))
             ON CONFLICT (site) DO UPDATE SET url = excluded.url, secret = excluded.secret, created_at = excluded.created_at,
                 due_at = 0, attempts = 0, failing_since = NULL, last_error = NULL, stopped_at = NULL
             RETURNING id",
        )
        .bind(&new.site)
        .bind(&new.url)
        .bind(&new.secret)
        .bind(to_ms(at))
        .fetch_one(&mut *transaction)
        .await?;
        audit::record(&event("callback.set", &new.site, by, at), &mut transaction).await?;
        transaction.commit().await?;
        Ok(id)
    }

    async fn remove_callback(&self, site: &str, by: Option<UserId>, at: DateTime<Utc>) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let removed = sqlx::query("DELETE FROM callbacks WHERE site = $1")
            .bind(site)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        if removed == 0 {
            return Ok(false);
        }
        audit::record(&event("callback.removed", site, by, at), &mut transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn callback_target(&self, site: &str) -> Result<Option<(String, String)>> {
        let target = sqlx::query_as("SELECT url, secret FROM callbacks WHERE site = $1").bind(site);
        Ok(target.fetch_optional(&self.readers).await?)
    }

    async fn claim_callbacks(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Due>> {
        claims::claim(now, until, limit, self).await
    }

    async fn callback_taken(&self, due: &Due, at: DateTime<Utc>) -> Result<()> {
        claims::taken(due, at, self).await
    }

    async fn callback_refused(
        &self,
        due: &Due,
        error: &str,
        again: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        claims::refused(due, error, again, at, self).await
    }

    async fn callback_again(&self, site: &str, from: Option<i64>) -> Result<bool> {
        let changed = sqlx::query(
            "UPDATE callbacks SET due_at = 0, attempts = 0, failing_since = NULL, stopped_at = NULL,
                 delivered_to = CASE WHEN $2 <= delivered_to THEN $2 - 1 ELSE delivered_to END
             WHERE site = $1",
        )
        .bind(site)
        .bind(from)
        .execute(&self.writer)
        .await?;
        Ok(changed.rows_affected() > 0)
    }
}

/// The app knows of a decision now: its answer is not late any more.
pub(super) async fn app_knows(decision: i64, connection: impl Executor<'_, Database = Db>) -> Result<()> {
    sqlx::query(
        "UPDATE detections SET told = CASE WHEN a.is_spam THEN 'spam' ELSE 'ham' END
         FROM app_decisions a WHERE a.id = $1 AND detections.id = a.detection_id",
    )
    .bind(decision)
    .execute(connection)
    .await?;
    Ok(())
}

/// Has it looked again at what apps are to hear of some detections `d`: the reasons of their labels are others.
pub(super) async fn look_again(which: &'static str, id: i64, connection: &mut Connection) -> Result<()> {
    let sql = format!(
        "INSERT INTO app_decisions_due (detection_id, due_at)
         SELECT d.id, 0 FROM detections d WHERE {which} AND d.site IS NOT NULL
           AND (d.token_id IS NOT NULL OR EXISTS (SELECT 1 FROM wordpress_comments w WHERE w.detection_id = d.id))
         ON CONFLICT (detection_id) DO UPDATE SET due_at = 0"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).execute(connection).await?;
    Ok(())
}

/// The address may hold a secret, so it stays out of the record.
fn event(action: &'static str, site: &str, by: Option<UserId>, at: DateTime<Utc>) -> NewAuditEvent {
    NewAuditEvent { at, user_id: by, action, subject: format!("site:{site}"), details: json!({}) }
}
