//! Alerts: each opens once and ends once, and what is to be told of it waits in a queue.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Alert, AlertChannel, AlertDelivery, AlertEvent, AlertId, UserId, WebhookKind, WebhookTarget};
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::columns::{At, MS_PER_HOUR, to_ms};
use super::{Connection, Engine, audit, spam};
use crate::{AlertSettings, Alerts, DueDelivery, NewAlert, NewAuditEvent, Result, SiteSpam, StoreError};

/// Rows of one look-up at most.
const ALERTS_MAX: u32 = 100;

/// Feedback in trouble is counted no further.
const COUNTED_MAX: i64 = 10_000;

const COLUMNS: &str = "a.id, a.kind, a.subject, a.what, a.advice, a.link, a.opened_at, a.cleared_at, a.over";

/// A note that waits, and no earlier one of its alert does on the same channel.
const IN_TURN: &str = "d.state = 'pending' AND NOT EXISTS (
    SELECT 1 FROM alert_deliveries b
    WHERE b.alert_id = d.alert_id AND b.channel = d.channel AND b.id < d.id AND b.state = 'pending')";

const BY_DUE: &str = walk!("alert_deliveries_due");

#[derive(sqlx::FromRow)]
struct AlertRow {
    id: i64,
    kind: String,
    subject: String,
    what: String,
    advice: String,
    link: String,
    opened_at: i64,
    cleared_at: Option<i64>,
    over: Option<String>,
}

impl TryFrom<AlertRow> for Alert {
    type Error = StoreError;

    fn try_from(row: AlertRow) -> Result<Self> {
        let at = At { table: "alerts", id: row.id };
        Ok(Self {
            id: AlertId(row.id),
            kind: at.word("kind", &row.kind)?,
            opened_at: at.time("opened_at", row.opened_at)?,
            cleared_at: at.maybe_time("cleared_at", row.cleared_at)?,
            subject: row.subject,
            what: row.what,
            advice: row.advice,
            link: row.link,
            over: row.over,
        })
    }
}

#[derive(sqlx::FromRow)]
struct DueRow {
    delivery: i64,
    channel: String,
    event: String,
    attempts: i64,
    #[sqlx(flatten)]
    alert: AlertRow,
}

impl TryFrom<DueRow> for DueDelivery {
    type Error = StoreError;

