//! Many rows in few statements.
//!
//! A message to the connection's thread and back costs more than the row that it writes, so that one statement takes many rows; and
//! while they are written there, the next are made ready here.

use domain::DetectionId;
use futures_util::future::join;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqlitePool, SqliteRow};
use sqlx::{Row, Sqlite, SqliteConnection, SqliteExecutor};

use crate::{Appended, Result};

/// Rows of one statement. As many as come together at a busy gateway are one statement: each more is a message to the connection's thread
/// and back, as are the two around them. A statement is prepared once and found again in the connection's cache
/// ([`STATEMENTS`]); the largest keeps below SQLite's 32,766 parameters by far, and gains nothing by being larger.
const SIZES: [usize; 22] = [64, 48, 32, 28, 24, 20, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1];

/// Prepared statements that the connection that writes keeps: those of all sizes for submissions, detections and words, and as many others
/// as it would keep without them.
pub(super) const STATEMENTS: usize = 3 * SIZES.len() + 100;

/// The rows, as many at a time as one statement takes.
fn batches<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rest.len())?;
        let (batch, beyond) = rest.split_at(size);
        rest = beyond;
        Some(batch)
    })
}

/// Writes all rows, by the statement that `ready` makes for each batch.
pub(super) async fn write<'r, T>(
    rows: &'r [T],
    ready: impl Fn(&'r [T]) -> Query<'r, Sqlite, SqliteArguments>,
    connection: &mut SqliteConnection,
) -> Result<()> {
    let mut batches = batches(rows).map(ready);
    let mut next = batches.next();
    while let Some(query) = next {
        let (written, following) = join(query.execute(&mut *connection), async { batches.next() }).await;
        written?;
        next = following;
    }
    Ok(())
}

/// Writes all rows in one transaction, by the statement that `ready` makes for each batch, and tells of each, in the same order: the
/// statement returns its id and how many new secrets its token had, unless that is revoked.
pub(super) async fn append<'r, T>(
    rows: &'r [T],
    ready: impl Fn(&'r [T]) -> Result<Query<'r, Sqlite, SqliteArguments>>,
    writer: &SqlitePool,
) -> Result<Vec<Appended>> {
    if SIZES.contains(&rows.len()) {
        // One statement is a transaction.
        return told(ready(rows)?, writer).await;
    }
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    let mut appended = Vec::with_capacity(rows.len());
    for batch in batches(rows) {
        appended.extend(told(ready(batch)?, &mut *transaction).await?);
    }
    transaction.commit().await?;
    Ok(appended)
}

async fn told<'c>(
    query: Query<'_, Sqlite, SqliteArguments>,
    executor: impl SqliteExecutor<'c>,
) -> Result<Vec<Appended>> {
    let told =
        |row: SqliteRow| Ok(Appended { id: DetectionId(row.try_get(0)?), token_rotations: row.try_get(1)? });
    query.fetch_all(executor).await?.into_iter().map(told).collect()
}
