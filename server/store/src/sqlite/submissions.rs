//! What apps sent, while it is judged.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{DetectionId, NewDetection};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqlitePool};
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection};

use super::batches;
use super::columns::{At, to_ms};
use crate::{Appended, Result};

/// What was kept so much later than now was kept by a clock that was ahead.
const CLOCK_WAS_AHEAD: TimeDelta = TimeDelta::hours(1);

/// Keeps submissions in one transaction, and tells of each, in the same order.
pub(super) async fn keep(unjudged: &[NewDetection], writer: &SqlitePool) -> Result<Vec<Appended>> {
    batches::append(unjudged, insertion, writer).await
}

fn insertion(batch: &[NewDetection]) -> Result<Query<'_, Sqlite, SqliteArguments>> {
    let values = vec!["(?, ?, ?)"; batch.len()].join(", ");
    // As for new detections, the condition has the newest id looked up for each.
    let sql = format!(
        "INSERT INTO new_submissions (kept_at, token_id, detection) VALUES {values}
         RETURNING (SELECT max(s.id) FROM submissions s WHERE new_submissions.kept_at IS NOT NULL),
                   EXISTS (SELECT 1 FROM api_tokens t WHERE t.id = new_submissions.token_id AND t.revoked_at IS NOT NULL)"
    );
    batch.iter().try_fold(sqlx::query(AssertSqlSafe(sql)), |query, new| {
        let text = serde_json::to_string(new).map_err(|error| sqlx::Error::Encode(error.into()))?;
        let token = new.circumstances.token_id.map(|token| token.0);
        Ok(query.bind(to_ms(new.created_at)).bind(token).bind(text))
    })
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
         WHERE (kept_at < ? OR kept_at > ?) AND NOT EXISTS (SELECT 1 FROM detections WHERE detections.id = submissions.id)
         ORDER BY id LIMIT ?",
    )
    .bind(to_ms(before))
    .bind(to_ms(before + CLOCK_WAS_AHEAD))
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
