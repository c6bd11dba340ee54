//! Loading a past.
//!
//! What makes it fast: the indexes of an empty log are dropped first and rebuilt by sorting, on several threads; words are
//! collected in memory and written in large sorted pieces; commits do not wait for the disk, only checkpoints do; and
//! references, which are right by construction, are not looked up.

use async_trait::async_trait;
use domain::{DetectionId, JudgedBy};
use serde_json::json;
use sqlx::sqlite::SqlitePool;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::columns::to_ms;
use super::{SqliteStore, audit, insert, open, statistics};
use crate::{Loading, NewAuditEvent, Past, PastLabel, Result};

/// Bytes of words that are collected before they are written, while loading: those of some 100,000 comments.
const COLLECTED: u32 = 64 * 1024 * 1024;

/// SQLite's default of the same.
const COLLECTED_OTHERWISE: u32 = 1024 * 1024;

/// Pieces of the full-text index that may wait to be merged, while loading; and otherwise (SQLite's default).
const PIECES: u32 = 64;
const PIECES_OTHERWISE: u32 = 16;

/// As migration 0028 sets it.
const AUTOMERGE: u32 = 0;

#[async_trait]
impl Loading for SqliteStore {
    async fn is_log_empty(&self) -> Result<bool> {
        let found: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM detections)").fetch_one(&self.readers).await?;
        Ok(!found)
    }

    async fn begin_load(&self) -> Result<()> {
        let empty = self.is_log_empty().await?;
        // Indexes of ten million rows are sorted in files, not in memory.
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        for pragma in [
            "synchronous = NORMAL",
            "temp_store = FILE",
            "cache_size = -262144",
            "foreign_keys = OFF",
            &format!("threads = {threads}"),
        ] {
            execute(&self.writer, format!("PRAGMA {pragma}")).await?;
        }
        let mut transaction = self.begin().await?;
        tune_words(COLLECTED, PIECES, 0, &mut transaction).await?;
        // That this table is there says that a load is under way; its rows are what to bring back.
        sqlx::query("CREATE TABLE IF NOT EXISTS unfinished_load (sql TEXT NOT NULL) STRICT")
            .execute(&mut *transaction)
            .await?;
        if empty {
            let indexes: Vec<(String, String)> = sqlx::query_as(
                "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'detections' AND sql IS NOT NULL",
            )
            .fetch_all(&mut *transaction)
            .await?;
            for (name, sql) in indexes {
                sqlx::query("INSERT INTO unfinished_load (sql) VALUES (?)")
                    .bind(sql)
                    .execute(&mut *transaction)
                    .await?;
                sqlx::query(AssertSqlSafe(format!("DROP INDEX {name}"))).execute(&mut *transaction).await?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn load(&self, past: Past) -> Result<()> {
        let mut transaction = self.begin().await?;
        let ids = insert::insert(&past.detections, None, &mut transaction).await?;
        // Ids are given out in order, and nobody else writes in this transaction.
        let Some(DetectionId(first)) = ids.first().copied() else { return Ok(()) };
        insert_labels(first, &past, &mut transaction).await?;
        give_up_rechecks(first, &past, &mut transaction).await?;
        teach_nothing(first, past.detections.len(), &mut transaction).await?;
        statistics::take_in(&mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn finish_load(&self) -> Result<()> {
        finish(&self.writer).await?;
        for (name, value) in open::WRITING {
            execute(&self.writer, format!("PRAGMA {name} = {value}")).await?;
        }
        for pragma in [
            "synchronous = FULL",
            "temp_store = MEMORY",
            "foreign_keys = ON",
            "threads = 0",
            "wal_checkpoint(TRUNCATE)",
        ] {
            execute(&self.writer, format!("PRAGMA {pragma}")).await?;
        }
        Ok(())
    }
}

/// Finishes a load that was begun, if one was.
pub(super) async fn finish(writer: &SqlitePool) -> Result<()> {
    let begun: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'unfinished_load')",
    )
    .fetch_one(writer)
    .await?;
    if !begun {
        return Ok(());
    }
    let indexes: Vec<(i64, String)> =
        sqlx::query_as("SELECT rowid, sql FROM unfinished_load").fetch_all(writer).await?;
    for (rowid, sql) in indexes {
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
        sqlx::query("DELETE FROM unfinished_load WHERE rowid = ?")
            .bind(rowid)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
    }
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    tune_words(COLLECTED_OTHERWISE, PIECES_OTHERWISE, AUTOMERGE, &mut transaction).await?;
    sqlx::query("DROP TABLE unfinished_load").execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

/// How the full-text index collects and merges.
async fn tune_words(
    collected: u32,
    pieces: u32,
    automerge: u32,
    connection: &mut SqliteConnection,
) -> Result<()> {
    for (setting, value) in [("hashsize", collected), ("crisismerge", pieces), ("automerge", automerge)] {
        sqlx::query("INSERT INTO detections_fts (detections_fts, rank) VALUES (?, ?)")
            .bind(setting)
            .bind(value)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn execute(writer: &SqlitePool, sql: String) -> Result<()> {
    sqlx::query(AssertSqlSafe(sql)).execute(writer).await?;
    Ok(())
}

/// Labels, decisions, their feedback and their audit events, as they stand once all is settled. The whole stretch is handed
/// over at once, as JSON: a message to the connection's thread and back costs more than a row.
async fn insert_labels(first: i64, past: &Past, connection: &mut SqliteConnection) -> Result<()> {
    if past.labels.is_empty() {
        return Ok(());
    }
    let decisions_before: i64 = sqlx::query_scalar(
        "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'label_decisions'), 0)",
    )
    .fetch_one(&mut *connection)
    .await?;
    let row = |(past, decision): (&PastLabel, i64)| {
        json!({
            "decision": decision,
            "detection": first + i64::try_from(past.row).unwrap_or_default(),
            "label": past.label.as_str(),
            "user": past.user_id.0,
            "decided": to_ms(past.decided_at),
            "sent": to_ms(past.sent_at),
            "state": if past.accepted { "sent" } else { "failed" },
            "error": (!past.accepted).then_some("The upstream does not know this detection."),
        })
    };
    let rows: Vec<_> = past.labels.iter().zip(decisions_before + 1..).map(row).collect();
    let rows = json!(rows).to_string();
    for statement in [
        "WITH past AS MATERIALIZED (SELECT value FROM json_each(?))
         UPDATE detections
         SET label = value ->> 'label', labelled_by = value ->> 'user', labelled_at = value ->> 'decided', version = 1,
             feedback = value ->> 'state'
         FROM past WHERE detections.id = (value ->> 'detection')",
        "INSERT INTO label_decisions (id, detection_id, user_id, label, decided_at, send_after)
         SELECT value ->> 'decision', value ->> 'detection', value ->> 'user', value ->> 'label', value ->> 'decided',
                value ->> 'sent' FROM json_each(?)",
        "INSERT INTO feedback_outbox (decision_id, detection_id, label, state, due_at, attempts, last_error, settled_at)
         SELECT value ->> 'decision', value ->> 'detection', value ->> 'label', value ->> 'state', value ->> 'sent', 1,
                value ->> 'error', value ->> 'sent' FROM json_each(?)",
    ] {
        sqlx::query(statement).bind(&rows).execute(&mut *connection).await?;
    }
    let event = |(past, decision): (&PastLabel, i64)| NewAuditEvent {
        at: past.decided_at,
        user_id: Some(past.user_id),
        action: "detection.labelled",
        subject: format!("detection:{}", first + i64::try_from(past.row).unwrap_or_default()),
        details: json!({ "decision": decision, "label": past.label, "previous": null }),
    };
    audit::record_all(past.labels.iter().zip(decisions_before + 1..).map(event), connection).await
}

/// Notes that detections were made up: their labels are no lessons, and later labels on them are none either. No app waits to hear of
/// these.
async fn teach_nothing(first: i64, count: usize, connection: &mut SqliteConnection) -> Result<()> {
    let last = first + i64::try_from(count).unwrap_or_default() - 1;
    let ranges = [
        "UPDATE made_up SET last = ?2 WHERE last = ?1 - 1",
        "INSERT INTO made_up (first, last) SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM made_up WHERE last = ?2)",
        "DELETE FROM label_changes WHERE detection_id BETWEEN ?1 AND ?2",
        "DELETE FROM app_decisions_due WHERE detection_id BETWEEN ?1 AND ?2",
    ];
    for statement in ranges {
        sqlx::query(statement).bind(first).bind(last).execute(&mut *connection).await?;
    }
    Ok(())
}

/// The upstream never saw what the fallback judged, and never shall: nobody's quota is spent on a made-up past.
async fn give_up_rechecks(first: i64, past: &Past, connection: &mut SqliteConnection) -> Result<()> {
    let is_fallback = |judged_by: JudgedBy| judged_by == JudgedBy::Fallback;
    let ids: Vec<i64> = (first..)
        .zip(&past.detections)
        .filter(|(_, detection)| is_fallback(detection.judgement.judged_by))
        .map(|(id, _)| id)
        .collect();
    sqlx::query(
        "UPDATE rechecks SET attempts = 1, due_at = NULL, last_error = 'loaded as past: not asked again'
         WHERE detection_id IN (SELECT value FROM json_each(?))",
    )
    .bind(json!(ids).to_string())
    .execute(connection)
    .await?;
    Ok(())
}
