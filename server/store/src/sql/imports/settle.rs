//! Rows enter the log: the detection and the row's state are one transaction.

use chrono::{DateTime, Utc};
use domain::{DetectionId, ImportId, ImportRowState, ImportState, NewDetection, UserId};
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::super::Connection;
use super::super::columns::At;
use super::super::places::places;
use super::super::{Engine, insert, text};
use super::{enter, existing, labels, note, to_i64};
use crate::{ImportTurn, Result, Settlement};

/// Rows of one statement; few sizes, each prepared once.
const SIZES: [usize; 3] = [64, 8, 1];

/// What becomes of a row.
struct Settled<'a> {
    number: i64,
    state: ImportRowState,
    detection_id: Option<i64>,
    reason: Option<&'a str>,
}

pub(super) async fn settle(
    store: &Engine,
    id: ImportId,
    settlement: &Settlement,
) -> Result<Vec<DetectionId>> {
    let mut transaction = store.begin().await?;
    let (mut numbers, mut detections, mut settled) = (Vec::new(), Vec::new(), Vec::new());
    for row in &settlement.rows {
        let number = to_i64(row.number);
        match &row.outcome {
            Ok(detection) => {
                numbers.push(number);
                detections.push(detection);
            }
            Err(reason) => settled.push(Settled {
                number,
                state: ImportRowState::Failed,
                detection_id: None,
                reason: Some(reason),
            }),
        }
    }
    let ids = insert::insert(&detections, Some(id), &mut transaction).await?;
    settled.extend(numbers.iter().zip(&ids).map(|(number, detection)| Settled {
        number: *number,
        state: ImportRowState::Checked,
        detection_id: Some(detection.0),
        reason: None,
    }));
    update(id, &settled, &mut transaction).await?;
    labels::settle(id, &numbers, &ids, &detections, settlement.at, &mut transaction).await?;
    count(id, &detections, settlement, &mut transaction).await?;
    finish_if_empty(id, settlement.at, &mut transaction).await?;
    transaction.commit().await?;
    Ok(ids)
}

/// Moves rows on from `waiting`; if one is there already, nothing of the transaction may stand.
async fn update(id: ImportId, settled: &[Settled<'_>], connection: &mut Connection) -> Result<()> {
    let mut rest = settled;
    for size in SIZES {
        while let Some((chunk, beyond)) = rest.split_at_checked(size) {
            let values = places(chunk.len(), 4);
            let import = chunk.len() * 4 + 1;
            let statement = format!(
                "WITH settled (number, state, detection_id, reason) AS (VALUES {values})
                 UPDATE import_rows SET state = settled.state, detection_id = settled.detection_id, reason = settled.reason,
                        content = CASE WHEN settled.state = 'failed' THEN content END
                 FROM settled
                 WHERE import_rows.import_id = ${import} AND import_rows.number = settled.number AND import_rows.state = 'waiting'"
            );
            let statement = sqlx::query(AssertSqlSafe(statement));
            let bound = chunk.iter().fold(statement, |query, row| {
                query
                    .bind(row.number)
                    .bind(row.state.as_str())
                    .bind(row.detection_id)
                    .bind(row.reason.map(text::kept))
            });
            let done = bound.bind(id.0).execute(&mut *connection).await?;
            if done.rows_affected() != chunk.len() as u64 {
                let at = At { table: "import_rows", id: id.0 };
                return Err(at.bad("state", "a row was settled twice"));
            }
            rest = beyond;
        }
    }
    Ok(())
}

async fn count(
    id: ImportId,
    detections: &[&NewDetection],
    settlement: &Settlement,
    connection: &mut Connection,
) -> Result<()> {
    let spam = detections.iter().filter(|detection| detection.judgement.is_spam).count();
    let (all, checked) = (settlement.rows.len(), detections.len());
    sqlx::query(
        "UPDATE imports SET waiting = waiting - $1, spam = spam + $2, ham = ham + $3, failed = failed + $4, per_minute = $5
         WHERE id = $6",
    )
    .bind(to_i64(all as u64))
    .bind(to_i64(spam as u64))
    .bind(to_i64((checked - spam) as u64))
    .bind(to_i64((all - checked) as u64))
    .bind(settlement.per_minute)
    .bind(id.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// An import that is being checked and has nothing left to check is done.
async fn finish_if_empty(id: ImportId, at: DateTime<Utc>, connection: &mut Connection) -> Result<()> {
    let import = existing(id, connection).await?;
    let is_checked =
        matches!(import.state, ImportState::Running | ImportState::Paused | ImportState::Waiting);
    if import.counts.waiting > 0 || !is_checked {
        return Ok(());
    }
    let turn = ImportTurn { id, from: &[], to: ImportState::Done, reason: None, by: None, action: None, at };
    enter(&turn, connection).await?;
    note(id, None, "import.finished", json!({ "counts": import.counts }), at, connection).await
}

pub(super) async fn retry(
    store: &Engine,
    id: ImportId,
    by: Option<UserId>,
    at: DateTime<Utc>,
) -> Result<u64> {
    let mut transaction = store.begin().await?;
    let import = existing(id, &mut transaction).await?;
    if !matches!(import.state, ImportState::Done | ImportState::Running | ImportState::Paused) {
        return Ok(0);
    }
    // What could not be read has no content, and would not be any better read.
    let done = sqlx::query(
        "UPDATE import_rows SET state = 'waiting', reason = NULL
         WHERE import_id = $1 AND state = 'failed' AND content IS NOT NULL",
    )
    .bind(id.0)
    .execute(&mut *transaction)
    .await?;
    let count = done.rows_affected();
    if count == 0 {
        return Ok(0);
    }
    sqlx::query("UPDATE imports SET waiting = waiting + $1, failed = failed - $1 WHERE id = $2")
        .bind(to_i64(count))
        .bind(id.0)
        .execute(&mut *transaction)
        .await?;
    let turn = ImportTurn { id, from: &[], to: ImportState::Running, reason: None, by, action: None, at };
    enter(&turn, &mut transaction).await?;
    note(id, by, "import.retried", json!({ "rows": count }), at, &mut transaction).await?;
    transaction.commit().await?;
    Ok(count)
}
