//! Loading a past.
//!
//! Three things make it fast: the indexes of an empty log are dropped first and rebuilt by sorting; words are collected in
//! memory and written in large sorted pieces; and commits do not wait for the disk, only checkpoints do.

use async_trait::async_trait;
use domain::DetectionId;
use serde_json::json;
use sqlx::sqlite::SqlitePool;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::columns::to_ms;
use super::{SqliteStore, insert, open, statistics};
use crate::{Loading, Past, PastLabel, Result};

/// Bytes of words that are collected before they are written, while loading: those of some 100,000 comments.
const COLLECTED: u32 = 64 * 1024 * 1024;

/// SQLite's default of the same.
const COLLECTED_OTHERWISE: u32 = 1024 * 1024;

/// Pieces of the full-text index that may wait to be merged, while loading; and otherwise (SQLite's default).
const PIECES: u32 = 64;
const PIECES_OTHERWISE: u32 = 16;

/// As migration 0006 sets it.
const AUTOMERGE: u32 = 8;

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
        for pragma in ["synchronous = NORMAL", "temp_store = FILE", "cache_size = -262144"] {
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

    async fn load(&self, past: &Past) -> Result<()> {
        let mut transaction = self.begin().await?;
        let ids = insert::insert(&past.detections, None, &mut transaction).await?;
        for label in &past.labels {
            if let Some(id) = ids.get(label.row) {
                insert_label(*id, label, &mut transaction).await?;
            }
        }
        for (id, detection) in ids.iter().zip(&past.detections) {
            if detection.judgement.judged_by == domain::JudgedBy::Fallback {
                give_up_recheck(*id, &mut transaction).await?;
            }
        }
        statistics::take_in(&mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn finish_load(&self) -> Result<()> {
        finish(&self.writer).await?;
        for (name, value) in open::WRITING {
            execute(&self.writer, format!("PRAGMA {name} = {value}")).await?;
        }
        for pragma in ["synchronous = FULL", "temp_store = MEMORY", "wal_checkpoint(TRUNCATE)"] {
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

/// The label of a row, the decision, its feedback and its audit event, as they stand once all is settled.
async fn insert_label(id: DetectionId, past: &PastLabel, connection: &mut SqliteConnection) -> Result<()> {
    let state = if past.accepted { "sent" } else { "failed" };
    let (decided_at, sent_at) = (to_ms(past.decided_at), to_ms(past.sent_at));
    let label = past.label.as_str();
    sqlx::query(
        "UPDATE detections SET label = ?, labelled_by = ?, labelled_at = ?, version = 1, feedback = ? WHERE id = ?",
    )
    .bind(label)
    .bind(past.user_id.0)
    .bind(decided_at)
    .bind(state)
    .bind(id.0)
    .execute(&mut *connection)
    .await?;
    let decision: i64 = sqlx::query_scalar(
        "INSERT INTO label_decisions (detection_id, user_id, label, decided_at, send_after) VALUES (?, ?, ?, ?, ?)
         RETURNING id",
    )
    .bind(id.0)
    .bind(past.user_id.0)
    .bind(label)
    .bind(decided_at)
    .bind(sent_at)
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO feedback_outbox (decision_id, detection_id, label, state, due_at, attempts, last_error, settled_at)
         VALUES (?, ?, ?, ?, ?, 1, ?, ?)",
    )
    .bind(decision)
    .bind(id.0)
    .bind(label)
    .bind(state)
    .bind(sent_at)
    .bind((!past.accepted).then_some("The upstream does not know this detection."))
    .bind(sent_at)
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO audit_events (at, user_id, action, subject, details) VALUES (?, ?, ?, ?, ?)")
        .bind(decided_at)
        .bind(past.user_id.0)
        .bind("detection.labelled")
        .bind(format!("detection:{}", id.0))
        .bind(json!({ "decision": decision, "label": label, "previous": null }).to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// The upstream never saw this row, and never shall: nobody's quota is spent on a made-up past.
async fn give_up_recheck(id: DetectionId, connection: &mut SqliteConnection) -> Result<()> {
    sqlx::query("UPDATE rechecks SET attempts = 1, due_at = NULL, last_error = ? WHERE detection_id = ?")
        .bind("loaded as past: not asked again")
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}
