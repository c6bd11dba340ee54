//! The SQLite backend: the default, for one machine.

#[macro_use]
mod dialect;

mod expression;

#[path = "../sql/accounts.rs"]
mod accounts;
mod alerts;
mod app_words;
mod audit;
pub(crate) mod backup;
mod batches;
mod budgets;
mod bulk;
mod callbacks;
mod claims;
#[path = "../sql/columns.rs"]
mod columns;
#[path = "../sql/counting.rs"]
mod counting;
mod decision;
#[path = "../sql/detections.rs"]
mod detections;
mod due_times;
#[path = "../sql/facts/mod.rs"]
mod facts;
mod forgetting;
#[cfg(test)]
mod fresh;
mod imports;
#[path = "../sql/indexed.rs"]
mod indexed;
mod insert;
#[path = "../sql/keys.rs"]
mod keys;
mod label_parts;
mod labels;
mod lessons;
mod links;
mod loading;
mod open;
mod outbox;
#[path = "../sql/page.rs"]
mod page;
mod people;
mod private;
#[path = "../sql/reach.rs"]
mod reach;
mod reasons;
mod rechecks;
mod refold;
mod refusals;
#[path = "../sql/related.rs"]
mod related;
#[path = "../sql/rows.rs"]
mod rows;
mod rules;
mod saved_searches;
mod search;
#[path = "../sql/spam.rs"]
mod spam;
mod spending;
mod standing;
#[path = "../sql/statistics/mod.rs"]
mod statistics;
mod story;
mod submissions;
mod suggestions;
#[path = "../sql/terms.rs"]
mod terms;
mod text;
mod thresholds;
#[path = "../sql/time_range.rs"]
mod time_range;
mod tokens;
mod usage;
mod wordpress;
mod words;
mod writing;

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{Sqlite, Transaction};

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
