//! Empty stores, as many as a chapter asks for.

#![allow(dead_code, reason = "each test asks for some of it")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use store::Store;
use tempfile::TempDir;

/// Gives an empty store each time.
pub(crate) trait Fresh {
    async fn store(&self) -> Arc<dyn Store>;
}

/// SQLite in memory.
pub(crate) struct Memory;

impl Fresh for Memory {
    async fn store(&self) -> Arc<dyn Store> {
        store::open("sqlite::memory:").await.unwrap()
    }
}

/// SQLite in files of one folder.
pub(crate) struct File {
    folder: TempDir,
    next: AtomicU32,
}

impl File {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), next: AtomicU32::new(0) }
    }
}

impl File {
    /// Where the stores are that were asked for so far.
    pub(crate) fn urls(&self) -> Vec<String> {
        let count = self.next.load(Ordering::Relaxed);
        (0..count).map(|number| self.url(&number.to_string())).collect()
    }

    /// Where a store of this name is, or would be.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("sqlite://{}/{name}.db", self.folder.path().display())
    }
}

impl Fresh for File {
    async fn store(&self) -> Arc<dyn Store> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        store::open(&self.url(&number.to_string())).await.unwrap()
    }
}

/// PostgreSQL: a database of its own each time.
pub(crate) struct Postgres;

impl Postgres {
    /// A database without anything in it.
    pub(crate) async fn database(&self) -> String {
        store::testing::postgres().await
    }
}

impl Fresh for Postgres {
    async fn store(&self) -> Arc<dyn Store> {
        store::open(&self.database().await).await.unwrap()
    }
}
