//! Empty stores, as many as a chapter asks for.

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

impl Fresh for File {
    async fn store(&self) -> Arc<dyn Store> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        store::open(&format!("sqlite://{}/{number}.db", self.folder.path().display())).await.unwrap()
    }
}

/// PostgreSQL: a database of its own each time.
pub(crate) struct Postgres;

impl Fresh for Postgres {
    async fn store(&self) -> Arc<dyn Store> {
        store::open(&store::testing::postgres().await).await.unwrap()
    }
}
