//! What waits for the upstream to come back.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::paging::COUNT_BOUND;
use domain::upstream::Backlog;
use domain::{BoundedCount, Detection, DetectionId, JudgedBy, Judgement, Label, NewDetection};
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::Connection;
use super::columns::{At, to_ms};
use super::rows::{DetectionRow, SELECT_DETECTION};
use super::text;
use super::{Engine, audit, detections, outbox};
use crate::{NewAuditEvent, Rechecks, Result};

/// Newest rows among which that of a submission is looked for, and by how much its time may differ, in milliseconds: an app is told
/// something some 5 s after it asked.
const LOOKED_AT: i64 = 100_000;
const ABOUT_MS: i64 = 15_000;

/// Writes the upstream's verdict over another, which is kept beside it.
async fn supersede(
    id: DetectionId,
    judgement: &Judgement,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<()> {
    let before: Option<bool> = sqlx::query_scalar(
        "INSERT INTO superseded_verdicts (detection_id, upstream_id, is_spam, score, threshold, judged_by, raw_answer,
                                          replaced_at)
         SELECT d.id, d.upstream_id, d.is_spam, d.score, d.threshold, d.judged_by, c.raw_answer, $1
         FROM detections d JOIN detection_contents c ON c.detection_id = d.id WHERE d.id = $2
         RETURNING is_spam",
    )
    .bind(to_ms(at))
    .bind(id.0)
    .fetch_optional(&mut *connection)
    .await?;
    // Deleted meanwhile.
    let Some(was_spam) = before else { return Ok(()) };
    detections::replace_judgement(id, judgement, &mut *connection).await?;
    if judgement.judged_by != JudgedBy::Fallback {
        now_known(id, at, &mut *connection).await?;
    }
    if was_spam != judgement.is_spam {
        let event = NewAuditEvent {
            at,
            user_id: None,
            action: "detection.verdict_changed",
            subject: format!("detection:{}", id.0),
            details: json!({ "was": Label::from_is_spam(was_spam), "is": judgement.verdict() }),
        };
        audit::record(&event, &mut *connection).await?;
    }
    Ok(())
}

