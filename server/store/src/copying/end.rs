//! What either end of a copy can do.

use std::collections::HashMap;

use async_trait::async_trait;

use super::batch::{Batch, Table, Value};
use crate::{Result, StoreError};

/// How far a table has come.
#[derive(Clone, Debug, Default)]
pub(super) struct Reached {
    pub(super) rows: u64,
    /// The key of the last row that was written.
    pub(super) last: Option<Vec<Value>>,
    pub(super) is_done: bool,
}

impl Reached {
    pub(super) fn read((name, rows, last, is_done): (String, i64, Option<String>, i64)) -> (String, Self) {
        let last = last.and_then(|last| serde_json::from_str(&last).ok());
        (name, Self { rows: rows.unsigned_abs(), last, is_done: is_done != 0 })
    }

    /// As it is kept with the copy.
    pub(super) fn last_text(&self) -> Result<Option<String>> {
        let last = self.last.as_ref().map(serde_json::to_string).transpose();
        last.map_err(|error| StoreError::Database(sqlx::Error::Encode(error.into())))
    }
}

/// How many rows a table has, and a sum of each of its columns.
pub(super) type Sums = Vec<i64>;

/// A database that is read, or written.
#[async_trait]
pub(super) trait End: Send {
    /// Keeps what is read from changing under the reader.
    async fn hold_still(&mut self) -> Result<()>;

    /// The next rows of a table, no more than `most` and no more than fit into some memory.
    async fn read(&mut self, table: &Table, behind: Option<&[Value]>, most: i64) -> Result<Batch>;

    async fn count(&mut self, table: &Table) -> Result<u64>;

    async fn sums(&mut self, table: &Table) -> Result<Sums>;

    /// The highest number that a table ever gave.
    async fn given(&mut self, table: &Table) -> Result<i64>;

    /// How far a copy into this has come; `None` when none was begun.
    async fn reached(&mut self) -> Result<Option<HashMap<String, Reached>>>;

    /// Begins a copy: what follows from rows by itself does not while they are copied, and what a new database has goes.
    async fn begin(&mut self, tables: &[Table]) -> Result<()>;

    /// Writes rows and how far the table has come, both or neither.
    async fn write(&mut self, table: &Table, batch: Batch, reached: &Reached) -> Result<()>;

    /// Has numbers go on behind those that were given.
    async fn go_on_behind(&mut self, table: &Table, given: i64) -> Result<()>;

    /// Writes words of more rows of the log; returns for how many, 0 when all have theirs.
    async fn write_words(&mut self) -> Result<u64>;

    /// Ends the copy: everything follows from rows by itself again.
    async fn end(&mut self, tables: &[Table]) -> Result<()>;
}
