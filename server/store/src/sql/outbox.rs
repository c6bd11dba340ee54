//! The queue between decisions and the upstream.
//!
//! A request may be under way while its row is cancelled by an undo or by a newer decision. When its outcome comes in, the
//! row tells what happened (`sent`), and if the upstream may now believe something else than what stands, and nothing else
//! waits to be sent, what stands is queued. A needless repeat is harmless; a silent disagreement is not.
//!
//! An attempt is written before its request leaves, with a time until which nobody else sends anything about that detection: so
//! an undo knows of a request that was under way when the program was killed, and of two programs on one file one sends.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{Decision, DecisionId, DetectionId, Label, OutboxCounts};

use super::Engine;
use super::columns::{At, to_ms};
use super::decision;
use super::text;
use super::{Connection, Db};
use crate::{Outbox, OutboxItem, Result, StoreError};

/// What to tell the upstream about a detection.
pub(super) struct Word {
    pub(super) decision_id: DecisionId,
    pub(super) detection_id: DetectionId,
    pub(super) label: Label,
    /// Whether it takes the decision back instead of carrying it out.
    pub(super) reversal: bool,
}

/// Queues a row. Cancel what waits for the same detection first: the database refuses a second one.
pub(super) async fn enqueue(word: &Word, due_at: DateTime<Utc>, connection: &mut Connection) -> Result<()> {
    sqlx::query(
        "INSERT INTO feedback_outbox (decision_id, detection_id, label, reversal, due_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(word.decision_id.0)
    .bind(word.detection_id.0)
    .bind(word.label.as_str())
    .bind(word.reversal)
    .bind(to_ms(due_at))
    .execute(connection)
    .await?;
    Ok(())
}

/// What is true of a detection: the standing decision's label, or the app's word or else the verdict when there is none (then it
/// takes `undone` back).
pub(super) async fn truth(
    detection_id: DetectionId,
    undone: DecisionId,
    standing: Option<&Decision>,
    connection: &mut Connection,
) -> Result<Word> {
    Ok(match standing {
        Some(standing) => {
            Word { decision_id: standing.id, detection_id, label: standing.label, reversal: false }
        }
        None => {
            let label = unlabelled(detection_id, connection).await?;
            Word { decision_id: undone, detection_id, label, reversal: true }
        }
    })
}

/// What the upstream was told last of a detection, as far as is known.
pub(super) async fn last_told(detection: DetectionId, connection: &mut Connection) -> Result<Option<Label>> {
    let row: Option<(i64, String)> = sqlx::query_as(
        "SELECT id, label FROM feedback_outbox WHERE detection_id = $1 AND (state = 'sent' OR attempts > 0)
         ORDER BY id DESC LIMIT 1",
    )
    .bind(detection.0)
    .fetch_optional(connection)
    .await?;
    row.map(|(id, label)| At { table: "feedback_outbox", id }.word("label", &label)).transpose()
}

/// Cancels what waits for a detection.
pub(super) async fn cancel_pending(
    detection: DetectionId,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<()> {
    sqlx::query(
        "UPDATE feedback_outbox SET state = 'cancelled', settled_at = $1 WHERE detection_id = $2 AND state = 'pending'",
    )
    .bind(to_ms(at))
    .bind(detection.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether the upstream may know of a decision: it accepted it, or an attempt ended without a clear answer.
pub(super) async fn may_have_been_sent(decision: DecisionId, connection: &mut Connection) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM feedback_outbox
                        WHERE decision_id = $1 AND NOT reversal AND (state = 'sent' OR attempts > 0))",
    )
    .bind(decision.0)
    .fetch_one(connection)
    .await?)
}

/// Whether a decision's feedback reached an end other than being cancelled, or was never to be sent: a file knew the label,
/// and nobody asked to tell the upstream.
pub(super) async fn was_carried_out(decision: DecisionId, connection: &mut Connection) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM feedback_outbox
                        WHERE decision_id = $1 AND NOT reversal AND (state IN ('sent', 'failed') OR unknown))
             OR EXISTS (SELECT 1 FROM label_decisions l WHERE l.id = $1 AND l.import_id IS NOT NULL
                          AND NOT EXISTS (SELECT 1 FROM feedback_outbox o WHERE o.decision_id = l.id AND NOT o.reversal))",
    )
    .bind(decision.0)
    .fetch_one(connection)
    .await?)
}

