//! The record of who did what. Each entry carries a hash over itself and the hash of the entry before; see [`chain`].

pub(super) mod chain;

use async_trait::async_trait;
use domain::{AuditCheck, AuditEvent, AuditFilter, AuditWho, UserId};
use sqlx::QueryBuilder;

use super::columns::{At, to_ms};
use super::{Connection, Db, Engine};
use crate::{Audit, NewAuditEvent, Result, StoreError};

#[derive(sqlx::FromRow)]
struct EventRow {
    id: i64,
    at: i64,
    user_id: Option<i64>,
    user_name: Option<String>,
    action: String,
    subject: String,
    details: String,
    hash: Option<Vec<u8>>,
}

impl TryFrom<EventRow> for AuditEvent {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self> {
        let at = At { table: "audit_events", id: row.id };
        Ok(Self {
            id: row.id,
            at: at.time("at", row.at)?,
            details: at.json("details", &row.details)?,
            user_id: row.user_id.map(UserId),
            user_name: row.user_name,
            action: row.action,
            subject: row.subject,
            hash: hexadecimal(&row.hash.unwrap_or_default()),
        })
    }
}

/// Bytes as people read them.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Puts an event on record, in the caller's transaction.
pub(super) async fn record(event: &NewAuditEvent, connection: &mut Connection) -> Result<()> {
    record_all(std::iter::once(event.clone()), connection).await
}

/// Puts many events on record, in the caller's transaction, which holds the write lock: nobody else adds to the chain meanwhile.
pub(super) async fn record_all(
    events: impl IntoIterator<Item = NewAuditEvent>,
    connection: &mut Connection,
) -> Result<()> {
    let before = chain::next(connection).await?;
    let entry = |(id, event): (i64, NewAuditEvent)| chain::Entry {
        id,
        at: to_ms(event.at),
        user_id: event.user_id.map(|id| id.0),
        action: event.action.to_owned(),
        subject: event.subject,
        details: event.details.to_string(),
    };
    let entries: Vec<_> = (before.id + 1..).zip(events).map(entry).collect();
    if entries.is_empty() { Ok(()) } else { chain::append(&entries, before, connection).await }
}

#[async_trait]
impl Audit for Engine {
    async fn record(&self, event: &NewAuditEvent) -> Result<()> {
        let mut transaction = self.begin().await?;
        record(event, &mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn audit_events_like(
        &self,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditEvent>> {
        let mut sql = QueryBuilder::<Db>::new(
            "SELECT e.id, e.at, e.user_id, u.name AS user_name, e.action, e.subject, e.details, e.hash
             FROM audit_events e LEFT JOIN users u ON u.id = e.user_id WHERE e.id < ",
        );
        sql.push_bind(before.unwrap_or(i64::MAX));
        match filter.who {
            None => {}
            Some(AuditWho::Nobody) => {
                sql.push(" AND e.user_id IS NULL");
            }
            Some(AuditWho::Person(id)) => {
                sql.push(" AND e.user_id = ").push_bind(id.0);
            }
        }
        if let Some(action) = &filter.action {
            sql.push(" AND e.action = ").push_bind(action);
        }
        sql.push(" ORDER BY e.id DESC LIMIT ").push_bind(i64::from(limit));
        let rows: Vec<EventRow> = sql.build_query_as().fetch_all(&self.readers).await?;
        rows.into_iter().map(AuditEvent::try_from).collect()
    }

    async fn audit_actions(&self) -> Result<Vec<String>> {
        // A step a word through the index, where DISTINCT would read all of it.
        let actions = sqlx::query_scalar(
            "WITH RECURSIVE words(word) AS (
                 SELECT min(action) FROM audit_events
                 UNION ALL
                 SELECT (SELECT min(action) FROM audit_events WHERE action > word) FROM words WHERE word IS NOT NULL)
             SELECT word FROM words WHERE word IS NOT NULL",
        );
        Ok(actions.fetch_all(&self.readers).await?)
    }

    async fn check_audit(&self) -> Result<AuditCheck> {
        // One transaction, so that what is written meanwhile belongs to all of it or to none of it.
        let mut transaction = self.readers.begin().await?;
        chain::check(&mut transaction).await
    }
}
