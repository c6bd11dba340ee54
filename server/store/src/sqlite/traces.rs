//! What is left in the file of the database of what was forgotten.

use sqlx::Connection as _;

use super::{Connection, SqliteStore};
use crate::Result;

/// How long the emptying of the write-ahead log waits for those who read, in milliseconds: those who write wait as well.
const PATIENCE_MS: u32 = 250;

/// Words of the index go with the next merging, which is told so.
pub(super) async fn words_were_deleted(connection: &mut Connection) -> Result<()> {
    sqlx::query("UPDATE words_deleted SET deleted = deleted + 1").execute(connection).await?;
    Ok(())
}

pub(super) async fn words_are_gone(store: &SqliteStore) -> Result<bool> {
    let sql = "SELECT deleted <= gone FROM words_deleted";
    Ok(sqlx::query_scalar(sql).fetch_one(&store.readers).await?)
}

/// Empties the write-ahead log, unless somebody is reading from it.
pub(super) async fn overwrite(store: &SqliteStore) -> Result<bool> {
    if store.file.is_none() {
        return Ok(true);
    }
    let mut connection = store.readers.acquire().await?.detach();
    sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA busy_timeout = {PATIENCE_MS}")))
        .execute(&mut connection)
        .await?;
    let emptied: std::result::Result<(i64, i64, i64), sqlx::Error> =
        sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut connection).await;
    connection.close().await?;
    let (busy, ..) = emptied?;
    Ok(busy == 0)
}