    fn try_from(row: DueRow) -> Result<Self> {
        let at = At { table: "alert_deliveries", id: row.delivery };
        Ok(Self {
            id: row.delivery,
            channel: at.word("channel", &row.channel)?,
            event: at.word("event", &row.event)?,
            attempts: at.number("attempts", row.attempts)?,
            alert: row.alert.try_into()?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    id: i64,
    alert_id: i64,
    channel: String,
    event: String,
    state: String,
    settled_at: Option<i64>,
    last_error: Option<String>,
}

impl TryFrom<DeliveryRow> for AlertDelivery {
    type Error = StoreError;

    fn try_from(row: DeliveryRow) -> Result<Self> {
        let at = At { table: "alert_deliveries", id: row.id };
        let is_sent = row.state == "sent";
        Ok(Self {
            alert: AlertId(row.alert_id),
            channel: at.word("channel", &row.channel)?,
            event: at.word("event", &row.event)?,
            sent_at: at.maybe_time("settled_at", row.settled_at.filter(|_| is_sent))?,
            failed: row.state == "failed",
            error: row.last_error.filter(|_| !is_sent),
        })
    }
}

async fn queue(
    alert: AlertId,
    event: AlertEvent,
    channels: &[AlertChannel],
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<()> {
    for channel in channels {
        sqlx::query(
            "INSERT INTO alert_deliveries (alert_id, channel, event, due_at) VALUES ($1, $2, $3, $4)",
        )
        .bind(alert.0)
        .bind(channel.as_str())
        .bind(event.as_str())
        .bind(to_ms(at))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

impl Engine {
    async fn some_alerts(&self, rest: &str, binds: &[i64]) -> Result<Vec<Alert>> {
        let query =
            sqlx::query_as::<_, AlertRow>(AssertSqlSafe(format!("SELECT {COLUMNS} FROM alerts a {rest}")));
        let query = binds.iter().fold(query, |query, value| query.bind(*value));
        query.fetch_all(&self.readers).await?.into_iter().map(Alert::try_from).collect()
    }
}

#[async_trait]
impl Alerts for Engine {
    async fn open_alert(&self, alert: &NewAlert, channels: &[AlertChannel]) -> Result<Option<AlertId>> {
        let mut transaction = self.begin().await?;
        let id: Option<i64> = sqlx::query_scalar(
            "INSERT INTO alerts (kind, subject, what, advice, link, opened_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT DO NOTHING RETURNING id",
        )
        .bind(alert.kind.as_str())
        .bind(&alert.subject)
        .bind(&alert.what)
        .bind(&alert.advice)
        .bind(&alert.link)
        .bind(to_ms(alert.opened_at))
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(id) = id.map(AlertId) else { return Ok(None) };
        queue(id, AlertEvent::Opened, channels, alert.opened_at, &mut transaction).await?;
        transaction.commit().await?;
        Ok(Some(id))
    }

    async fn clear_alert(
        &self,
        id: AlertId,
        over: &str,
        at: DateTime<Utc>,
        channels: &[AlertChannel],
    ) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let cleared =
            sqlx::query("UPDATE alerts SET cleared_at = $1, over = $2 WHERE id = $3 AND cleared_at IS NULL")
                .bind(to_ms(at))
                .bind(over)
                .bind(id.0)
                .execute(&mut *transaction)
                .await?;
        if cleared.rows_affected() == 0 {
            return Ok(false);
        }
        queue(id, AlertEvent::Cleared, channels, at, &mut transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn open_alerts(&self) -> Result<Vec<Alert>> {
        self.some_alerts(concat!(walk!("alerts_open"), "WHERE a.cleared_at IS NULL ORDER BY a.id"), &[]).await
    }

    async fn alerts_to_show(&self, to: UserId) -> Result<Vec<Alert>> {
        let rest = concat!(
            walk!("alerts_open"),
            "WHERE a.cleared_at IS NULL AND NOT EXISTS (
                 SELECT 1 FROM alert_dismissals x WHERE x.alert_id = a.id AND x.user_id = $1) ORDER BY a.id"
        );
        self.some_alerts(rest, &[to.0]).await
    }

    async fn alerts(&self, before: Option<AlertId>, limit: u32) -> Result<Vec<Alert>> {
        let before = before.map_or(i64::MAX, |id| id.0);
        let limit = i64::from(limit.min(ALERTS_MAX));
        self.some_alerts("WHERE a.id < $1 ORDER BY a.id DESC LIMIT $2", &[before, limit]).await
    }

    async fn alert_deliveries(&self, of: &[AlertId]) -> Result<Vec<AlertDelivery>> {
        let rows = sqlx::query_as::<_, DeliveryRow>(concat!(
            "SELECT id, alert_id, channel, event, state, settled_at, last_error FROM alert_deliveries
             WHERE alert_id IN (",
            list!("$1"),
            ") ORDER BY id",
        ))
        .bind(json!(of).to_string())
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().map(AlertDelivery::try_from).collect()
    }

    async fn dismiss_alert(&self, id: AlertId, by: UserId, at: DateTime<Utc>) -> Result<()> {
        let mut transaction = self.begin().await?;
        let dismissed = sqlx::query(
            "INSERT INTO alert_dismissals (alert_id, user_id, at) SELECT id, $1, $2 FROM alerts WHERE id = $3
             ON CONFLICT DO NOTHING",
        )
        .bind(by.0)
        .bind(to_ms(at))
        .bind(id.0)
        .execute(&mut *transaction)
        .await?;
        if dismissed.rows_affected() > 0 {
            let event = NewAuditEvent {
                at,
                user_id: Some(by),
                action: "alert.dismissed",
                subject: format!("alert:{}", id.0),
                details: json!({}),
            };
            audit::record(&event, &mut transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn due_deliveries(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<DueDelivery>> {
        let rows = sqlx::query_as::<_, DueRow>(AssertSqlSafe(format!(
            "SELECT d.id AS delivery, d.channel, d.event, d.attempts, {COLUMNS}
             FROM alert_deliveries d {BY_DUE} JOIN alerts a ON a.id = d.alert_id
             WHERE d.due_at <= $1 AND {IN_TURN} ORDER BY d.due_at, d.id LIMIT $2"
        )))
        .bind(to_ms(now))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().map(DueDelivery::try_from).collect()
    }

    async fn next_delivery_due(&self) -> Result<Option<DateTime<Utc>>> {
        let due: Option<i64> = sqlx::query_scalar(AssertSqlSafe(format!(
            "SELECT min(d.due_at) FROM alert_deliveries d WHERE {IN_TURN}"
        )))
        .fetch_one(&self.readers)
        .await?;
        At { table: "alert_deliveries", id: 0 }.maybe_time("due_at", due)
    }

    async fn delivery_sent(&self, id: i64, at: DateTime<Utc>) -> Result<()> {
        sqlx::query("UPDATE alert_deliveries SET state = 'sent', attempts = attempts + 1, settled_at = $1 WHERE id = $2")
            .bind(to_ms(at))
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn delivery_failed(
        &self,
        id: i64,
        retry_at: Option<DateTime<Utc>>,
        error: &str,
        at: DateTime<Utc>,
    ) -> Result<()> {
        sqlx::query(
            "UPDATE alert_deliveries SET attempts = attempts + 1, last_error = $1, due_at = coalesce($2, due_at),
                 state = CASE WHEN $2 IS NULL THEN 'failed' ELSE 'pending' END,
                 settled_at = CASE WHEN $2 IS NULL THEN $3 END
             WHERE id = $4",
        )
        .bind(error)
        .bind(retry_at.map(to_ms))
        .bind(to_ms(at))
        .bind(id)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn feedback_trouble(&self, now: DateTime<Utc>) -> Result<(u64, u64)> {
        let stuck: i64 = sqlx::query_scalar(concat!(
            "SELECT (SELECT count(*) FROM (SELECT 1 FROM feedback_outbox",
            walk!("feedback_outbox_due"),
            "WHERE state = 'pending' AND attempts >= 3 LIMIT $1) AS labels)
                  + (SELECT count(*) FROM (SELECT 1 FROM app_feedback WHERE attempts >= 3 LIMIT $1) AS words)",
        ))
        .bind(COUNTED_MAX)
        .fetch_one(&self.readers)
        .await?;
        let refused: i64 = sqlx::query_scalar(concat!(
            "SELECT count(*) FROM (SELECT 1 FROM feedback_outbox",
            walk!("feedback_outbox_failed"),
            "WHERE state = 'failed' AND settled_at >= $1 LIMIT $2) AS failed",
        ))
        .bind(to_ms(now) - MS_PER_HOUR)
        .bind(COUNTED_MAX)
        .fetch_one(&self.readers)
        .await?;
        Ok((stuck.unsigned_abs(), refused.unsigned_abs()))
    }

    async fn spam_by_site(&self, now: DateTime<Utc>, at_least: f64) -> Result<Vec<SiteSpam>> {
        spam::by_site(now, at_least, &self.readers).await
    }

    async fn alert_settings(&self) -> Result<AlertSettings> {
        let row: Option<(String, Option<String>, Option<String>, Option<String>)> =
            sqlx::query_as("SELECT rules, webhook_url, webhook_kind, webhook_secret FROM alert_settings")
                .fetch_optional(&self.readers)
                .await?;
        let Some((rules, url, kind, webhook_secret)) = row else { return Ok(AlertSettings::default()) };
        let at = At { table: "alert_settings", id: 1 };
        let rules = at.json("rules", &rules)?;
        let kind = kind.map(|kind| at.word("webhook_kind", &kind)).transpose()?;
        Ok(AlertSettings { rules, webhook: url.map(|url| WebhookTarget { url, kind }), webhook_secret })
    }

    async fn set_alert_settings(
        &self,
        settings: &AlertSettings,
        by: UserId,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let AlertSettings { rules, webhook, webhook_secret } = settings;
        let webhook_url = webhook.as_ref().map(|webhook| webhook.url.as_str());
        let kind = webhook.as_ref().and_then(|webhook| webhook.kind);
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO alert_settings (id, rules, webhook_url, webhook_kind, webhook_secret) VALUES (1, $1, $2, $3, $4)
             ON CONFLICT (id) DO UPDATE SET rules = excluded.rules, webhook_url = excluded.webhook_url,
                 webhook_kind = excluded.webhook_kind, webhook_secret = excluded.webhook_secret",
        )
        .bind(json!(rules).to_string())
        .bind(webhook_url)
        .bind(kind.map(WebhookKind::as_str))
        .bind(webhook_secret)
        .execute(&mut *transaction)
        .await?;
        let event = NewAuditEvent {
            at,
            user_id: Some(by),
            action: "alerts.changed",
            subject: "alerts".to_owned(),
            // An address can carry a secret in its path, so only its host is told.
            details: json!({ "rules": rules, "webhook_host": webhook_url.and_then(host), "webhook_kind": webhook.as_ref().map(WebhookTarget::kind) }),
        };
        audit::record(&event, &mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// The host in a web address.
fn host(url: &str) -> Option<&str> {
    url.split_once("://")?.1.split(['/', '?', '#']).next()
}
