//! The SQLite backend: the default, for one machine.

#[macro_use]
mod dialect;

#[cfg(test)]
mod audit_tests;
pub(crate) mod backup;
mod batches;
mod expression;
#[cfg(test)]
mod fresh;
mod insert;
mod known_texts;
mod loading;
mod new_submissions;
mod open;
mod private;
mod refold;
mod replicas;
mod seal;
mod search;
mod text;
mod traces;
mod words;
mod writing;

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

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{Sqlite, Transaction};

pub(crate) use self::open::{schema, write_all_words};

use self::SqliteStore as Engine;
use crate::{Result, Store};

/// What the statements of `sql` call the types of their engine.
type Db = Sqlite;
type Pool = SqlitePool;
type Connection = SqliteConnection;
type Arguments = SqliteArguments;
type DbRow = SqliteRow;

/// Gavel's data in one SQLite file.
#[derive(Clone, Debug)]
pub(crate) struct SqliteStore {
    /// The one connection that writes. SQLite has one writer anyway; queueing here is fair and never "database is locked".
    writer: SqlitePool,
    /// Connections that read, beside the writer and each other (WAL). In memory this is the writer itself.
    readers: SqlitePool,
    /// The database's file; `None` in memory.
    file: Option<PathBuf>,
    /// Whether it was opened to be read, since nothing could be written.
    reads_only: Arc<AtomicBool>,
    /// Connections that were opened to read before this are of no use any more.
    stale: Arc<OnceLock<Instant>>,
    /// What searches count by.
    facts: Arc<facts::Facts>,
}

impl SqliteStore {
    /// Starts a transaction that writes. It takes the write lock at once: what it reads before it writes cannot go stale.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>> {
        begin(&self.writer).await
    }
}

/// Starts a transaction that writes. It takes the write lock at once.
async fn begin(writer: &SqlitePool) -> Result<Transaction<'static, Sqlite>> {
    Ok(writer.begin_with("BEGIN IMMEDIATE").await?)
}

#[async_trait]
impl Store for SqliteStore {
    async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    async fn try_writing(&self) -> Result<()> {
        writing::try_writing(self).await
    }

    async fn bring_forward(&self, latest: DateTime<Utc>, claims: DateTime<Utc>) -> Result<u64> {
        due_times::bring_forward(self, latest, claims).await
    }

    async fn checkpoint(&self) -> Result<()> {
        // On a connection that reads: those who write need not wait for it. "Passive" waits for nobody either.
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&self.readers).await?;
        Ok(())
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
