//! What the detector learns from.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{ApiTokenId, DetectionId, Label, Teacher, UserId};
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::columns::to_ms;
use super::{Engine, audit};
use crate::{Detections, LessonBasis, LessonChange, LessonSource, Lessons, NewAuditEvent, Result};

/// The table of a sequence, and the column of a reset that says how far it is forgotten.
fn names(source: LessonSource) -> (&'static str, &'static str) {
    match source {
        LessonSource::Labels => ("label_changes", "label_change_id"),
        LessonSource::Feedback => ("word_changes", "word_change_id"),
    }
}

#[derive(sqlx::FromRow)]
struct ChangeRow {
    id: i64,
    detection_id: i64,
    labelled_by: Option<i64>,
    token_id: Option<i64>,
    is_spam: Option<bool>,
    of_people: Option<bool>,
    made_up: bool,
}

impl ChangeRow {
    /// Whose word teaches, and what it says. What was made up teaches nothing, whoever labels it.
    fn stands(&self, label: Option<Label>) -> Option<(Teacher, Label)> {
        if self.made_up {
            return None;
        }
        match (label, self.labelled_by, self.token_id, self.is_spam) {
            (Some(label), Some(by), ..) => Some((Teacher::Person(UserId(by)), label)),
            (None, _, Some(token), Some(is_spam)) => {
                let token = ApiTokenId(token);
                let of_people = self.of_people.unwrap_or_default();
                let teacher = if of_people { Teacher::PeopleOf(token) } else { Teacher::App(token) };
                Some((teacher, Label::from_is_spam(is_spam)))
            }
            _ => None,
        }
    }
}

/// Whether a detection `d` was made up: it is in the last range that begins before it.
const MADE_UP: &str =
    "coalesce((SELECT last >= d.id FROM made_up WHERE first <= d.id ORDER BY first DESC LIMIT 1), FALSE)";

#[async_trait]
impl Lessons for Engine {
    async fn first_lesson(&self, source: LessonSource, most: u32) -> Result<i64> {
        let (table, forgotten) = names(source);
        let (oldest, reset): (i64, i64) = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT coalesce((SELECT id FROM {table} ORDER BY id DESC LIMIT 1 OFFSET $1), 0),
                    coalesce((SELECT {forgotten} FROM lesson_resets ORDER BY id DESC LIMIT 1), 0)"
        )))
        .bind(i64::from(most))
        .fetch_one(&self.readers)
        .await?;
        Ok(oldest.max(reset))
    }

    async fn lesson_changes(
        &self,
        source: LessonSource,
        after: i64,
        limit: u32,
    ) -> Result<Vec<LessonChange>> {
        let (table, _) = names(source);
        // A label outweighs what apps said. What they said before the last reset is forgotten, also when a label that came
        // later is taken back.
        let rows: Vec<ChangeRow> = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT l.id, l.detection_id, d.labelled_by, w.token_id, w.is_spam, t.of_people, {MADE_UP} AS made_up
             FROM {table} l JOIN detections d ON d.id = l.detection_id
             LEFT JOIN app_words w ON d.label IS NULL
                 AND w.id = (SELECT max(id) FROM app_words WHERE detection_id = l.detection_id)
                 AND w.said_at > coalesce((SELECT at FROM lesson_resets ORDER BY id DESC LIMIT 1), 0)
             LEFT JOIN api_tokens t ON t.id = w.token_id
             WHERE l.id > $1 ORDER BY l.id LIMIT $2"
        )))
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        let mut changes = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(detection) = self.detection(DetectionId(row.detection_id)).await? {
                // Without a message there is nothing to learn.
                let is_there = detection.forgotten.content.is_none();
                let stands = row.stands(detection.label).filter(|_| is_there);
                changes.push(LessonChange { number: row.id, detection, stands });
            }
        }
        Ok(changes)
    }

    async fn lesson_basis(&self) -> Result<LessonBasis> {
        let reset = sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM lesson_resets");
        let forgotten = sqlx::query_scalar("SELECT runs FROM forgetting");
        let of_people = sqlx::query_scalar("SELECT id FROM api_tokens WHERE of_people ORDER BY id");
        let of_people: Vec<i64> = of_people.fetch_all(&self.readers).await?;
        Ok(LessonBasis {
            reset: reset.fetch_one(&self.readers).await?,
            forgotten: forgotten.fetch_one(&self.readers).await?,
            of_people: of_people.into_iter().map(ApiTokenId).collect(),
        })
    }

    async fn forget_lessons(&self, by: Option<UserId>, at: DateTime<Utc>) -> Result<()> {
        let mut transaction = self.begin().await?;
        let (labels, words): (i64, i64) = sqlx::query_as(
            "INSERT INTO lesson_resets (at, user_id, label_change_id, word_change_id) VALUES
                 ($1, $2, (SELECT coalesce(max(id), 0) FROM label_changes), (SELECT coalesce(max(id), 0) FROM word_changes))
             RETURNING label_change_id, word_change_id",
        )
        .bind(to_ms(at))
        .bind(by.map(|by| by.0))
        .fetch_one(&mut *transaction)
        .await?;
        let event = NewAuditEvent {
            at,
            user_id: by,
            action: "lessons.forgotten",
            subject: "detector".to_owned(),
            details: json!({ "labels_up_to": labels, "feedback_up_to": words }),
        };
        audit::record(&event, &mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}
