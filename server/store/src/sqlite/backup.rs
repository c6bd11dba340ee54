//! Copies of a database, made while others write to it, and looks into a copy that change nothing.
//!
//! `VACUUM INTO` makes them: it reads one snapshot in one transaction, so writers go on (WAL) and the copy is of one moment. SQLite's
//! backup interface copies pages as they are, starts anew whenever another process writes, and would need unsafe code here. A vacuumed
//! copy also has no free pages, so nothing is in it that was deleted.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::NewDetection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::{insert, open};
use crate::backup::{Depth, Inspection, Tally};
use crate::{Result, StoreError};

/// How long a look waits for somebody who holds the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Newest rows among which one is looked for that was told to its app moments ago; the index for all of them is that of words.
const NEWEST: i64 = 10_000;

/// Most that is told of what is wrong with a file.
const PROBLEMS: usize = 5;

/// A connection of its own to a database as it is: nothing is created, migrated or caught up with.
async fn connect(url: &str) -> Result<SqliteConnection> {
    let refused = |reason: String| StoreError::Open { url: url.to_owned(), reason };
    let options = SqliteConnectOptions::from_str(url).map_err(|error| refused(error.to_string()))?;
    let file = options.get_filename().to_owned();
    if !file.is_file() {
        return Err(refused(format!("there is no file {}", file.display())));
    }
    Ok(options.create_if_missing(false).busy_timeout(BUSY_TIMEOUT).connect().await?)
}

/// Opens a file that nobody writes to, and leaves nothing beside it.
async fn look_into(file: &Path) -> sqlx::Result<SqliteConnection> {
    SqliteConnectOptions::new().filename(file).read_only(true).immutable(true).connect().await
}

async fn tally(connection: &mut SqliteConnection) -> sqlx::Result<Tally> {
    let sql = "SELECT (SELECT count(*) FROM detections), (SELECT count(*) FROM label_decisions), (SELECT count(*) FROM users)";
    let (detections, decisions, users): (i64, i64, i64) = sqlx::query_as(sql).fetch_one(connection).await?;
    let count = i64::unsigned_abs;
    Ok(Tally { detections: count(detections), decisions: count(decisions), users: count(users) })
}

/// See [`crate::backup::go_on_behind`]. Milliseconds since 1970 are more than all decisions that there can have been.
pub(crate) async fn go_on_behind(file: &Path, now: DateTime<Utc>) -> Result<()> {
    let options = SqliteConnectOptions::new().filename(file).journal_mode(SqliteJournalMode::Delete);
    let mut connection = options.connect().await?;
    sqlx::query("UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'app_decisions'")
        .bind(now.timestamp_millis())
        .execute(&mut connection)
        .await?;
    sqlx::query(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'app_decisions', ?1
         WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'app_decisions')",
    )
    .bind(now.timestamp_millis())
    .execute(&mut connection)
    .await?;
    Ok(connection.close().await?)
}

/// Copies the database into a file that is there and empty, and returns what was in the database when that began.
pub(crate) async fn copy(url: &str, to: &Path) -> Result<Tally> {
    let mut connection = connect(url).await?;
    let before = tally(&mut connection).await?;
    let path = to.to_str().ok_or_else(|| StoreError::Open {
        url: to.display().to_string(),
        reason: "its name is not UTF-8; choose another folder".to_owned(),
    })?;
    sqlx::query("VACUUM INTO ?").bind(path).execute(&mut connection).await?;
    connection.close().await?;
    Ok(before)
}

/// Those of some detections that a database does not have.
pub(crate) async fn lacking(url: &str, told: &[NewDetection]) -> Result<Vec<NewDetection>> {
    let mut connection = connect(url).await?;
    let mut lacking = Vec::new();
    for detection in told {
        if !has(detection, &mut connection).await? {
            lacking.push(detection.clone());
        }
    }
    connection.close().await?;
    Ok(lacking)
}

async fn has(detection: &NewDetection, connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    if let Some(id) = detection.circumstances.submission {
        let sql = "SELECT EXISTS (SELECT 1 FROM detections WHERE id = ?)";
        return sqlx::query_scalar(sql).bind(id.0).fetch_one(connection).await;
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM detections WHERE id > (SELECT coalesce(max(id), 0) FROM detections) - ? AND upstream_id = ?)";
    sqlx::query_scalar(sql).bind(NEWEST).bind(&detection.judgement.upstream_id).fetch_one(connection).await
}

/// Appends detections to a copy. They get their words when it is opened as a database.
pub(crate) async fn add(file: &Path, detections: &[NewDetection]) -> Result<()> {
    let options =
        SqliteConnectOptions::new().filename(file).foreign_keys(true).journal_mode(SqliteJournalMode::Delete);
    let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    let added = insert::append(detections, &writer).await;
    writer.close().await;
    added.map(drop)
}

/// What a file is, as far as SQLite finds. Nothing is written.
pub(crate) async fn inspect(file: &Path, depth: Depth) -> Inspection {
    let mut found = Inspection::default();
    let looked = async {
        let mut connection = look_into(file).await?;
        let check = match depth {
            Depth::Full => "PRAGMA integrity_check(5)",
            Depth::Quick => "PRAGMA quick_check(5)",
        };
        let said: Vec<String> = sqlx::query_scalar(check).fetch_all(&mut connection).await?;
        found.problems = said.into_iter().filter(|line| line != "ok").take(PROBLEMS).collect();
        let newest = "SELECT max(version) FROM _sqlx_migrations WHERE success";
        found.schema = sqlx::query_scalar(newest).fetch_one(&mut connection).await?;
        found.tally = tally(&mut connection).await?;
        connection.close().await
    };
    if let Err(error) = looked.await {
        found.problems.push(open::why_unreadable(&error, file));
    }
    found
}

/// As [`inspect`] has it, of a database in use.
pub(crate) async fn inspect_live(url: &str) -> Result<Inspection> {
    let mut connection = connect(url).await?;
    let said: Vec<String> = sqlx::query_scalar("PRAGMA quick_check(5)").fetch_all(&mut connection).await?;
    let newest = "SELECT max(version) FROM _sqlx_migrations WHERE success";
    let schema = sqlx::query_scalar(newest).fetch_one(&mut connection).await?;
    let at = "SELECT created_at FROM detections ORDER BY id DESC LIMIT 1";
    let at: Option<i64> = sqlx::query_scalar(at).fetch_optional(&mut connection).await?;
    let found = Inspection {
        newest: at.and_then(DateTime::from_timestamp_millis),
        problems: said.into_iter().filter(|line| line != "ok").take(PROBLEMS).collect(),
        schema,
        tally: tally(&mut connection).await?,
    };
    connection.close().await?;
    Ok(found)
}

/// The newest migration of this build.
pub(crate) fn newest_schema() -> i64 {
    open::newest_migration()
}
