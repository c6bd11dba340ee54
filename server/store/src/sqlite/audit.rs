//! The record of who did what.

use async_trait::async_trait;
use sqlx::SqliteExecutor;

use super::SqliteStore;
use super::columns::{At, to_ms};
use crate::{Audit, AuditEvent, NewAuditEvent, Result, StoreError};

#[derive(sqlx::FromRow)]
struct EventRow {
    id: i64,
    at: i64,
    user_name: Option<String>,
    action: String,
    subject: String,
    details: String,
}

impl TryFrom<EventRow> for AuditEvent {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self> {
        let at = At { table: "audit_events", id: row.id };
        Ok(Self {
            id: row.id,
            at: at.time("at", row.at)?,
            details: at.json("details", &row.details)?,
            user_name: row.user_name,
            action: row.action,
            subject: row.subject,
        })
    }
}

/// Puts an event on record, in the caller's transaction if there is one.
pub(super) async fn record(event: &NewAuditEvent, connection: impl SqliteExecutor<'_>) -> Result<()> {
    sqlx::query("INSERT INTO audit_events (at, user_id, action, subject, details) VALUES (?, ?, ?, ?, ?)")
        .bind(to_ms(event.at))
        .bind(event.user_id.map(|id| id.0))
        .bind(event.action)
        .bind(&event.subject)
        .bind(event.details.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

#[async_trait]
impl Audit for SqliteStore {
    async fn record(&self, event: &NewAuditEvent) -> Result<()> {
        record(event, &self.writer).await
    }

    async fn audit_events(&self, before: Option<i64>, limit: u32) -> Result<Vec<AuditEvent>> {
        let rows = sqlx::query_as::<_, EventRow>(
            "SELECT e.id, e.at, u.name AS user_name, e.action, e.subject, e.details
             FROM audit_events e LEFT JOIN users u ON u.id = e.user_id
             WHERE e.id < ? ORDER BY e.id DESC LIMIT ?",
        )
        .bind(before.unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().map(AuditEvent::try_from).collect()
    }
}
