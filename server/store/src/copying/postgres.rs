//! PostgreSQL's end of a copy.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use futures_util::TryStreamExt;
use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection, Postgres, Row};

use super::batch::{Batch, Kind, Table, Value, Values};
use super::end::{End, Reached, Sums};
use super::{PROGRESS_TABLE, ROWS, refused};
use crate::postgres::{self, PostgresStore, text};
use crate::{Result, Store as _};

/// Most bytes of a step, about: a message may have a megabyte.
const BYTES: usize = 16 * 1024 * 1024;

/// What only this engine has: how it was made, whose turn it is, and words, which are written anew.
const OWN: [&str; 8] = [
    "_sqlx_migrations",
    "code_made",
    "writing_probe",
    "detection_words",
    "copying",
    "leases",
    "replicas",
    "allowances",
];

/// A column that other engines do not have: which replica judges a submission.
const OWN_COLUMN: (&str, &str) = ("submissions", "kept_by");

/// Tables in which a new database has rows.
const SEEDED: [&str; 8] = [
    "audit_head",
    "forgetting",
    "reason_list_entries",
    "reason_lists",
    "reasons",
    "rules_version",
    "stat_bounds",
    "stat_progress",
];

/// A database of a server.
pub(super) struct PostgresEnd {
    url: String,
    connection: PgConnection,
    words_to: i64,
}

impl PostgresEnd {
    /// A database that is read.
    pub(super) async fn source(url: &str) -> Result<Self> {
        let mut connection = postgres::connect(url).await?;
        if has_table(&mut connection, "copying").await? {
            return refused(url, super::UNFINISHED.to_owned());
        }
        if !has_table(&mut connection, "_sqlx_migrations").await? {
            return refused(url, "it is no database of Gavel's".to_owned());
        }
        let schema: Option<i64> =
            sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
                .fetch_one(&mut connection)
                .await?;
        if schema != Some(postgres::newest_schema()) {
            return refused(url, "it is not up to date; run `gavel migrate` on it first".to_owned());
        }
        Ok(Self { url: url.to_owned(), connection, words_to: 0 })
    }

    /// An empty database, or one with an unfinished copy.
    pub(super) async fn target(url: &str) -> Result<Self> {
        let mut connection = postgres::connect(url).await?;
        if !has_table(&mut connection, "copying").await? {
            if !has_table(&mut connection, "_sqlx_migrations").await? {
                let others: Option<String> = sqlx::query_scalar(
                    "SELECT min(tablename::text) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
                )
                .fetch_one(&mut connection)
                .await?;
                if let Some(other) = others {
                    return refused(
                        url,
                        format!("it has the table {other} of another program; name an empty database"),
                    );
                }
            }
            PostgresStore::open(url).await?.close().await;
        }
        Ok(Self { url: url.to_owned(), connection, words_to: 0 })
    }

    /// Every table that both engines have, those first that others refer to.
    pub(super) async fn tables(&mut self) -> Result<Vec<Table>> {
        let rows: Vec<(String, String, String, bool)> = sqlx::query_as(
            "SELECT c.table_name::text, c.column_name::text, c.data_type::text, c.is_identity = 'YES'
             FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
             WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'
             ORDER BY c.table_name COLLATE \"C\", c.ordinal_position",
        )
        .fetch_all(&mut self.connection)
        .await?;
        let mut tables: Vec<Table> = Vec::new();
        for (name, column, kind, is_numbered) in rows {
            if OWN.contains(&name.as_str()) || (name.as_str(), column.as_str()) == OWN_COLUMN {
                continue;
            }
            if tables.last().is_none_or(|table| table.name != name) {
                tables.push(Table {
                    name: name.clone(),
                    columns: Vec::new(),
                    key: Vec::new(),
                    numbered: None,
                });
            }
            let Some(table) = tables.last_mut() else { continue };
            if is_numbered {
                table.numbered = Some(column.clone());
            }
            table.columns.push((column, kind_of(&name, &kind)?));
        }
        let keys: Vec<(String, String)> = sqlx::query_as(
            "SELECT c.relname::text, a.attname::text
             FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
                  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
             WHERE i.indisprimary AND c.relnamespace = current_schema()::regnamespace
             ORDER BY c.relname, array_position(i.indkey::int2[], a.attnum)",
        )
        .fetch_all(&mut self.connection)
        .await?;
        for table in &mut tables {
            let own = keys.iter().filter(|(name, _)| *name == table.name);
            table.key =
                own.filter_map(|(_, key)| table.columns.iter().position(|(name, _)| name == key)).collect();
        }
        let references: Vec<(String, String)> = sqlx::query_as(
            "SELECT a.relname::text, b.relname::text
             FROM pg_constraint k JOIN pg_class a ON a.oid = k.conrelid JOIN pg_class b ON b.oid = k.confrelid
             WHERE k.contype = 'f' AND k.conrelid <> k.confrelid AND a.relnamespace = current_schema()::regnamespace",
        )
        .fetch_all(&mut self.connection)
        .await?;
        Ok(sorted(tables, &references))
    }

