//! Opens the file, brings it up to date, and says in one line why it cannot.
//!
//! Where nothing can be written, as on a full disk, a database that is up to date is opened to be read; once there is room, it is
//! opened for writing too, without a restart.

use std::path::Path;
use std::str::FromStr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};

use super::{SqliteStore, batches, loading, private, seal, statistics, words};
use crate::{Result, StoreError, Trouble};

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
        let options = options(url).map_err(|error| failed(one_line(&error)))?;
        if url.contains(":memory:") || url.contains("mode=memory") {
            // It belongs to its one connection.
            let writer = writers(true).connect_with(writing(&options)).await?;
            prepare(&writer).await?;
            return Ok(Self {
                readers: writer.clone(),
                writer,
                file: None,
                reads_only: Arc::default(),
                stale: Arc::default(),
                facts: Arc::default(),
            });
        }
        let file = options.get_filename().to_owned();
        prepare_folder(&file).map_err(failed)?;
        let _alone = private::alone_in(folder_of(&file)).await.map_err(failed)?;
        if is_unfinished_copy(&options).await {
            return Err(failed(crate::copying::UNFINISHED.to_owned()));
        }
        private::close_to_others(&file, !url.contains("mode=") || url.contains("mode=rwc"));
        let mut store = Self {
            writer: writers(false).connect_lazy_with(writing(&options)),
            readers: pool(READERS).connect_lazy_with(reading(&options)),
            file: Some(file),
            reads_only: Arc::default(),
            stale: Arc::default(),
            facts: Arc::default(),
        };
        if let Err(error) = prepare(&store.writer).await {
            let Some(readers) = open_to_read(&error, &options, &store.stale).await else {
                return Err(failed(why_not_prepared(&error, &options)));
            };
            tracing::error!(%error, "nothing can be written: the database is opened to be read");
            store.readers = readers;
            store.reads_only.store(true, Ordering::Release);
        }
        Ok(store)
    }
}

/// Whether a copy into a file was begun and not finished. What cannot be read says so itself when it is opened.
async fn is_unfinished_copy(options: &SqliteConnectOptions) -> bool {
    if !options.get_filename().is_file() {
        return false;
    }
    let Ok(mut connection) = options.clone().create_if_missing(false).connect().await else { return false };
    let found = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'copying')");
    let found = found.fetch_one(&mut connection).await.unwrap_or(false);
    let _ = connection.close().await;
    found
}

/// The newest migration that was applied to the database that a URL names; `None` where there is no file yet.
pub(crate) async fn schema(url: &str) -> Result<Option<i64>> {
    let options = options(url)?.create_if_missing(false);
    if !options.get_filename().is_file() {
        return Ok(None);
    }
    let mut connection = options.connect().await?;
    let newest = "SELECT max(version) FROM _sqlx_migrations WHERE success";
    let newest = sqlx::query_scalar(newest).fetch_one(&mut connection).await;
    connection.close().await?;
    // An empty file is a database without tables.
    Ok(newest.unwrap_or_default())
}

/// Writes the words of every row of a file that is no store yet.
pub(crate) async fn write_all_words(url: &str) -> Result<()> {
    let writer = writers(false).connect_with(writing(&options(url)?)).await?;
    let written = words::catch_up(&writer).await;
    writer.close().await;
    written
}

/// The folder that a file is in.
pub(super) fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Brings the database up to date, and takes up what a crash left half done.
async fn prepare(writer: &SqlitePool) -> Result<()> {
    MIGRATIONS.run(writer).await?;
    seal::seal(writer).await?;
    loading::finish(writer).await?;
    words::catch_up(writer).await?;
    statistics::catch_up(writer).await?;
    Ok(())
}

/// Readers of a database that cannot be written now, if this build can read it as it is.
async fn open_to_read(
    error: &StoreError,
    options: &SqliteConnectOptions,
    stale: &Arc<OnceLock<Instant>>,
) -> Option<SqlitePool> {
    if !matches!(error.trouble()?, Trouble::Full | Trouble::ReadOnly | Trouble::Broken) {
        return None;
    }
    let mut log = options.get_filename().as_os_str().to_owned();
    log.push("-wal");
    let is_settled = std::fs::metadata(log).map_or(true, |log| log.len() == 0);
    // What was written ahead is read by an index beside it, for which there may be no room. Without anything written ahead the file
    // can be read as one that nobody changes.
    let settled = is_settled.then(|| reading(options).read_only(true).immutable(true));
    for options in [Some(reading(options)), settled].into_iter().flatten() {
        let stale = Arc::clone(stale);
        let readers = pool(READERS).before_acquire(move |_, meta| {
            let is_fresh = stale.get().is_none_or(|since| meta.age < since.elapsed());
            Box::pin(async move { Ok(is_fresh) })
        });
        if let Ok(readers) = readers.connect_with(options).await
            && is_up_to_date(&readers).await
        {
            return Some(readers);
        }
    }
    None
}

