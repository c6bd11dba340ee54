//! What apps sent, while it is judged.

use chrono::{DateTime, Utc};
use domain::{DetectionId, NewDetection};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, Row, SqliteConnection, SqliteExecutor};

use super::batches::{SIZES, batches};
use super::columns::{At, to_ms};
use crate::{Appended, Result};

/// Keeps submissions in one transaction, and tells of each, in the same order.
pub(super) async fn keep(unjudged: &[NewDetection], writer: &SqlitePool) -> Result<Vec<Appended>> {
    if SIZES.contains(&unjudged.len()) {
        return keep_batch(unjudged, writer).await;
    }
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    let mut kept = Vec::with_capacity(unjudged.len());
    for batch in batches(unjudged) {
        kept.extend(keep_batch(batch, &mut *transaction).await?);
    }
    transaction.commit().await?;
    Ok(kept)
}

/// Keeps as many as one statement takes: all or none.
async fn keep_batch<'c>(batch: &[NewDetection], executor: impl SqliteExecutor<'c>) -> Result<Vec<Appended>> {
    let values = vec!["(?, ?, ?)"; batch.len()].join(", ");
    // As for new detections, the condition has the newest id looked up for each.
    let sql = format!(
        "INSERT INTO new_submissions (kept_at, token_id, detection) VALUES {values}
         RETURNING (SELECT max(s.id) FROM submissions s WHERE new_submissions.kept_at IS NOT NULL),
                   EXISTS (SELECT 1 FROM api_tokens t WHERE t.id = new_submissions.token_id AND t.revoked_at IS NOT NULL)"
    );
    let query = batch.iter().try_fold(sqlx::query(AssertSqlSafe(sql)), |query, new| {
        let text = serde_json::to_string(new).map_err(|error| sqlx::Error::Encode(error.into()))?;
        let token = new.circumstances.token_id.map(|token| token.0);
        Ok::<_, sqlx::Error>(query.bind(to_ms(new.created_at)).bind(token).bind(text))
    })?;
    let told =
        |row: SqliteRow| Ok(Appended { id: DetectionId(row.try_get(0)?), token_revoked: row.try_get(1)? });
    query.fetch_all(executor).await?.into_iter().map(told).collect()
}

pub(super) async fn forget(id: DetectionId, writer: &SqlitePool) -> Result<()> {
    sqlx::query("DELETE FROM submissions WHERE id = ?").bind(id.0).execute(writer).await?;
    Ok(())
}

/// Lets those go that are in the log, up to an id up to which all of the log has its words.
pub(super) async fn settle(to: i64, connection: &mut SqliteConnection) -> Result<()> {
    sqlx::query(
        "DELETE FROM submissions
         WHERE id <= ? AND EXISTS (SELECT 1 FROM detections WHERE detections.id = submissions.id)",
    )
    .bind(to)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn left(
    before: DateTime<Utc>,
    most: u32,
    readers: &SqlitePool,
) -> Result<Vec<NewDetection>> {
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "SELECT id, detection FROM submissions
         WHERE kept_at < ? AND NOT EXISTS (SELECT 1 FROM detections WHERE detections.id = submissions.id)
         ORDER BY id LIMIT ?",
    )
    .bind(to_ms(before))
    .bind(most)
    .fetch_all(readers)
    .await?;
    let detection = |(id, text): (i64, String)| {
        let mut detection: NewDetection = At { table: "submissions", id }.json("detection", &text)?;
        detection.circumstances.submission = Some(DetectionId(id));
        Ok(detection)
    };
    rows.into_iter().map(detection).collect()
}
