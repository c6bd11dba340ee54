//! An empty store for a test.

use super::SqliteStore;

/// In memory.
pub(super) async fn store() -> SqliteStore {
    SqliteStore::open("sqlite::memory:").await.unwrap()
}
