//! What the detector learns from.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{DetectionId, UserId};
use serde_json::json;

use super::columns::to_ms;
use super::{SqliteStore, audit};
use crate::{Detections, LabelChange, Lessons, NewAuditEvent, Result};

#[async_trait]
impl Lessons for SqliteStore {
    async fn first_lesson(&self, most: u32) -> Result<i64> {
        let first: i64 = sqlx::query_scalar(
            "SELECT max(
                 coalesce((SELECT id FROM label_changes ORDER BY id DESC LIMIT 1 OFFSET ?), 0),
                 coalesce((SELECT label_change_id FROM lesson_resets ORDER BY id DESC LIMIT 1), 0))",
        )
        .bind(most)
        .fetch_one(&self.readers)
        .await?;
        Ok(first)
    }

    async fn label_changes(&self, after: i64, limit: u32) -> Result<Vec<LabelChange>> {
        let numbers: Vec<(i64, i64, Option<i64>)> = sqlx::query_as(
            "SELECT l.id, l.detection_id, d.labelled_by FROM label_changes l JOIN detections d ON d.id = l.detection_id
             WHERE l.id > ? ORDER BY l.id LIMIT ?",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        let mut changes = Vec::with_capacity(numbers.len());
        for (number, detection, by) in numbers {
            if let Some(detection) = self.detection(DetectionId(detection)).await? {
                changes.push(LabelChange { number, detection, by: by.map(UserId) });
            }
        }
        Ok(changes)
    }

    async fn forget_lessons(&self, by: UserId, at: DateTime<Utc>) -> Result<i64> {
        let mut transaction = self.begin().await?;
        let last: i64 = sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM label_changes")
            .fetch_one(&mut *transaction)
            .await?;
        sqlx::query("INSERT INTO lesson_resets (at, user_id, label_change_id) VALUES (?, ?, ?)")
            .bind(to_ms(at))
            .bind(by.0)
            .bind(last)
            .execute(&mut *transaction)
            .await?;
        let event = NewAuditEvent {
            at,
            user_id: Some(by),
            action: "lessons.forgotten",
            subject: "detector".to_owned(),
            details: json!({ "up_to": last }),
        };
        audit::record(&event, &mut *transaction).await?;
        transaction.commit().await?;
        Ok(last)
    }
}
