//! Writes the words of rows, which are what searches look up, behind the rows themselves: what an app waits for is the row, and a
//! commit with words takes half as long again.
//!
//! Words are written in the order of ids, so what has none yet is the end of the log: of the last milliseconds, of a crash, or all
//! of it after a migration emptied the index. Only what was kept as a submission while others overtook it lies before that end; its
//! submission is there until its words are.

use std::collections::BTreeSet;

use domain::DetectionId;
use domain::search::{IndexText, link_keys};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqlitePool};
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection};

use super::batches;
use super::indexed::{SELECT_WORDS, Words, WordsRow};
use super::refold;
use crate::{Result, Unfolded};

/// Rows of one step where nobody waits.
const STEP: usize = 128;

/// Pages of the index that are written by one step of merging, so that whoever wants to write meanwhile waits a millisecond or so.
const MERGED_PAGES: u32 = 16;

/// Writes the words of one row again, if they were written.
pub(super) async fn rewrite(id: i64, connection: &mut SqliteConnection) -> Result<()> {
    let deleted =
        sqlx::query("DELETE FROM detections_fts WHERE rowid = ?").bind(id).execute(&mut *connection).await?;
    if deleted.rows_affected() == 0 {
        return Ok(());
    }
    let rows: Vec<WordsRow> = sqlx::query_as(AssertSqlSafe(format!("{SELECT_WORDS} WHERE d.id = ?")))
        .bind(id)
        .fetch_all(&mut *connection)
        .await?;
    write_rows(rows, connection).await
}

/// The ids of the rows that have no words.
pub(super) const MISSING: &str = "
    SELECT id FROM submissions WHERE EXISTS (SELECT 1 FROM detections WHERE detections.id = submissions.id)
    UNION SELECT id FROM detections WHERE id > (SELECT coalesce(max(id), 0) FROM detections_fts_docsize)";

/// Writes words of an older Gavel as they are looked up now.
pub(super) async fn refold(most: usize, writer: &SqlitePool) -> Result<usize> {
    refold::step(most, writer).await
}

/// What an older Gavel indexed and is not written again yet.
pub(super) async fn unfolded(readers: &SqlitePool) -> Result<Option<Unfolded>> {
    refold::left(readers).await
}

/// Writes the words of the first rows that have none, and returns how many these were. (SQLite plans a statement anew each time a
/// value is bound to its `LIMIT`; a number in the text is planned once.)
async fn write_missing(connection: &mut SqliteConnection, most: usize) -> Result<usize> {
    let rows: Vec<WordsRow> = sqlx::query_as(AssertSqlSafe(format!(
        "{SELECT_WORDS} WHERE d.id IN ({MISSING} ORDER BY id LIMIT {most}) ORDER BY d.id"
    )))
    .fetch_all(&mut *connection)
    .await?;
    let (count, last) = (rows.len(), rows.last().map(|row| row.id));
    write_rows(rows, connection).await?;
    if let Some(last) = last {
        settle(last, connection).await?;
    }
    Ok(count)
}

/// Lets those go that are in the log, up to an id up to which all of the log has its words.
async fn settle(to: i64, connection: &mut SqliteConnection) -> Result<()> {
    sqlx::query(
        "DELETE FROM submissions
         WHERE id <= $1 AND EXISTS (SELECT 1 FROM detections WHERE detections.id = submissions.id)",
    )
    .bind(to)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes the words of rows that have none.
pub(super) async fn write_rows(rows: Vec<WordsRow>, connection: &mut SqliteConnection) -> Result<()> {
    let rows: Vec<_> = rows.into_iter().map(WordsRow::read).collect();
    let words = rows.iter().map(WordsRow::words).collect::<Result<Vec<_>>>()?;
    write(&words, connection).await
}

/// Writes the words of all rows that have none, within a transaction.
pub(super) async fn write_all_missing(connection: &mut SqliteConnection) -> Result<()> {
    while write_missing(connection, STEP).await? == STEP {}
    Ok(())
}

/// Writes what is missing, a step a transaction. A crash between two loses nothing: the next start goes on where this one stopped.
pub(super) async fn catch_up(writer: &SqlitePool) -> Result<()> {
    let mut written = 0;
    loop {
        let step = step(STEP, writer).await?;
        if step == 0 {
            return Ok(());
        }
        // Seldom enough to be read.
        if written / TOLD != (written + step) / TOLD {
            tracing::info!(written, "indexing the log's words again");
        }
        written += step;
    }
}

/// Rows between two words about a long catching up.
const TOLD: usize = 100_000;

/// One step of at most so many rows, in a transaction of its own.
pub(super) async fn step(most: usize, writer: &SqlitePool) -> Result<usize> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    let written = write_missing(&mut transaction, most).await?;
    transaction.commit().await?;
    Ok(written)
}