    async fn refuse_other_data(&mut self, tables: &[Table]) -> Result<()> {
        for table in tables.iter().filter(|table| !SEEDED.contains(&table.name.as_str())) {
            let sql = format!("SELECT EXISTS (SELECT 1 FROM \"{}\")", table.name);
            if sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.connection).await? {
                let reason = format!("it has data already (table {}); name an empty database", table.name);
                return refused(&self.url, reason);
            }
        }
        Ok(())
    }
}

fn kind_of(table: &str, kind: &str) -> Result<Kind> {
    Ok(match kind {
        "bigint" => Kind::Integer,
        "double precision" => Kind::Float,
        "boolean" => Kind::Flag,
        "text" => Kind::Text,
        "bytea" => Kind::Bytes,
        other => return refused("", format!("the table {table} has a column of the unknown type {other}")),
    })
}

/// Those first that others refer to. What is left over in a circle keeps its order.
fn sorted(mut tables: Vec<Table>, references: &[(String, String)]) -> Vec<Table> {
    let mut sorted: Vec<Table> = Vec::with_capacity(tables.len());
    while !tables.is_empty() {
        let waiting: HashSet<String> = tables.iter().map(|table| table.name.clone()).collect();
        let next = tables.iter().position(|table| {
            let mut own = references.iter().filter(|(name, _)| *name == table.name);
            own.all(|(_, parent)| !waiting.contains(parent))
        });
        sorted.push(tables.remove(next.unwrap_or_default()));
    }
    sorted
}

async fn has_table(connection: &mut PgConnection, name: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(name).fetch_one(connection).await
}

/// Switches what follows from rows by itself on or off; checks of references stay on.
async fn switch_triggers(tables: &[Table], how: &str, connection: &mut PgConnection) -> sqlx::Result<()> {
    for table in tables {
        let sql = format!("ALTER TABLE \"{}\" {how} TRIGGER USER", table.name);
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *connection).await?;
    }
    Ok(())
}

