//! The PostgreSQL backend: for teams that outgrow one machine.
//!
//! Whoever writes takes turns, as with SQLite: what is read before it is written cannot go stale, ids become visible in their order,
//! and no statement has to be written in another way. A turn is a lock on one row ([`PostgresStore::begin`]), so it holds for all
//! programs on the database; what is written at once is written together, by one statement for many rows.

#[macro_use]
mod dialect;

mod allowances;
mod code;
mod connections;
mod expression;
#[cfg(test)]
mod fresh;
mod insert;
mod known_texts;
mod lexeme;
mod loading;
mod migrate;
mod new_submissions;
mod open;
mod pooler;
mod refusal;
mod replicas;
mod report;
mod search;
mod signals;
pub(crate) mod text;
mod traces;
mod words;

// Plain statements, compiled for this engine.
#[path = "../sql/accounts.rs"]
mod accounts;
#[path = "../sql/alerts.rs"]
mod alerts;
#[path = "../sql/app_words.rs"]
mod app_words;
#[path = "../sql/audit/mod.rs"]
mod audit;
#[path = "../sql/budgets.rs"]
mod budgets;
#[path = "../sql/bulk.rs"]
mod bulk;
#[path = "../sql/callbacks/mod.rs"]
mod callbacks;
#[path = "../sql/claims.rs"]
mod claims;
#[path = "../sql/columns.rs"]
mod columns;
#[path = "../sql/counting.rs"]
mod counting;
#[path = "../sql/decision.rs"]
mod decision;
#[path = "../sql/detections.rs"]
mod detections;
#[path = "../sql/due_times.rs"]
mod due_times;
#[path = "../sql/facts/mod.rs"]
mod facts;
#[path = "../sql/forgetting/mod.rs"]
mod forgetting;
#[path = "../sql/imports/mod.rs"]
mod imports;
#[path = "../sql/indexed.rs"]
mod indexed;
#[expect(dead_code, reason = "columns are compared as well, so nothing hangs on whether a look-up is exact")]
#[path = "../sql/keys.rs"]
mod keys;
#[path = "../sql/label_parts.rs"]
mod label_parts;
#[path = "../sql/labels.rs"]
mod labels;
#[path = "../sql/lessons.rs"]
mod lessons;
#[path = "../sql/links.rs"]
mod links;
#[path = "../sql/outbox.rs"]
mod outbox;
#[path = "../sql/page.rs"]
mod page;
#[path = "../sql/people.rs"]
mod people;
#[path = "../sql/places.rs"]
mod places;
#[path = "../sql/reach.rs"]
mod reach;
#[path = "../sql/reasons/mod.rs"]
mod reasons;
#[path = "../sql/rechecks.rs"]
mod rechecks;
#[path = "../sql/refusals.rs"]
mod refusals;
#[path = "../sql/related.rs"]
mod related;
#[path = "../sql/rows.rs"]
mod rows;
#[path = "../sql/rules.rs"]
mod rules;
#[path = "../sql/saved_searches.rs"]
mod saved_searches;
#[path = "../sql/spam.rs"]
mod spam;
#[path = "../sql/spending.rs"]
mod spending;
#[path = "../sql/standing.rs"]
mod standing;
#[path = "../sql/statistics/mod.rs"]
mod statistics;
#[path = "../sql/story.rs"]
mod story;
#[path = "../sql/submissions.rs"]
mod submissions;
#[path = "../sql/suggestions.rs"]
mod suggestions;
#[path = "../sql/terms.rs"]
mod terms;
#[path = "../sql/thresholds.rs"]
mod thresholds;
#[path = "../sql/time_range.rs"]
mod time_range;
#[path = "../sql/tokens.rs"]
mod tokens;
#[path = "../sql/usage.rs"]
mod usage;
#[path = "../sql/wordpress/mod.rs"]
mod wordpress;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPool, PgRow};
use sqlx::{Postgres, Transaction};

pub(crate) use self::migrate::newest as newest_schema;
pub(crate) use self::open::{connect, schema};
pub(crate) use self::report::report;
pub(crate) use self::words::write_behind as write_words_behind;

use self::PostgresStore as Engine;
use crate::{Result, Store};

/// What the statements of `sql` call the types of their engine.
type Db = Postgres;
type Pool = PgPool;
type Connection = PgConnection;
type Arguments = PgArguments;
type DbRow = PgRow;

/// Gavel's data in one PostgreSQL database.
#[derive(Clone, Debug)]
pub(crate) struct PostgresStore {
    /// The one connection of this program that writes.
    writer: PgPool,
    /// Connections that read.
    readers: PgPool,
    /// Connections for what replicas tell each other: it must not wait behind what is written.
    beside: PgPool,
    /// What this program is called among those that serve on the database.
    replica: String,
    /// How to reach the database.
    options: PgConnectOptions,
    /// What searches count by.
    facts: Arc<facts::Facts>,
}

impl PostgresStore {
    /// Starts a transaction that writes, when it is this program's turn.
    async fn begin(&self) -> Result<Transaction<'static, Postgres>> {
        begin(&self.writer).await
    }
}

/// Starts a transaction that writes, when it is this program's turn.
async fn begin(writer: &PgPool) -> Result<Transaction<'static, Postgres>> {
    let mut transaction = writer.begin().await?;
    sqlx::query("SELECT id FROM writing_probe FOR UPDATE").execute(&mut *transaction).await?;
    Ok(transaction)
}

#[async_trait]
impl Store for PostgresStore {
    async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    async fn try_writing(&self) -> Result<()> {
        open::try_writing(self).await
    }

    async fn bring_forward(&self, latest: DateTime<Utc>, claims: DateTime<Utc>) -> Result<u64> {
        due_times::bring_forward(self, latest, claims).await
    }

    async fn checkpoint(&self) -> Result<()> {
        // PostgreSQL does so by itself.
        Ok(())
    }

    async fn close(&self) {
        self.readers.close().await;
        self.beside.close().await;
        self.writer.close().await;
    }
}
