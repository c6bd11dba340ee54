//! What apps sent, while it is judged.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{DetectionId, NewDetection};

use super::Pool;
use super::columns::{At, to_ms};
use crate::Result;

/// What was kept so much later than now was kept by a clock that was ahead.
const CLOCK_WAS_AHEAD: TimeDelta = TimeDelta::hours(1);

pub(super) async fn left(before: DateTime<Utc>, most: u32, readers: &Pool) -> Result<Vec<NewDetection>> {
    let rows: Vec<(i64, String)> = sqlx::query_as(concat!(
        "SELECT id, detection FROM submissions
         WHERE (kept_at < $1 OR kept_at > $2) AND NOT EXISTS (SELECT 1 FROM detections WHERE detections.id = submissions.id)
           AND ",
        no_others!(),
        " ORDER BY id LIMIT $3"
    ))
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
