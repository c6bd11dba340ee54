//! Lets go of content that will not be checked any more.

use chrono::{DateTime, Utc};
use domain::{Import, ImportId};
use sqlx::AssertSqlSafe;

use super::super::Connection;
use super::super::Engine;
use super::super::columns::to_ms;
use super::record::{ImportRecord, SELECT};
use crate::Result;

/// Looks at the next rows of the oldest import that has something to forget. What waits goes altogether; what failed stays
/// with its place and reason, without its content. Returns whether there was such an import.
pub(super) async fn step(store: &Engine, limit: u32) -> Result<bool> {
    let mut transaction = store.begin().await?;
    let next: Option<(i64, i64)> = sqlx::query_as(
        "SELECT id, forgotten_to FROM imports WHERE forgotten_to IS NOT NULL ORDER BY id LIMIT 1",
    )
    .fetch_optional(&mut *transaction)
    .await?;
    let Some((id, after)) = next else { return Ok(false) };
    // The last of the rows that this step looks at; none when these are the last of all.
    let last: Option<i64> = sqlx::query_scalar(
        "SELECT number FROM import_rows WHERE import_id = $1 AND number > $2 ORDER BY number LIMIT 1 OFFSET $3",
    )
    .bind(id)
    .bind(after)
    .bind(i64::from(limit.saturating_sub(1)))
    .fetch_optional(&mut *transaction)
    .await?;
    forget(id, after, last.unwrap_or(i64::MAX), &mut transaction).await?;
    sqlx::query("UPDATE imports SET forgotten_to = $1 WHERE id = $2")
        .bind(last)
        .bind(id)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(true)
}

async fn forget(id: i64, after: i64, to: i64, connection: &mut Connection) -> Result<()> {
    for statement in [
        "DELETE FROM import_rows WHERE import_id = $1 AND number > $2 AND number <= $3 AND state = 'waiting'",
        "UPDATE import_rows SET content = NULL
         WHERE import_id = $1 AND number > $2 AND number <= $3 AND state = 'failed' AND content IS NOT NULL",
    ] {
        sqlx::query(statement).bind(id).bind(after).bind(to).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Has the rows of an import forgotten, step by step from now on.
pub(super) async fn begin(store: &Engine, id: ImportId) -> Result<()> {
    sqlx::query("UPDATE imports SET forgotten_to = 0 WHERE id = $1")
        .bind(id.0)
        .execute(&store.writer)
        .await?;
    Ok(())
}

/// Imports whose file is kept although nobody has done anything with them since `before`: brought and never started, or done
/// with rows that failed.
pub(super) async fn stale(store: &Engine, before: DateTime<Utc>, limit: u32) -> Result<Vec<Import>> {
    let condition = "WHERE i.file IS NOT NULL AND (i.state IN ('uploaded', 'ready') AND i.created_at < $1
                                      OR i.state = 'done' AND i.finished_at < $1)
        ORDER BY i.id LIMIT $2";
    let rows = sqlx::query_as::<_, ImportRecord>(AssertSqlSafe(format!("{SELECT} {condition}")))
        .bind(to_ms(before))
        .bind(i64::from(limit))
        .fetch_all(&store.readers)
        .await?;
    rows.into_iter().map(Import::try_from).collect()
}

/// The files of all imports.
pub(super) async fn files(store: &Engine) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar("SELECT file FROM imports WHERE file IS NOT NULL")
        .fetch_all(&store.readers)
        .await?)
}
