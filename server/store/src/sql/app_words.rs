//! Apps' words and their queue to the upstream.

use std::net::IpAddr;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::story::{STORY_MAX, WordWay};
use domain::{ApiTokenId, AppWord, DetectionId, Label};
use serde_json::Value;
use sqlx::AssertSqlSafe;

use super::Connection;
use super::Engine;
use super::columns::{At, to_ms};
use super::rows::ip_to_bytes;
use super::text;
use crate::app_words::ADDRESSES_OF_AN_APP;
use crate::{AppFeedback, AppFeedbackOutcome, AppWords, NewAppWord, Result, StoreError};

/// Nothing is put off for longer. What lies further ahead was written before the clock was set back, and is
/// due.
const FURTHEST: TimeDelta = TimeDelta::hours(1);

/// What [`FeedbackRow`] reads, also in a RETURNING clause. The attempt that is about to be made is not
/// counted.
const COLUMNS: &str = "id, detection_id, is_spam, extra, attempts - 1 AS attempts,
    (SELECT upstream_id FROM detections d WHERE d.id = app_feedback.detection_id) AS upstream_id,
    (SELECT judged_by FROM detections d WHERE d.id = app_feedback.detection_id) AS judged_by";

/// Of a row `f`: a moderator's feedback on the same detection that is older waits, so this waits behind it.
const BEHIND_A_LABEL: &str =
    "EXISTS (SELECT 1 FROM feedback_outbox o JOIN label_decisions l ON l.id = o.decision_id
    WHERE o.detection_id = f.detection_id AND o.state = 'pending' AND l.decided_at <= f.said_at)";

#[derive(sqlx::FromRow)]
struct FeedbackRow {
    id: i64,
    detection_id: i64,
    upstream_id: String,
    judged_by: String,
    is_spam: bool,
    extra: String,
    attempts: i64,
}

impl TryFrom<FeedbackRow> for AppFeedback {
    type Error = StoreError;

