//! Whether anything can be written. A connection that fails at it is replaced.

use std::path::Path;
use std::sync::atomic::Ordering;

use super::{SqliteStore, open};
use crate::{Result, StoreError};

/// A disk with less than this left is full, in bytes: a commit of many messages needs about as much. A tiny write alone proves
/// little, since it finds room in the write-ahead log that a larger one has asked for in vain.
const LEAST_ROOM: u64 = 1024 * 1024;

/// Tries to write. A connection that cannot is closed, and the next who writes opens another: a transaction may have stayed open in
/// it, or it may have opened the file for reading only.
pub(super) async fn try_writing(store: &SqliteStore) -> Result<()> {
    if let Some(file) = &store.file {
        look_at_disk(file)?;
    }
    if store.reads_only.load(Ordering::Acquire) {
        open::begin_writing(store).await?;
    }
    let mut connection = store.writer.acquire().await?;
    // Another number than before, so that it is written.
    let tried = sqlx::query("UPDATE writing_probe SET tried = tried + 1").execute(&mut *connection).await;
    if let Err(error) = tried {
        connection.close_on_drop();
        return Err(error.into());
    }
    Ok(())
}

/// What the system says of the disk that a file is on; nothing is wrong where it does not say.
fn look_at_disk(file: &Path) -> Result<()> {
    let Ok(disk) = rustix::fs::statvfs(open::folder_of(file)) else { return Ok(()) };
    if disk.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY) {
        return Err(StoreError::ReadOnlyDisk);
    }
    match disk.f_bavail.saturating_mul(disk.f_frsize) {
        left if left < LEAST_ROOM => Err(StoreError::NoRoom { left }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Store, Trouble};

    /// What SQLite answers when a disk is full, at the connection that writes. Then the transaction is over, whatever sqlx counts.
    async fn fails_for_want_of_room(store: &SqliteStore) {
        let mut transaction = store.begin().await.unwrap();
        for sql in ["PRAGMA max_page_count = 1", "CREATE TABLE large (text TEXT)"] {
            let done = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *transaction).await;
            if let Err(error) = done {
                assert_eq!(StoreError::from(error).trouble(), Some(Trouble::Full));
                return;
            }
        }
        let fill = "INSERT INTO large SELECT hex(randomblob(100000)) FROM (VALUES (1), (2), (3))";
        let error = sqlx::query(fill).execute(&mut *transaction).await.unwrap_err();
        assert_eq!(StoreError::from(error).trouble(), Some(Trouble::Full));
    }

    #[tokio::test]
    async fn a_transaction_that_found_no_room_leaves_no_broken_connection() {
        let folder = tempfile::tempdir().unwrap();
        let store =
            SqliteStore::open(&format!("sqlite://{}/gavel.db", folder.path().display())).await.unwrap();
        for _ in 0..3 {
            fails_for_want_of_room(&store).await;
            store.try_writing().await.unwrap();
            store.begin().await.unwrap().commit().await.unwrap();
        }
        store.close().await;
    }

    #[tokio::test]
    async fn a_connection_that_cannot_write_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let store =
            SqliteStore::open(&format!("sqlite://{}/gavel.db", folder.path().display())).await.unwrap();
        sqlx::query("PRAGMA query_only = ON").execute(&store.writer).await.unwrap();
        assert_eq!(store.try_writing().await.unwrap_err().trouble(), Some(Trouble::ReadOnly));
        store.try_writing().await.unwrap();
        store.close().await;
    }
}