#[async_trait]
impl Rechecks for Engine {
    async fn backlog(&self) -> Result<Backlog> {
        let bounded = async |rows: &'static str| -> Result<BoundedCount> {
            let count = AssertSqlSafe(format!("SELECT count(*) FROM ({rows} LIMIT $1) AS found"));
            let bound = i64::try_from(COUNT_BOUND + 1).unwrap_or(i64::MAX);
            let found: i64 = sqlx::query_scalar(count).bind(bound).fetch_one(&self.readers).await?;
            let found = found.unsigned_abs();
            Ok(BoundedCount { count: found.min(COUNT_BOUND), more: found > COUNT_BOUND })
        };
        let waiting = concat!("SELECT 1 FROM rechecks", walk!("rechecks_due"), "WHERE due_at IS NOT NULL");
        Ok(Backlog {
            rechecks: bounded(waiting).await?,
            feedback: outbox::counts(&self.readers).await?,
            app_feedback: bounded("SELECT 1 FROM app_feedback WHERE due_at IS NOT NULL").await?,
        })
    }

    async fn due_rechecks(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<Detection>> {
        // Only so much of the queue is looked at as is asked for.
        let due = concat!(
            "WHERE d.id IN (SELECT detection_id FROM rechecks",
            walk!("rechecks_due"),
            "
                       WHERE due_at <= $1 AND coalesce(claimed_until, 0) <= $1
                       ORDER BY due_at, detection_id LIMIT $2)
             ORDER BY (SELECT due_at FROM rechecks WHERE detection_id = d.id), d.id"
        );
        let rows = sqlx::query_as::<_, DetectionRow>(AssertSqlSafe(format!("{SELECT_DETECTION} {due}")))
            .bind(to_ms(now))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(Detection::try_from).collect()
    }

    async fn claim_rechecks(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Detection>> {
        let due = self.due_rechecks(now, limit).await?;
        if due.is_empty() {
            return Ok(due);
        }
        // Another program may have taken some of them since: those stay theirs.
        let ids: Vec<i64> = due.iter().map(|detection| detection.id.0).collect();
        let taken: Vec<i64> = sqlx::query_scalar(concat!(
            "UPDATE rechecks SET claimed_until = $1 WHERE detection_id IN (",
            list!("$2"),
            ") AND due_at <= $3 AND coalesce(claimed_until, 0) <= $3 RETURNING detection_id",
        ))
        .bind(to_ms(until))
        .bind(json!(ids).to_string())
        .bind(to_ms(now))
        .fetch_all(&self.writer)
        .await?;
        Ok(due.into_iter().filter(|detection| taken.contains(&detection.id.0)).collect())
    }

    async fn release_rechecks(&self, ids: &[DetectionId]) -> Result<()> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        sqlx::query(concat!(
            "UPDATE rechecks SET claimed_until = NULL WHERE detection_id IN (",
            list!("$1"),
            ")"
        ))
        .bind(json!(ids).to_string())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn rejudged(&self, id: DetectionId, judgement: &Judgement, at: DateTime<Utc>) -> Result<()> {
        self.all_rejudged(&[(id, judgement.clone())], at).await
    }

    async fn all_rejudged(&self, judged: &[(DetectionId, Judgement)], at: DateTime<Utc>) -> Result<()> {
        let mut transaction = self.begin().await?;
        for (id, judgement) in judged {
            supersede(*id, judgement, at, &mut transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn logged_meanwhile(&self, told: &NewDetection) -> Result<Option<DetectionId>> {
        let row = sqlx::query_scalar(
            "SELECT d.id FROM detections d
             WHERE d.id > (SELECT coalesce(max(id), 0) - $1 FROM detections) AND d.content_hash = $2 AND d.token_id IS NOT DISTINCT FROM $3
               AND abs(d.created_at - $4) < $5
               AND NOT EXISTS (SELECT 1 FROM superseded_verdicts s WHERE s.detection_id = d.id)
             ORDER BY d.id DESC LIMIT 1",
        )
        .bind(LOOKED_AT)
        .bind(&told.content_hash[..])
        .bind(told.circumstances.token_id.map(|token| token.0))
        .bind(to_ms(told.created_at))
        .bind(ABOUT_MS)
        .fetch_optional(&self.readers)
        .await?;
        Ok(row.map(DetectionId))
    }

    async fn told_before(&self, id: DetectionId, told: &Judgement, at: DateTime<Utc>) -> Result<bool> {
        let kept = sqlx::query(
            "INSERT INTO superseded_verdicts (detection_id, upstream_id, is_spam, score, threshold, judged_by, raw_answer,
                                              replaced_at)
             SELECT id, $1, $2, $3, $4, $5, $6, $7 FROM detections WHERE id = $8",
        )
        .bind(text::kept(&told.upstream_id))
        .bind(told.is_spam)
        .bind(told.score)
        .bind(told.threshold)
        .bind(told.judged_by.as_str())
        .bind(text::kept(&told.raw_answer))
        .bind(to_ms(at))
        .bind(id.0)
        .execute(&self.writer)
        .await?;
        Ok(kept.rows_affected() > 0)
    }

    async fn recheck_attempts(&self, id: DetectionId) -> Result<u32> {
        let attempts: Option<i64> =
            sqlx::query_scalar("SELECT attempts FROM rechecks WHERE detection_id = $1")
                .bind(id.0)
                .fetch_optional(&self.readers)
                .await?;
        At { table: "rechecks", id: id.0 }.number("attempts", attempts.unwrap_or_default())
    }

    async fn recheck_deferred(
        &self,
        id: DetectionId,
        retry_at: Option<DateTime<Utc>>,
        error: &str,
    ) -> Result<()> {
        // The row is there as long as the fallback's verdict stands.
        sqlx::query(
            "UPDATE rechecks SET attempts = attempts + 1, due_at = $1, claimed_until = NULL, last_error = $2
             WHERE detection_id = $3",
        )
        .bind(retry_at.map(to_ms))
        .bind(text::kept(error))
        .bind(id.0)
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}

/// The upstream knows the detection from now on: what it could not be told before is due.
async fn now_known(id: DetectionId, at: DateTime<Utc>, connection: &mut Connection) -> Result<()> {
    sqlx::query("UPDATE app_feedback SET due_at = $1 WHERE detection_id = $2 AND due_at IS NULL")
        .bind(to_ms(at))
        .bind(id.0)
        .execute(&mut *connection)
        .await?;
    outbox::now_known(id, at, connection).await
}