/// Copies the state of the newest row that was not cancelled to the detection.
pub(super) async fn refresh_state(detection: DetectionId, connection: &mut Connection) -> Result<()> {
    sqlx::query(
        "UPDATE detections SET feedback = coalesce(
             (SELECT state FROM feedback_outbox WHERE detection_id = detections.id AND state <> 'cancelled'
              ORDER BY id DESC LIMIT 1), 'none')
         WHERE id = $1",
    )
    .bind(detection.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// What stands without a label: the app's word, else the verdict.
async fn unlabelled(detection: DetectionId, connection: &mut Connection) -> Result<Label> {
    let is_spam =
        sqlx::query_scalar("SELECT coalesce(app_word = 'spam', is_spam) FROM detections WHERE id = $1")
            .bind(detection.0)
            .fetch_one(connection)
            .await?;
    Ok(Label::from_is_spam(is_spam))
}

/// The upstream knows a detection from now on: the standing decision's feedback, if it could not be sent before, is due.
pub(super) async fn now_known(
    detection: DetectionId,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<()> {
    sqlx::query(
        "UPDATE feedback_outbox SET state = 'pending', unknown = FALSE, due_at = $1, settled_at = NULL
         WHERE id = (SELECT max(id) FROM feedback_outbox WHERE detection_id = $2) AND unknown AND NOT reversal
           AND EXISTS (SELECT 1 FROM label_decisions l WHERE l.id = decision_id AND l.undone_at IS NULL)",
    )
    .bind(to_ms(at))
    .bind(detection.0)
    .execute(&mut *connection)
    .await?;
    refresh_state(detection, connection).await
}

#[derive(sqlx::FromRow)]
struct ItemRow {
    id: i64,
    decision_id: i64,
    detection_id: i64,
    upstream_id: String,
    judged_by: String,
    label: String,
    attempts: i64,
}

impl TryFrom<ItemRow> for OutboxItem {
    type Error = StoreError;

    fn try_from(row: ItemRow) -> Result<Self> {
        let at = At { table: "feedback_outbox", id: row.id };
        Ok(Self {
            id: row.id,
            decision_id: DecisionId(row.decision_id),
            detection_id: DetectionId(row.detection_id),
            upstream_id: text::read(row.upstream_id),
            judged_by: at.word("judged_by", &row.judged_by)?,
            label: at.word("label", &row.label)?,
            attempts: at.number("attempts", row.attempts)?,
        })
    }
}

/// What is due and not on its way: nothing else about its detection is being sent.
async fn due(
    now: DateTime<Utc>,
    limit: u32,
    executor: impl sqlx::Executor<'_, Database = Db>,
) -> Result<Vec<OutboxItem>> {
    let rows = sqlx::query_as::<_, ItemRow>(
        "SELECT o.id, o.decision_id, o.detection_id, d.upstream_id, d.judged_by, o.label, o.attempts
         FROM feedback_outbox o JOIN detections d ON d.id = o.detection_id
         WHERE o.state = 'pending' AND o.due_at <= $1 AND d.judged_by <> 'fallback'
           AND NOT EXISTS (SELECT 1 FROM app_feedback f JOIN label_decisions l ON l.id = o.decision_id
                           WHERE f.detection_id = o.detection_id AND f.due_at IS NOT NULL AND f.said_at < l.decided_at)
           AND NOT EXISTS (SELECT 1 FROM feedback_outbox other
                           WHERE other.detection_id = o.detection_id AND other.claimed_until > $1)
         ORDER BY o.due_at, o.id LIMIT $2",
    )
    .bind(to_ms(now))
    .bind(i64::from(limit))
    .fetch_all(executor)
    .await?;
    rows.into_iter().map(OutboxItem::try_from).collect()
}

/// A row whose outcome came in.
struct Reported {
    decision_id: DecisionId,
    detection_id: DetectionId,
    label: Label,
    cancelled: bool,
}

async fn reported(id: i64, connection: &mut Connection) -> Result<Option<Reported>> {
    let row: Option<(i64, i64, String, String)> =
        sqlx::query_as("SELECT decision_id, detection_id, label, state FROM feedback_outbox WHERE id = $1")
            .bind(id)
            .fetch_optional(connection)
            .await?;
    let Some((decision_id, detection_id, label, state)) = row else { return Ok(None) };
    Ok(Some(Reported {
        decision_id: DecisionId(decision_id),
        detection_id: DetectionId(detection_id),
        label: At { table: "feedback_outbox", id }.word("label", &label)?,
        cancelled: state == "cancelled",
    }))
}

/// After a cancelled row turned out to have reached the upstream, or maybe: queues what stands, unless the upstream was
/// told just that, or something newer waits anyway.
async fn correct(row: &Reported, at: DateTime<Utc>, connection: &mut Connection) -> Result<()> {
    let waits: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM feedback_outbox WHERE detection_id = $1 AND state = 'pending')",
    )
    .bind(row.detection_id.0)
    .fetch_one(&mut *connection)
    .await?;
    if waits {
        return Ok(());
    }
    let standing = decision::standing(row.detection_id, connection).await?;
    let truth = truth(row.detection_id, row.decision_id, standing.as_ref(), connection).await?;
    if truth.label != row.label {
        enqueue(&truth, at, connection).await?;
    }
    Ok(())
}