/// Merges a little, and returns whether there was anything to merge (<https://www.sqlite.org/fts5.html#the_merge_command>). Left to
/// itself, the index does so within the commits that it grows by, which keeps everybody waiting.
/// After rows were deleted all of it is put together, since only then nothing of their words is left.
pub(super) async fn merge(writer: &SqlitePool) -> Result<bool> {
    const CHANGES: &str = "SELECT total_changes()";
    let mut connection = writer.acquire().await?;
    let (deleted, gone): (i64, i64) =
        sqlx::query_as("SELECT deleted, gone FROM words_deleted").fetch_one(&mut *connection).await?;
    let before: i64 = sqlx::query_scalar(CHANGES).fetch_one(&mut *connection).await?;
    // Less than nothing: all pieces, and not only those that are about as large as each other.
    let sign = if deleted > gone { "-" } else { "" };
    sqlx::query(AssertSqlSafe(format!(
        "INSERT INTO detections_fts (detections_fts, rank) VALUES ('merge', {sign}{MERGED_PAGES})"
    )))
    .execute(&mut *connection)
    .await?;
    let after: i64 = sqlx::query_scalar(CHANGES).fetch_one(&mut *connection).await?;
    let goes_on = after - before >= 2;
    if !goes_on && deleted > gone {
        sqlx::query("UPDATE words_deleted SET gone = ?").bind(deleted).execute(&mut *connection).await?;
    }
    Ok(goes_on)
}

/// Writes the words of the last rows of the log, in their order; all before them have theirs.
pub(super) async fn write(rows: &[Words<'_>], connection: &mut SqliteConnection) -> Result<()> {
    batches::write(rows, insertion, connection).await
}

fn insertion<'q>(rows: &'q [Words<'_>]) -> Query<'q, Sqlite, SqliteArguments> {
    let values = vec!["(?, ?, ?, ?, ?, ?, ?)"; rows.len()].join(", ");
    let query = sqlx::query(AssertSqlSafe(format!(
        "INSERT INTO detections_fts (rowid, message, email, name, domain, website_url, keys) VALUES {values}"
    )));
    rows.iter().fold(query, |query, row| {
        let mut pictures = BTreeSet::new();
        let mut folded = |text: &str| {
            let text = IndexText::of(text);
            pictures.extend(text.pictures());
            text.text().to_owned()
        };
        query
            .bind(row.id)
            .bind(folded(row.message))
            .bind(row.keys.email.map(&mut folded))
            .bind(row.name.map(&mut folded))
            .bind(row.domain.map(&mut folded))
            .bind(row.website_url.map(&mut folded))
            .bind(row.keys.text(pictures, link_keys(row.message)))
    })
}

/// How many other rows have a key, counted no further than `most`.
pub(super) async fn count_others(
    key: &str,
    but: DetectionId,
    most: i64,
    readers: &SqlitePool,
) -> Result<i64> {
    let counted = "SELECT count(*) FROM (SELECT 1 FROM detections_fts WHERE detections_fts MATCH ? AND rowid <> ? LIMIT ?)";
    Ok(sqlx::query_scalar(counted).bind(key).bind(but.0).bind(most).fetch_one(readers).await?)
}

/// The newest other rows that have a key and this hash.
pub(super) async fn others_with_hash(
    key: &str,
    but: DetectionId,
    hash: &[u8],
    limit: i64,
    readers: &SqlitePool,
) -> Result<Vec<i64>> {
    let newest = "SELECT d.id FROM detections_fts CROSS JOIN detections d ON d.id = detections_fts.rowid
                  WHERE detections_fts MATCH ? AND detections_fts.rowid <> ? AND d.content_hash = ?
                  ORDER BY detections_fts.rowid DESC LIMIT ?";
    Ok(sqlx::query_scalar(newest).bind(key).bind(but.0).bind(hash).bind(limit).fetch_all(readers).await?)
}

/// The newest rows whose message has a folded word, which holds letters only. Newest first is the index's own order, backwards; the
/// limit ends the walk, however common the word is.
pub(super) async fn newest_with_word(
    word: &str,
    limit: i64,
    connection: &mut SqliteConnection,
) -> Result<Vec<i64>> {
    let newest = "SELECT rowid FROM detections_fts WHERE detections_fts MATCH ? ORDER BY rowid DESC LIMIT ?";
    Ok(sqlx::query_scalar(newest)
        .bind(format!("message : \"{word}\""))
        .bind(limit)
        .fetch_all(connection)
        .await?)
}