#[async_trait]
impl End for PostgresEnd {
    async fn hold_still(&mut self) -> Result<()> {
        let snapshot =
            "SET idle_in_transaction_session_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        sqlx::raw_sql(snapshot).execute(&mut self.connection).await?;
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
                Kind::Float => format!("trunc(\"{name}\" * 16)::bigint % 1000003"),
                Kind::Flag => format!("\"{name}\"::int"),
                // As long as it is without what stands for NUL here.
                Kind::Text => format!(
                    "octet_length(replace(replace(\"{name}\" COLLATE \"C\", U&'\\+10FFFE0', 'n'), U&'\\+10FFFE1', 'four')) + 1"
                ),
                Kind::Bytes => format!("octet_length(\"{name}\") + 1"),
            };
            format!("coalesce(sum({value}), 0)::bigint")
        }));
        let sql = format!("SELECT {} FROM \"{}\"", sums.join(", "), table.name);
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut self.connection).await?;
        Ok((0..sums.len()).map(|column| row.try_get::<i64, _>(column)).collect::<sqlx::Result<_>>()?)
    }

    async fn given(&mut self, table: &Table) -> Result<i64> {
        let Some(column) = &table.numbered else { return Ok(0) };
        let sql = format!(
            "SELECT greatest(coalesce(pg_sequence_last_value(pg_get_serial_sequence('{0}', '{column}')::regclass), 0),
                             coalesce((SELECT max(\"{column}\") FROM \"{0}\"), 0))",
            table.name
        );
        Ok(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.connection).await?)
    }

    async fn reached(&mut self) -> Result<Option<HashMap<String, Reached>>> {
        if !has_table(&mut self.connection, "copying").await? {
            return Ok(None);
        }
        let rows: Vec<(String, i64, Option<String>, i64)> =
            sqlx::query_as("SELECT name, rows, last, is_done FROM copying")
                .fetch_all(&mut self.connection)
                .await?;
        Ok(Some(rows.into_iter().map(Reached::read).collect()))
    }

    async fn begin(&mut self, tables: &[Table]) -> Result<()> {
        self.refuse_other_data(tables).await?;
        let mut transaction = self.connection.begin().await?;
        sqlx::query(PROGRESS_TABLE).execute(&mut *transaction).await?;
        switch_triggers(tables, "DISABLE", &mut transaction).await?;
        for table in tables {
            let sql = format!("DELETE FROM \"{}\"", table.name);
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn write(&mut self, table: &Table, batch: Batch, reached: &Reached) -> Result<()> {
        let mut transaction = self.connection.begin().await?;
        // What is lost with the machine is copied again.
        sqlx::query("SET LOCAL synchronous_commit = off").execute(&mut *transaction).await?;
        if batch.rows > 0 {
            let arrays: Vec<_> = table
                .columns
                .iter()
                .enumerate()
                .map(|(column, (_, kind))| format!("${}::{}[]", column + 1, type_of(*kind)))
                .collect();
            let sql = format!(
                "INSERT INTO \"{}\" ({}) SELECT * FROM UNNEST({})",
                table.name,
                table.column_list(),
                arrays.join(", ")
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for values in batch.columns {
                query = match values {
                    Values::Integer(values) => query.bind(values),
                    Values::Float(values) => query.bind(values),
                    Values::Flag(values) => query.bind(values),
                    Values::Text(values) => {
                        query.bind(values.into_iter().map(|text| text.map(kept)).collect::<Vec<_>>())
                    }
                    Values::Bytes(values) => query.bind(values),
                };
            }
            query.execute(&mut *transaction).await?;
        }
        sqlx::query(
            "INSERT INTO copying (name, rows, last, is_done) VALUES ($1, $2, $3, $4)
             ON CONFLICT (name) DO UPDATE SET rows = excluded.rows, last = excluded.last, is_done = excluded.is_done",
        )
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
        let Some(column) = &table.numbered else { return Ok(()) };
        if given > 0 {
            let sql = format!("SELECT setval(pg_get_serial_sequence('{}', '{column}'), $1)", table.name);
            sqlx::query(AssertSqlSafe(sql)).bind(given).execute(&mut self.connection).await?;
        }
        Ok(())
    }

    async fn write_words(&mut self) -> Result<u64> {
        if self.words_to == 0 {
            // Those of a step are written together.
            let last = "SELECT coalesce(max(detection_id), 0) FROM detection_words";
            self.words_to = sqlx::query_scalar(last).fetch_one(&mut self.connection).await?;
        }
        let mut transaction = self.connection.begin().await?;
        sqlx::query("SET LOCAL synchronous_commit = off").execute(&mut *transaction).await?;
        let written = postgres::write_words_behind(self.words_to, ROWS, &mut transaction).await?;
        transaction.commit().await?;
        let Some((last, count)) = written else { return Ok(0) };
        self.words_to = last;
        Ok(count)
    }

    async fn end(&mut self, tables: &[Table]) -> Result<()> {
        let mut transaction = self.connection.begin().await?;
        switch_triggers(tables, "ENABLE", &mut transaction).await?;
        sqlx::query("DROP TABLE copying").execute(&mut *transaction).await?;
        transaction.commit().await?;
        sqlx::query("ANALYZE").execute(&mut self.connection).await?;
        Ok(())
    }
}

fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer => "bigint",
        Kind::Float => "double precision",
        Kind::Flag => "boolean",
        Kind::Text => "text",
        Kind::Bytes => "bytea",
    }
}

fn kept(text: String) -> String {
    match text::kept(&text) {
        std::borrow::Cow::Borrowed(_) => text,
        std::borrow::Cow::Owned(kept) => kept,
    }
}

type Query<'q> = sqlx::query::Query<'q, Postgres, PgArguments>;

fn bind<'q>(query: Query<'q>, value: &Value) -> Query<'q> {
    match value {
        Value::Integer(value) => query.bind(*value),
        Value::Float(bits) => query.bind(f64::from_bits(*bits)),
        Value::Flag(value) => query.bind(*value),
        Value::Text(value) => query.bind(kept(value.clone())),
        Value::Bytes(value) => query.bind(value.clone()),
    }
}

fn take(row: &PgRow, batch: &mut Batch) -> Result<()> {
    for (column, values) in batch.columns.iter_mut().enumerate() {
        match values {
            Values::Integer(values) => values.push(row.try_get(column)?),
            Values::Float(values) => values.push(row.try_get(column)?),
            Values::Flag(values) => values.push(row.try_get(column)?),
            Values::Text(values) => {
                let value: Option<String> = row.try_get(column)?;
                batch.bytes += value.as_ref().map_or(0, String::len);
                values.push(value.map(text::read));
            }
            Values::Bytes(values) => values.push(row.try_get(column)?),
        }
    }
    batch.rows += 1;
    Ok(())
}
