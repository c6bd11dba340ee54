//! SQLite's end of a copy.

use std::collections::HashMap;
use std::str::FromStr;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, Sqlite};

use super::batch::{Batch, Kind, Table, Value, Values};
use super::end::{End, Reached, Sums};
use super::{PROGRESS_TABLE, refused};
use crate::sqlite::{self, SqliteStore};
use crate::{Result, Store as _, StoreError};

/// Most bytes of a step, about: a message may have a megabyte.
const BYTES: usize = 16 * 1024 * 1024;

/// Most parameters of a statement; SQLite takes 32,766.
const PARAMETERS: usize = 8_000;

/// A database in a file.
pub(super) struct SqliteEnd {
    url: String,
    connection: SqliteConnection,
    has_words: bool,
}

impl SqliteEnd {
    /// A database that is read.
    pub(super) async fn source(url: &str) -> Result<Self> {
        let options = options(url)?;
        if !options.get_filename().is_file() {
            return refused(url, format!("there is no file {}", options.get_filename().display()));
        }
        let mut connection = options.pragma("query_only", "ON").connect().await?;
        if is_unfinished(&mut connection).await? {
            return refused(url, super::UNFINISHED.to_owned());
        }
        let schema: Option<i64> =
            sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
                .fetch_one(&mut connection)
                .await?;
        if schema != Some(sqlite::backup::newest_schema()) {
            return refused(url, "it is not up to date; run `gavel migrate` on it first".to_owned());
        }
        Ok(Self { url: url.to_owned(), connection, has_words: true })
    }

    /// A file that is made, or one with an unfinished copy.
    pub(super) async fn target(url: &str) -> Result<Self> {
        let options = options(url)?;
        if options.get_filename().exists() {
            let mut connection = options.connect().await?;
            if !is_unfinished(&mut connection).await? {
                return refused(url, "the file is there already; name one that is not".to_owned());
            }
            return Ok(Self { url: url.to_owned(), connection, has_words: false });
        }
        SqliteStore::open(url).await?.close().await;
        Ok(Self { url: url.to_owned(), connection: options.connect().await?, has_words: false })
    }
}

/// What refers to rows that are still to come is looked at in the end.
fn options(url: &str) -> Result<SqliteConnectOptions> {
    let options = SqliteConnectOptions::from_str(url);
    let options =
        options.map_err(|error| StoreError::Open { url: url.to_owned(), reason: error.to_string() })?;
    Ok(options.create_if_missing(false).foreign_keys(false).pragma("cache_size", "-65536"))
}

async fn is_unfinished(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'copying')")
        .fetch_one(connection)
        .await
}

#[async_trait]
impl End for SqliteEnd {
    async fn hold_still(&mut self) -> Result<()> {
        sqlx::query("BEGIN").execute(&mut self.connection).await?;
        Ok(())
    }

    async fn read(&mut self, table: &Table, behind: Option<&[Value]>, most: i64) -> Result<Batch> {
        let mut query = sqlx::query(AssertSqlSafe(table.select(behind.is_some())));
        for value in behind.unwrap_or_default() {
            query = bind(query, value);
        }
        let mut rows = query.bind(most).fetch(&mut self.connection);
        let mut batch = Batch::of(table);
        while let Some(row) = rows.try_next().await? {
            take(&row, &mut batch)?;
            if batch.bytes > BYTES {
                break;
            }
        }
        Ok(batch)
    }