/// The newest migration of this build.
pub(super) fn newest_migration() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

async fn is_up_to_date(readers: &SqlitePool) -> bool {
    let newest = Some(newest_migration());
    let applied = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success");
    applied.fetch_one(readers).await.is_ok_and(|applied: Option<i64>| applied == newest)
}

/// Makes up for what could not be done when the database was opened to be read.
pub(super) async fn begin_writing(store: &SqliteStore) -> Result<()> {
    prepare(&store.writer).await?;
    if let Some(file) = &store.file {
        store.readers.set_connect_options(reading(&options(&format!("sqlite://{}", file.display()))?));
    }
    let _ = store.stale.set(Instant::now());
    store.reads_only.store(false, Ordering::Release);
    tracing::info!("the database can be written");
    Ok(())
}

/// WAL lets readers go on while one writes. `synchronous = FULL` syncs the log on every commit, so what was answered
/// survives a power cut and not only a killed process (which `NORMAL` would survive too).
fn options(url: &str) -> sqlx::Result<SqliteConnectOptions> {
    let mut options = SqliteConnectOptions::from_str(url)?
        .foreign_keys(true)
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

/// What the connection that writes has of its own. What is deleted is overwritten.
fn writing(options: &SqliteConnectOptions) -> SqliteConnectOptions {
    let options = options.clone().journal_mode(SqliteJournalMode::Wal).pragma("secure_delete", "ON");
    let options = options.statement_cache_capacity(batches::STATEMENTS);
    WRITING.into_iter().fold(options, |options, (name, value)| options.pragma(name, value.to_string()))
}

fn reading(options: &SqliteConnectOptions) -> SqliteConnectOptions {
    options.clone().create_if_missing(false).pragma("query_only", "ON")
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        // An in-memory database ends with its connection, and a file's caches with theirs.
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// The one connection that writes.
fn writers(in_memory: bool) -> SqlitePoolOptions {
    if in_memory {
        return pool(1);
    }
    // When a disk is full, SQLite takes a transaction back by itself, sqlx's own attempt at it fails, and the connection counts one
    // transaction more than there is, for ever. Such a connection is closed and another opened.
    pool(1).before_acquire(|connection, _| {
        let is_sound = !connection.is_in_transaction();
        Box::pin(async move { Ok(is_sound) })
    })
}

fn why_not_prepared(error: &StoreError, options: &SqliteConnectOptions) -> String {
    match error {
        StoreError::Database(error) | StoreError::Migrate(MigrateError::Execute(error)) => {
            why_closed(error, options)
        }
        StoreError::Migrate(error) => why_not_migrated(error),
        error => one_line(error),
    }
}

fn prepare_folder(file: &Path) -> std::result::Result<(), String> {
    if file.as_os_str().is_empty() {
        return Err("it names no file; write for instance sqlite://data/gavel.db".to_owned());
    }
    if file.is_dir() {
        return Err(format!("{0} is a folder; name a file in it, for instance {0}/gavel.db", file.display()));
    }
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => private::make_folder(folder)
            .map_err(|error| format!("the folder {} cannot be created: {error}", folder.display())),
        _ => Ok(()),
    }
}

/// Primary result codes of SQLite, <https://www.sqlite.org/rescode.html>.
mod code {
    pub(super) const BUSY: i32 = 5;
    pub(super) const READONLY: i32 = 8;
    pub(super) const IOERR: i32 = 10;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const NOTADB: i32 = 26;
}

/// Why a file that is only looked into cannot be.
pub(super) fn why_unreadable(error: &sqlx::Error, file: &Path) -> String {
    let words = error.to_string();
    if words.contains("no such table") {
        return format!("{} is no database of Gavel's", file.display());
    }
    why_closed(error, &SqliteConnectOptions::new().filename(file))
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
        code::FULL => format!("the disk of {file} is full"),
        code::IOERR => format!("{file} cannot be read or written ({})", one_line(error)),
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
