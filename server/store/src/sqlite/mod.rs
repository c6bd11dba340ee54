//! The SQLite backend: the default, for one machine.

mod accounts;
mod alerts;
mod audit;
mod batches;
mod budgets;
mod bulk;
mod claims;
mod columns;
mod decision;
mod detections;
mod imports;
mod insert;
mod keys;
mod labels;
mod lessons;
mod loading;
mod open;
mod outbox;
mod rechecks;
mod refusals;
mod related;
mod rows;
mod saved_searches;
mod search;
mod spam;
mod standing;
mod statistics;
mod story;
mod submissions;
mod suggestions;
mod tokens;
mod usage;
mod words;

use async_trait::async_trait;
use sqlx::sqlite::SqlitePool;
use sqlx::{Sqlite, Transaction};

use crate::{Result, Store};

/// Gavel's data in one SQLite file.
#[derive(Clone, Debug)]
pub(crate) struct SqliteStore {
    /// The one connection that writes. SQLite has one writer anyway; queueing here is fair and never "database is locked".
    writer: SqlitePool,
    /// Connections that read, beside the writer and each other (WAL). In memory this is the writer itself.
    readers: SqlitePool,
}

impl SqliteStore {
    /// Starts a transaction that writes. It takes the write lock at once: what it reads before it writes cannot go stale.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
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
