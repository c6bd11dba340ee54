//! What apps sent, while it is judged.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{DetectionId, NewDetection};
use sqlx::AssertSqlSafe;
use sqlx::query::Query;

use super::columns::{At, to_ms};
use super::{Arguments, Connection, Db, Pool};
use super::{batches, new_submissions};
use crate::{Appended, Result};

/// What was kept so much later than now was kept by a clock that was ahead.
const CLOCK_WAS_AHEAD: TimeDelta = TimeDelta::hours(1);

/// Keeps submissions in one transaction, and tells of each, in the same order.
pub(super) async fn keep(unjudged: &[NewDetection], writer: &Pool) -> Result<Vec<Appended>> {
    batches::append(unjudged, insertion, writer).await
}

fn insertion(batch: &[NewDetection]) -> Result<Query<'_, Db, Arguments>> {
    let sql = new_submissions::insertion(batch.len());
    batch.iter().try_fold(sqlx::query(AssertSqlSafe(sql)), |query, new| {
        let text = serde_json::to_string(new).map_err(|error| sqlx::Error::Encode(error.into()))?;
        let token = new.circumstances.token_id.map(|token| token.0);
        Ok(query.bind(to_ms(new.created_at)).bind(token).bind(text))
    })
}

/// Lets those go that are in the log, up to an id up to which all of the log has its words.
pub(super) async fn settle(to: i64, connection: &mut Connection) -> Result<()> {
    sqlx::query(
        "DELETE FROM submissions
         WHERE id <= $1 AND EXISTS (SELECT 1 FROM detections WHERE detections.id = submissions.id)",
    )
    .bind(to)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn left(before: DateTime<Utc>, most: u32, readers: &Pool) -> Result<Vec<NewDetection>> {
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "SELECT id, detection FROM submissions
         WHERE (kept_at < $1 OR kept_at > $2) AND NOT EXISTS (SELECT 1 FROM detections WHERE detections.id = submissions.id)
         ORDER BY id LIMIT $3",
    )
    .bind(to_ms(before))
    .bind(to_ms(before + CLOCK_WAS_AHEAD))
    .bind(i64::from(most))
    .fetch_all(readers)
    .await?;
    let detection = |(id, text): (i64, String)| {
        let mut detection: NewDetection = At { table: "submissions", id }.json("detection", &text)?;
        detection.circumstances.submission = Some(DetectionId(id));
        Ok(detection)
    };
    rows.into_iter().map(detection).collect()
}