    async fn count(&mut self, table: &Table) -> Result<u64> {
        let sql = format!("SELECT count(*) FROM \"{}\"", table.name);
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.connection).await?;
        Ok(count.unsigned_abs())
    }

    async fn sums(&mut self, table: &Table) -> Result<Sums> {
        let mut sums = vec!["count(*)".to_owned()];
        sums.extend(table.columns.iter().map(|(name, kind)| {
            let value = match kind {
                Kind::Integer => format!("\"{name}\" % 1000003"),
                Kind::Float => format!("CAST(\"{name}\" * 16 AS INTEGER) % 1000003"),
                Kind::Flag => format!("\"{name}\""),
                Kind::Text | Kind::Bytes => format!("length(CAST(\"{name}\" AS BLOB)) + 1"),
            };
            format!("coalesce(sum({value}), 0)")
        }));
        let sql = format!("SELECT {} FROM \"{}\"", sums.join(", "), table.name);
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut self.connection).await?;
        Ok((0..sums.len()).map(|column| row.try_get::<i64, _>(column)).collect::<sqlx::Result<_>>()?)
    }

    async fn given(&mut self, table: &Table) -> Result<i64> {
        let Some(column) = &table.numbered else { return Ok(0) };
        let sql = format!(
            "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{0}'), 0),
                        coalesce((SELECT max(\"{column}\") FROM \"{0}\"), 0))",
            table.name
        );
        Ok(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.connection).await?)
    }

    async fn reached(&mut self) -> Result<Option<HashMap<String, Reached>>> {
        if !is_unfinished(&mut self.connection).await? {
            return Ok(None);
        }
        let rows: Vec<(String, i64, Option<String>, i64)> =
            sqlx::query_as("SELECT name, rows, last, is_done FROM copying")
                .fetch_all(&mut self.connection)
                .await?;
        Ok(Some(rows.into_iter().map(Reached::read).collect()))
    }

    /// SQLite cannot switch triggers off: they are kept as text, and made again in the end.
    async fn begin(&mut self, tables: &[Table]) -> Result<()> {
        let mut transaction = self.connection.begin().await?;
        for sql in [PROGRESS_TABLE, "CREATE TABLE copying_triggers (name TEXT PRIMARY KEY, sql TEXT NOT NULL)",
                    "INSERT INTO copying_triggers SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN
                     (SELECT name FROM sqlite_master WHERE type = 'table')"] {
            sqlx::query(sql).execute(&mut *transaction).await?;
        }
        let triggers: Vec<String> =
            sqlx::query_scalar("SELECT name FROM copying_triggers").fetch_all(&mut *transaction).await?;
        let triggers = triggers.iter().map(|name| format!("DROP TRIGGER \"{name}\""));
        let rows = tables.iter().map(|table| format!("DELETE FROM \"{}\"", table.name));
        for sql in triggers.chain(rows).collect::<Vec<_>>() {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn write(&mut self, table: &Table, batch: Batch, reached: &Reached) -> Result<()> {
        let mut transaction = self.connection.begin().await?;
        let width = table.columns.len();
        let step = (PARAMETERS / width).max(1);
        let mut from = 0;
        while from < batch.rows {
            let to = batch.rows.min(from + step);
            let marks = format!("({})", vec!["?"; width].join(", "));
            let sql = format!(
                "INSERT INTO \"{}\" ({}) VALUES {}",
                table.name,
                table.column_list(),
                vec![marks; to - from].join(", ")
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for row in from..to {
                for values in &batch.columns {
                    query = match values {
                        Values::Integer(values) => query.bind(values[row]),
                        Values::Float(values) => query.bind(values[row]),
                        Values::Flag(values) => query.bind(values[row]),
                        Values::Text(values) => query.bind(values[row].clone()),
                        Values::Bytes(values) => query.bind(values[row].clone()),
                    };
                }
            }
            query.execute(&mut *transaction).await?;
            from = to;
        }
        sqlx::query("INSERT OR REPLACE INTO copying (name, rows, last, is_done) VALUES (?, ?, ?, ?)")
            .bind(&table.name)
            .bind(reached.rows.cast_signed())
            .bind(reached.last_text()?)
            .bind(i64::from(reached.is_done))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn go_on_behind(&mut self, table: &Table, given: i64) -> Result<()> {
        // Only tables that number by `sqlite_sequence` never give a number twice.
        let name = &table.name;
        let is_counted: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = ? AND sql LIKE '%AUTOINCREMENT%')",
        )
        .bind(name)
        .fetch_one(&mut self.connection)
        .await?;
        if is_counted && given > 0 {
            sqlx::query("DELETE FROM sqlite_sequence WHERE name = ?")
                .bind(name)
                .execute(&mut self.connection)
                .await?;
            sqlx::query("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)")
                .bind(name)
                .bind(given)
                .execute(&mut self.connection)
                .await?;
        }
        Ok(())
    }

    /// Words are written in the order of ids behind the last row that has some; the store does so whenever it is opened.
    async fn write_words(&mut self) -> Result<u64> {
        if std::mem::replace(&mut self.has_words, true) {
            return Ok(0);
        }
        let before: i64 =
            sqlx::query_scalar("SELECT count(*) FROM detections").fetch_one(&mut self.connection).await?;
        sqlite::write_all_words(&self.url).await?;
        Ok(before.unsigned_abs())
    }

    async fn end(&mut self, _tables: &[Table]) -> Result<()> {
        let mut transaction = self.connection.begin().await?;
        let dangling = sqlx::query("PRAGMA foreign_key_check").fetch_optional(&mut *transaction).await?;
        if let Some(row) = dangling {
            let (table, parent): (String, String) = (row.try_get(0)?, row.try_get(2)?);
            return Err(StoreError::Unequal {
                table,
                column: format!("what refers to {parent}"),
                here: 0,
                there: 1,
            });
        }
        let triggers: Vec<String> =
            sqlx::query_scalar("SELECT sql FROM copying_triggers").fetch_all(&mut *transaction).await?;
        for sql in triggers {
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
        }
        for sql in ["DROP TABLE copying_triggers", "DROP TABLE copying"] {
            sqlx::query(sql).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        sqlx::query("ANALYZE").execute(&mut self.connection).await?;
        Ok(())
    }
}

type Query<'q> = sqlx::query::Query<'q, Sqlite, SqliteArguments>;

fn bind<'q>(query: Query<'q>, value: &Value) -> Query<'q> {
    match value {
        Value::Integer(value) => query.bind(*value),
        Value::Float(bits) => query.bind(f64::from_bits(*bits)),
        Value::Flag(value) => query.bind(*value),
        Value::Text(value) => query.bind(value.clone()),
        Value::Bytes(value) => query.bind(value.clone()),
    }
}

fn take(row: &SqliteRow, batch: &mut Batch) -> sqlx::Result<()> {
    for (column, values) in batch.columns.iter_mut().enumerate() {
        match values {
            Values::Integer(values) => values.push(row.try_get_unchecked(column)?),
            Values::Float(values) => values.push(row.try_get_unchecked(column)?),
            Values::Flag(values) => values.push(row.try_get_unchecked(column)?),
            Values::Text(values) => {
                let value: Option<String> = row.try_get_unchecked(column)?;
                batch.bytes += value.as_ref().map_or(0, String::len);
                values.push(value);
            }
            Values::Bytes(values) => values.push(row.try_get_unchecked(column)?),
        }
    }
    batch.rows += 1;
    Ok(())
}
