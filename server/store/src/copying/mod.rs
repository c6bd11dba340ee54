//! A database of one engine as one of the other: every table, row by row, under the same ids.
//!
//! A copy is written in steps, each with how far it came (table `copying`), so one that was cut off goes on behind its last step.
//! Until it is whole the database cannot be opened by anything else. At the end every table is counted and summed on both sides.

mod batch;
mod end;
mod postgres;
mod sqlite;

use std::time::{Duration, Instant};

use self::batch::Table;
use self::end::{End, Reached};
use self::postgres::PostgresEnd;
use self::sqlite::SqliteEnd;
use crate::{Result, StoreError};

/// Rows of a step, and of words in a step.
const ROWS: i64 = 2_000;

/// How far a copy has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// An earlier copy goes on, which had this many rows.
    GoesOn(u64),
    /// A table, how many of its rows are there, and how many there will be.
    Table(String, u64, u64),
    /// For how many rows of the log the words were written.
    Words(u64),
    /// Both sides are compared.
    Comparing,
}

/// What was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Tables, all of which are equal by count and sums.
    pub tables: usize,
    /// Rows in all of them.
    pub rows: u64,
    /// Rows that this run wrote.
    pub written: u64,
    /// How long writing them took, without words and comparison.
    pub took: Duration,
}

/// Copies one database into another of the other engine, which is new or holds an unfinished copy.
///
/// # Errors
/// [`StoreError::Open`] when one cannot be opened, is not up to date, or has other data; [`StoreError::Unequal`] when they differ
/// in the end, for instance since somebody wrote meanwhile.
pub async fn copy(from: &str, to: &str, mut tell: impl FnMut(Progress)) -> Result<Copied> {
    let (mut source, mut target, tables): (Box<dyn End>, Box<dyn End>, Vec<Table>) =
        match (crate::is_server(from), crate::is_server(to)) {
            (false, true) => {
                let source = SqliteEnd::source(from).await?;
                let mut target = PostgresEnd::target(to).await?;
                let tables = target.tables().await?;
                (Box::new(source), Box::new(target), tables)
            }
            (true, false) => {
                let mut source = PostgresEnd::source(from).await?;
                let tables = source.tables().await?;
                (Box::new(source), Box::new(SqliteEnd::target(to).await?), tables)
            }
            (is_server, _) => {
                let how = if is_server { "use pg_dump and pg_restore" } else { "use `gavel backup`" };
                return refused(
                    to,
                    format!(
                        "a copy goes from SQLite to PostgreSQL or back; between databases of one engine {how}"
                    ),
                );
            }
        };
    source.hold_still().await?;
    let mut reached = match target.reached().await? {
        Some(reached) => {
            tell(Progress::GoesOn(reached.values().map(|table| table.rows).sum()));
            reached
        }
        None => {
            target.begin(&tables).await?;
            std::collections::HashMap::new()
        }
    };
    let (began, mut written) = (Instant::now(), 0);
    for table in &tables {
        let at = reached.remove(&table.name).unwrap_or_default();
        written += copy_table(table, at, &mut *source, &mut *target, &mut tell).await?;
    }
    let took = began.elapsed();
    for table in tables.iter().filter(|table| table.numbered.is_some()) {
        let given = source.given(table).await?;
        target.go_on_behind(table, given).await?;
    }
    let mut words = 0;
    loop {
        match target.write_words().await? {
            0 => break,
            more => words += more,
        }
        tell(Progress::Words(words));
    }
    tell(Progress::Comparing);
    let mut rows = 0;
    for table in &tables {
        rows += compare(table, &mut *source, &mut *target).await?;
    }
    target.end(&tables).await?;
    Ok(Copied { tables: tables.len(), rows, written, took })
}

async fn copy_table(
    table: &Table,
    mut at: Reached,
    source: &mut dyn End,
    target: &mut dyn End,
    tell: &mut impl FnMut(Progress),
) -> Result<u64> {
    if at.is_done {
        return Ok(0);
    }
    let (all, before) = (source.count(table).await?, at.rows);
    while !at.is_done {
        let batch = source.read(table, at.last.as_deref(), ROWS).await?;
        at.rows += u64::try_from(batch.rows).unwrap_or_default();
        at.is_done = batch.rows == 0 || table.key.is_empty();
        at.last = batch.last(table).or(at.last);
        target.write(table, batch, &at).await?;
        tell(Progress::Table(table.name.clone(), at.rows, all));
    }
    Ok(at.rows - before)
}

/// Refuses tables that differ; returns how many rows both have.
async fn compare(table: &Table, source: &mut dyn End, target: &mut dyn End) -> Result<u64> {
    let (here, there) = (source.sums(table).await?, target.sums(table).await?);
    if here == there {
        return Ok(here[0].unsigned_abs());
    }
    let names = std::iter::once("count").chain(table.columns.iter().map(|(name, _)| name.as_str()));
    let differing = names.zip(here.iter().zip(&there)).find(|(_, (here, there))| here != there);
    let (column, (&here, &there)) = differing.unwrap_or(("count", (&0, &0)));
    Err(StoreError::Unequal { table: table.name.clone(), column: column.to_owned(), here, there })
}

fn refused<T>(url: &str, reason: String) -> Result<T> {
    Err(StoreError::Open { url: crate::without_credentials(url), reason })
}

/// Why a database with an unfinished copy cannot be opened.
pub(crate) const UNFINISHED: &str =
    "a copy into it is not finished; go on with `gavel copy`, or remove this database and begin anew";

/// Where a copy says how far it came; there as long as it is unfinished.
const PROGRESS_TABLE: &str =
    "CREATE TABLE copying (name TEXT PRIMARY KEY, rows BIGINT NOT NULL, last TEXT, is_done BIGINT NOT NULL)";
