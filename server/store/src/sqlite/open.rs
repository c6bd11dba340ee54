//! Opens the file, brings it up to date, and says in one line why it cannot.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::{SqliteStore, loading, statistics, words};
use crate::{Result, StoreError};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// How long a writer waits for another process (`gavel user add` beside a running server) before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections that read. Each is a thread; more than a few only compete for the same disk.
const READERS: u32 = 8;

/// Page cache of a connection that reads, in KiB: holds the upper levels of every index of a log of ten million rows.
const CACHE_KIB: u32 = 16 * 1024;

/// Page cache of the connection that writes, in KiB: a large commit must not spill into the file half-way.
const WRITER_CACHE_KIB: u32 = 64 * 1024;

/// Pages (of 4 KiB) in the write-ahead log before a commit itself copies them into the database: 128 MiB. A server copies them
/// beside its commits long before ([`crate::Store::checkpoint`]), since a commit that does so keeps everybody waiting; this is for
/// commands, and for a server that writes without a pause.
const CHECKPOINT_PAGES: u32 = 32_768;

/// What the connection that writes has of its own; a negative cache size is in KiB.
pub(super) const WRITING: [(&str, i64); 2] =
    [("cache_size", -(WRITER_CACHE_KIB as i64)), ("wal_autocheckpoint", CHECKPOINT_PAGES as i64)];

/// Size that the write-ahead log is cut back to after a burst, in bytes.
const WAL_LIMIT: u32 = 64 * 1024 * 1024;

impl SqliteStore {
    /// Opens the database, creating folder and file where they are missing, and applies outstanding migrations.
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let failed = |reason: String| StoreError::Open { url: url.to_owned(), reason };
        let in_memory = url.contains(":memory:") || url.contains("mode=memory");
        let options = options(url).map_err(|error| failed(one_line(&error)))?;
        if !in_memory {
            prepare_folder(options.get_filename()).map_err(failed)?;
        }
        let writing = WRITING
            .into_iter()
            .fold(options.clone(), |options, (name, value)| options.pragma(name, value.to_string()));
        let writer = connect(1, writing).await.map_err(|error| failed(why_closed(&error, &options)))?;
        MIGRATIONS.run(&writer).await.map_err(|error| match error {
            MigrateError::Execute(error) => failed(why_closed(&error, &options)),
            error => failed(why_not_migrated(&error)),
        })?;
        loading::finish(&writer).await?;
        words::catch_up(&writer).await?;
        statistics::catch_up(&writer).await?;
        // An in-memory database belongs to its one connection.
        let readers = if in_memory {
            writer.clone()
        } else {
            let reading = options.clone().pragma("query_only", "ON");
            connect(READERS, reading).await.map_err(|error| failed(why_closed(&error, &options)))?
        };
        Ok(Self { writer, readers })
    }
}

/// WAL lets readers go on while one writes. `synchronous = FULL` syncs the log on every commit, so what was answered
/// survives a power cut and not only a killed process (which `NORMAL` would survive too).
fn options(url: &str) -> sqlx::Result<SqliteConnectOptions> {
    let mut options = SqliteConnectOptions::from_str(url)?
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("cache_size", format!("-{CACHE_KIB}"))
        .pragma("journal_size_limit", WAL_LIMIT.to_string())
        .pragma("temp_store", "MEMORY");
    if !url.contains("mode=") {
        options = options.create_if_missing(true);
    }
    Ok(options)
}

async fn connect(connections: u32, options: SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        // An in-memory database ends with its connection, and a file's caches with theirs.
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(options)
        .await
}

fn prepare_folder(file: &Path) -> std::result::Result<(), String> {
    if file.as_os_str().is_empty() {
        return Err("it names no file; write for instance sqlite://data/gavel.db".to_owned());
    }
    if file.is_dir() {
        return Err(format!("{0} is a folder; name a file in it, for instance {0}/gavel.db", file.display()));
    }
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder)
            .map_err(|error| format!("the folder {} cannot be created: {error}", folder.display())),
        _ => Ok(()),
    }
}

/// Primary result codes of SQLite, <https://www.sqlite.org/rescode.html>.
mod code {
    pub(super) const BUSY: i32 = 5;
    pub(super) const READONLY: i32 = 8;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const NOTADB: i32 = 26;
}

fn why_closed(error: &sqlx::Error, options: &SqliteConnectOptions) -> String {
    let file = options.get_filename().display();
    let extended: i32 = error
        .as_database_error()
        .and_then(|error| error.code())
        .and_then(|code| code.parse().ok())
        .unwrap_or_default();
    match extended & 0xff {
        code::NOTADB => format!("{file} is no SQLite database; name another file"),
        code::CORRUPT => format!("{file} is damaged; restore a backup"),
        code::READONLY => format!("{file} or its folder is write-protected for this user"),
        code::CANTOPEN => match std::fs::metadata(options.get_filename()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => format!("{file}: {error}"),
            _ => format!("{file} cannot be opened or created; check the rights of file and folder"),
        },
        code::BUSY => format!("{file} is locked by another program"),
        _ => one_line(error),
    }
}

fn why_not_migrated(error: &MigrateError) -> String {
    match error {
        MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _) => {
            format!("it was made by a newer Gavel (migration {version}); update Gavel, or restore a backup")
        }
        MigrateError::VersionMismatch(version) => {
            format!(
                "its migration {version} is not the one in this build; use the build that made it, or a backup"
            )
        }
        MigrateError::ExecuteMigration(error, version) => {
            format!("migration {version} failed: {}", one_line(error))
        }
        error => one_line(error),
    }
}

fn one_line(error: &impl std::fmt::Display) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