    fn try_from(row: FeedbackRow) -> Result<Self> {
        let at = At { table: "app_feedback", id: row.id };
        Ok(Self {
            id: row.id,
            detection_id: DetectionId(row.detection_id),
            upstream_id: text::read(row.upstream_id),
            judged_by: at.word("judged_by", &row.judged_by)?,
            label: Label::from_is_spam(row.is_spam),
            extra: at.json("extra", &row.extra)?,
            attempts: at.number("attempts", row.attempts)?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct WordRow {
    id: i64,
    app: String,
    is_spam: bool,
    said_at: i64,
    /// `NULL` when nothing of it is in the queue.
    is_known: Option<bool>,
}

impl TryFrom<WordRow> for AppWord {
    type Error = StoreError;

    fn try_from(row: WordRow) -> Result<Self> {
        let at = At { table: "app_words", id: row.id };
        let said_at = at.time("said_at", row.said_at)?;
        let way = match row.is_known {
            None => WordWay::Settled,
            Some(true) => WordWay::Waits,
            Some(false) => WordWay::Unknown,
        };
        Ok(Self { label: Label::from_is_spam(row.is_spam), said_at, app: row.app, way })
    }
}

/// What a newer word takes over from the one that it replaces.
#[derive(Default, sqlx::FromRow)]
struct Replaced {
    is_spam: bool,
    claimed_until: i64,
    in_doubt: bool,
    maybe_told: bool,
}

#[async_trait]
impl AppWords for Engine {
    async fn app_said(&self, word: &NewAppWord) -> Result<Option<AppFeedback>> {
        let mut transaction = self.begin().await?;
        remember(word, &mut transaction).await?;
        let is_known: bool = sqlx::query_scalar("SELECT judged_by = $1 FROM detections WHERE id = $2")
            .bind(word.upstream.as_str())
            .bind(word.detection_id.0)
            .fetch_one(&mut *transaction)
            .await?;
        let id = queue(word, is_known, &mut transaction).await?;
        let claimed = if is_known { claim(word, id, &mut transaction).await? } else { None };
        transaction.commit().await?;
        claimed.map(AppFeedback::try_from).transpose()
    }

    async fn claim_app_feedback(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<AppFeedback>> {
        let due = format!(
            "SELECT f.id FROM app_feedback f
             WHERE (f.due_at <= $1 OR f.due_at > $2) AND (f.claimed_until <= $1 OR f.claimed_until > $2)
               AND NOT {BEHIND_A_LABEL}
             ORDER BY f.id LIMIT $3"
        );
        let (now, far) = (to_ms(now), to_ms(now + FURTHEST));
        // Looked at without the writing connection first: mostly there is nothing.
        let first: Option<i64> = sqlx::query_scalar(AssertSqlSafe(due.clone()))
            .bind(now)
            .bind(far)
            .bind(1_i64)
            .fetch_optional(&self.readers)
            .await?;
        if first.is_none() {
            return Ok(Vec::new());
        }
        let claim = format!(
            "UPDATE app_feedback SET claimed_until = $4, attempts = attempts + 1, maybe_told = TRUE
             WHERE id IN ({due}) RETURNING {COLUMNS}"
        );
        let mut transaction = self.begin().await?;
        let mut rows: Vec<FeedbackRow> = sqlx::query_as(AssertSqlSafe(claim))
            .bind(now)
            .bind(far)
            .bind(i64::from(limit))
            .bind(to_ms(until))
            .fetch_all(&mut *transaction)
            .await?;
        transaction.commit().await?;
        rows.sort_by_key(|row| row.id);
        rows.into_iter().map(AppFeedback::try_from).collect()
    }

    async fn next_app_feedback_due(&self) -> Result<Option<DateTime<Utc>>> {
        let next: Option<(i64, i64)> = sqlx::query_as(concat!(
            "SELECT id, ",
            larger!("due_at", "claimed_until"),
            " FROM app_feedback WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1",
        ))
        .fetch_optional(&self.readers)
        .await?;
        next.map(|(id, due_at)| At { table: "app_feedback", id }.time("due_at", due_at)).transpose()
    }

    async fn app_feedback_ended(&self, claimed: &AppFeedback, outcome: &AppFeedbackOutcome) -> Result<bool> {
        let mut transaction = self.begin().await?;
        end(claimed, outcome, &mut transaction).await?;
        // A newer word has waited for this attempt to end.
        let left: Option<Option<i64>> = sqlx::query_scalar(
            "UPDATE app_feedback SET claimed_until = 0 WHERE detection_id = $1 RETURNING due_at",
        )
        .bind(claimed.detection_id.0)
        .fetch_optional(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(left.flatten().is_some())
    }

    async fn app_words(&self, detection: DetectionId) -> Result<Vec<AppWord>> {
        // Only the newest word of all can still be on its way: it replaced the others.
        let rows: Vec<WordRow> = sqlx::query_as(
            "SELECT w.id, t.name AS app, w.is_spam, w.said_at,
                    CASE WHEN w.id = (SELECT max(id) FROM app_words WHERE detection_id = w.detection_id)
                         THEN (SELECT f.due_at IS NOT NULL FROM app_feedback f WHERE f.detection_id = w.detection_id)
                    END AS is_known
             FROM app_words w JOIN api_tokens t ON t.id = w.token_id
             WHERE w.detection_id = $1 ORDER BY w.id DESC LIMIT $2",
        )
        .bind(detection.0)
        .bind(i64::from(STORY_MAX))
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().rev().map(AppWord::try_from).collect()
    }

    async fn note_app_address(&self, token: ApiTokenId, address: IpAddr) -> Result<()> {
        sqlx::query(
            "INSERT INTO app_addresses (token_id, ip) SELECT $1, $2
             WHERE (SELECT count(*) FROM app_addresses WHERE token_id = $1) <= $3
             ON CONFLICT DO NOTHING",
        )
        .bind(token.0)
        .bind(ip_to_bytes(address).to_vec())
        .bind(i64::from(ADDRESSES_OF_AN_APP))
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}

/// Writes the word beside the label, and into the story.
async fn remember(word: &NewAppWord, connection: &mut Connection) -> Result<()> {
    sqlx::query("UPDATE detections SET app_word = $1, app_word_at = $2, app_word_token = $3 WHERE id = $4")
        .bind(word.label.as_str())
        .bind(to_ms(word.said_at))
        .bind(word.token_id.0)
        .bind(word.detection_id.0)
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO app_words (detection_id, token_id, is_spam, said_at) VALUES ($1, $2, $3, $4)")
        .bind(word.detection_id.0)
        .bind(word.token_id.0)
        .bind(word.label.is_spam())
        .bind(to_ms(word.said_at))
        .execute(connection)
        .await?;
    Ok(())
}

/// Puts the word in the place of the one that waits. It has an id of its own, so the outcome of an older one
/// cannot settle it; and as long as that may be under way, its claim goes on.
async fn queue(word: &NewAppWord, is_known: bool, connection: &mut Connection) -> Result<i64> {
    let replaced: Option<Replaced> = sqlx::query_as(
        "DELETE FROM app_feedback WHERE detection_id = $1 RETURNING is_spam, claimed_until, in_doubt, maybe_told",
    )
    .bind(word.detection_id.0)
    .fetch_optional(&mut *connection)
    .await?;
    let old = replaced.unwrap_or_default();
    let may_differ = old.maybe_told && old.is_spam != word.label.is_spam();
    let id = sqlx::query_scalar(
        "INSERT INTO app_feedback (detection_id, token_id, is_spam, extra, said_at, due_at, claimed_until, in_doubt)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
    )
    .bind(word.detection_id.0)
    .bind(word.token_id.0)
    .bind(word.label.is_spam())
    .bind(Value::Object(word.extra.clone()).to_string())
    .bind(to_ms(word.said_at))
    .bind(is_known.then(|| to_ms(word.said_at)))
    .bind(old.claimed_until)
    .bind(old.in_doubt || may_differ)
    .fetch_one(connection)
    .await?;
    Ok(id)
}

/// Claims a word for whoever brought it, unless something older is under way or waits.
async fn claim(word: &NewAppWord, id: i64, connection: &mut Connection) -> Result<Option<FeedbackRow>> {
    let free = format!(
        "SELECT f.id FROM app_feedback f
         WHERE f.id = $1 AND (f.claimed_until <= $2 OR f.claimed_until > $3) AND NOT {BEHIND_A_LABEL}"
    );
    let claim = format!(
        "UPDATE app_feedback SET claimed_until = $4, attempts = attempts + 1, maybe_told = TRUE
         WHERE id IN ({free}) RETURNING {COLUMNS}"
    );
    Ok(sqlx::query_as(AssertSqlSafe(claim))
        .bind(id)
        .bind(to_ms(word.said_at))
        .bind(to_ms(word.said_at + FURTHEST))
        .bind(to_ms(word.claimed_until))
        .fetch_optional(connection)
        .await?)
}

/// Writes how an attempt with a row ended; nothing when a newer word has replaced it.
async fn end(claimed: &AppFeedback, outcome: &AppFeedbackOutcome, connection: &mut Connection) -> Result<()> {
    let id = claimed.id;
    match outcome {
        AppFeedbackOutcome::Taken(again_at) => {
            sqlx::query("DELETE FROM app_feedback WHERE id = $1 AND NOT in_doubt")
                .bind(id)
                .execute(&mut *connection)
                .await?;
            sqlx::query(
                "UPDATE app_feedback SET in_doubt = FALSE, maybe_told = FALSE, attempts = 0, last_error = NULL, due_at = $1
                 WHERE id = $2",
            )
            .bind(to_ms(*again_at))
            .bind(id)
            .execute(connection)
            .await?;
        }
        AppFeedbackOutcome::Refused => {
            sqlx::query("DELETE FROM app_feedback WHERE id = $1").bind(id).execute(connection).await?;
        }
        AppFeedbackOutcome::Unknown => {
            // Unless it was judged again since: then it is known there now.
            sqlx::query(
                "UPDATE app_feedback SET attempts = 0, maybe_told = FALSE,
                        due_at = CASE (SELECT d.judged_by FROM detections d WHERE d.id = detection_id)
                                 WHEN $1 THEN NULL ELSE due_at END
                 WHERE id = $2",
            )
            .bind(claimed.judged_by.as_str())
            .bind(id)
            .execute(connection)
            .await?;
        }
        AppFeedbackOutcome::Deferred { retry_at, error, maybe_told } => {
            sqlx::query(
                "UPDATE app_feedback SET due_at = $1, last_error = $2, maybe_told = $3 WHERE id = $4",
            )
            .bind(to_ms(*retry_at))
            .bind(text::kept(error))
            .bind(maybe_told)
            .bind(id)
            .execute(connection)
            .await?;
        }
    }
    Ok(())
}
