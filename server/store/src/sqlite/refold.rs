//! Writes words again that were indexed before words were folded as they are now (migration 0046): newest first, since those are
//! searched for most, and a few rows a transaction, so that whoever wants to write meanwhile waits a millisecond or so.
//!
//! A search meanwhile finds in rows that are not written again yet only what is folded as before. Nothing else is lost, and whoever
//! searches is told how far it is.

use sqlx::sqlite::SqlitePool;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::indexed::{SELECT_WORDS, WordsRow};
use super::words;
use crate::{Result, Unfolded};

/// How much is not written again yet; `None` when nothing is.
pub(super) async fn left(readers: &SqlitePool) -> Result<Option<Unfolded>> {
    let (below, last): (i64, i64) =
        sqlx::query_as("SELECT below, last FROM words_folded").fetch_one(readers).await?;
    let count = |ids: i64| ids.max(0).unsigned_abs();
    Ok((below > 0).then(|| Unfolded { left: count(below - 1), of: count(last) }))
}

/// Writes the words of some rows again, and returns how many; 0 when all are.
pub(super) async fn step(most: usize, writer: &SqlitePool) -> Result<usize> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    let written = rewrite(&mut transaction, most).await?;
    transaction.commit().await?;
    Ok(written)
}

async fn rewrite(connection: &mut SqliteConnection, most: usize) -> Result<usize> {
    let below: i64 = sqlx::query_scalar("SELECT below FROM words_folded").fetch_one(&mut *connection).await?;
    if below == 0 {
        return Ok(0);
    }
    // What has no words yet gets them folded, by whoever writes those.
    let mut rows: Vec<WordsRow> = sqlx::query_as(AssertSqlSafe(format!(
        "{SELECT_WORDS} WHERE d.id < ? AND d.id IN (SELECT id FROM detections_fts_docsize WHERE id < ?)
         ORDER BY d.id DESC LIMIT {most}"
    )))
    .bind(below)
    .bind(below)
    .fetch_all(&mut *connection)
    .await?;
    // Words are written in the order of ids.
    rows.reverse();
    for row in &rows {
        sqlx::query("DELETE FROM detections_fts WHERE rowid = ?")
            .bind(row.id)
            .execute(&mut *connection)
            .await?;
    }
    let (count, below) = (rows.len(), rows.first().map_or(0, |first| first.id));
    words::write_rows(rows, connection).await?;
    sqlx::query("UPDATE words_folded SET below = ?").bind(below).execute(&mut *connection).await?;
    if below == 0 {
        // What is deleted in the index is put out of the way of searches when rows were deleted; so it is here.
        sqlx::query("UPDATE words_deleted SET deleted = deleted + 1").execute(connection).await?;
        tracing::info!("the words of all messages are indexed again");
    }
    Ok(count)
}