#[async_trait]
impl Outbox for Engine {
    async fn due_feedback(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<OutboxItem>> {
        due(now, limit, &self.readers).await
    }

    async fn claim_feedback(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<OutboxItem>> {
        // Most looks find nothing, and need not wait for those who write.
        if due(now, 1, &self.readers).await?.is_empty() {
            return Ok(Vec::new());
        }
        let mut transaction = self.begin().await?;
        let items = due(now, limit, &mut *transaction).await?;
        for item in &items {
            sqlx::query(
                "UPDATE feedback_outbox SET attempts = attempts + 1, claimed_until = $1 WHERE id = $2",
            )
            .bind(to_ms(until))
            .bind(item.id)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(items)
    }

    async fn next_feedback_due(&self) -> Result<Option<DateTime<Utc>>> {
        let row: Option<(i64, i64)> = sqlx::query_as(
            "SELECT o.id, o.due_at FROM feedback_outbox o JOIN detections d ON d.id = o.detection_id
             WHERE o.state = 'pending' AND d.judged_by <> 'fallback' ORDER BY o.due_at LIMIT 1",
        )
        .fetch_optional(&self.readers)
        .await?;
        row.map(|(id, due_at)| At { table: "feedback_outbox", id }.time("due_at", due_at)).transpose()
    }

    async fn feedback_sent(&self, id: i64, at: DateTime<Utc>) -> Result<()> {
        let mut transaction = self.begin().await?;
        let Some(row) = reported(id, &mut transaction).await? else { return Ok(()) };
        sqlx::query(
            "UPDATE feedback_outbox SET state = 'sent', attempts = attempts + CASE WHEN claimed_until IS NULL THEN 1 ELSE 0 END,
                    claimed_until = NULL,
                    last_error = NULL, settled_at = $1
             WHERE id = $2 AND state <> 'sent'",
        )
        .bind(to_ms(at))
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        if row.cancelled {
            correct(&row, at, &mut transaction).await?;
        }
        refresh_state(row.detection_id, &mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn feedback_deferred(
        &self,
        id: i64,
        retry_at: DateTime<Utc>,
        quiet_until: Option<DateTime<Utc>>,
        error: &str,
    ) -> Result<()> {
        let mut transaction = self.begin().await?;
        let Some(row) = reported(id, &mut transaction).await? else { return Ok(()) };
        sqlx::query(
            "UPDATE feedback_outbox SET attempts = attempts + CASE WHEN claimed_until IS NULL THEN 1 ELSE 0 END,
                    claimed_until = $1, last_error = $2,
                    due_at = $3
             WHERE id = $4 AND state IN ('pending', 'cancelled')",
        )
        .bind(quiet_until.map(to_ms))
        .bind(text::kept(error))
        .bind(to_ms(retry_at))
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        if row.cancelled {
            correct(&row, retry_at, &mut transaction).await?;
        }
        refresh_state(row.detection_id, &mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn feedback_failed(&self, id: i64, at: DateTime<Utc>, error: &str) -> Result<()> {
        let mut transaction = self.begin().await?;
        let Some(row) = reported(id, &mut transaction).await? else { return Ok(()) };
        sqlx::query(
            "UPDATE feedback_outbox SET state = 'failed', claimed_until = NULL, last_error = $1, settled_at = $2
             WHERE id = $3 AND state = 'pending'",
        )
        .bind(text::kept(error))
        .bind(to_ms(at))
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        // Refused, so nothing of it is on its way any more, also when it was cancelled meanwhile.
        sqlx::query("UPDATE feedback_outbox SET claimed_until = NULL WHERE id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        refresh_state(row.detection_id, &mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn feedback_unknown(&self, item: &OutboxItem, at: DateTime<Utc>) -> Result<()> {
        let mut transaction = self.begin().await?;
        sqlx::query("UPDATE feedback_outbox SET claimed_until = NULL WHERE id = $1")
            .bind(item.id)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "UPDATE feedback_outbox SET state = 'cancelled', unknown = TRUE, settled_at = $1
             WHERE id = $2 AND state = 'pending'
               AND (SELECT d.judged_by FROM detections d WHERE d.id = detection_id) = $3",
        )
        .bind(to_ms(at))
        .bind(item.id)
        .bind(item.judged_by.as_str())
        .execute(&mut *transaction)
        .await?;
        refresh_state(item.detection_id, &mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn outbox_counts(&self) -> Result<OutboxCounts> {
        counts(&self.readers).await
    }
}

/// Counted over detections, so that the figures equal `is:pending` and `is:failed`.
pub(super) async fn counts(connection: impl sqlx::Executor<'_, Database = Db>) -> Result<OutboxCounts> {
    let (pending, failed): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM detections WHERE feedback = 'pending'),
                (SELECT count(*) FROM detections WHERE feedback = 'failed')",
    )
    .fetch_one(connection)
    .await?;
    Ok(OutboxCounts { pending: pending.unsigned_abs(), failed: failed.unsigned_abs() })
}
