//! An empty store for a test.

use super::PostgresStore;

/// A database of its own.
pub(super) async fn store() -> PostgresStore {
    PostgresStore::open(&crate::testing::postgres().await).await.unwrap()
}
