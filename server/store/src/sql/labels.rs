//! Decisions and undos. Each is one transaction over label, audit event and outbox row.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{BulkId, Decision, DecisionId, DetectionId, ImportId, Label, Standing, UserId};
use serde_json::json;

use super::Connection;
use super::columns::to_ms;
use super::decision;
use super::outbox::{self, Word};
use super::{Engine, audit, label_parts, standing};
use crate::{
    LabelOutcome, LabelRemoval, Labels, NewAuditEvent, NewDecision, RemovalOutcome, Result, StoreError,
    UndoOutcome,
};

#[async_trait]
impl Labels for Engine {
    async fn decide(&self, new: &NewDecision) -> Result<LabelOutcome> {
        let mut transaction = self.begin().await?;
        let outcome = decide_within(new, Made::ByHand, &mut transaction).await?;
        transaction.commit().await?;
        Ok(outcome)
    }

    async fn undo(&self, id: DecisionId, by: UserId, at: DateTime<Utc>) -> Result<UndoOutcome> {
        let mut transaction = self.begin().await?;
        let outcome = undo_within(id, by, at, &mut transaction).await?;
        transaction.commit().await?;
        Ok(outcome)
    }

    async fn remove_label(&self, removal: &LabelRemoval) -> Result<RemovalOutcome> {
        let mut transaction = self.begin().await?;
        let Some((version, _)) = label_state(removal.detection_id, &mut transaction).await? else {
            return Ok(RemovalOutcome::NotFound);
        };
        if removal.seen_version != version {
            let standing = decision::standing(removal.detection_id, &mut transaction).await?;
            return Ok(RemovalOutcome::Stale(standing));
        }
        while let Some(standing) = decision::standing(removal.detection_id, &mut transaction).await? {
            take_back(&standing, removal.user_id, removal.at, &mut transaction).await?;
        }
        transaction.commit().await?;
        Ok(RemovalOutcome::Removed)
    }

    async fn undoable(&self, user: UserId, now: DateTime<Utc>) -> Result<Vec<Decision>> {
        let condition = "
            WHERE l.user_id = $1 AND l.send_after > $2 AND l.undone_at IS NULL AND l.bulk_id IS NULL AND l.import_id IS NULL
              AND NOT EXISTS (SELECT 1 FROM label_decisions later
                              WHERE later.detection_id = l.detection_id AND later.id > l.id AND later.undone_at IS NULL)
            ORDER BY l.id DESC";
        let undoable = decision::select(condition);
        decision::read(undoable.bind(user.0).bind(to_ms(now)).fetch_all(&self.readers).await?, &self.readers)
            .await
    }

    async fn decisions(&self, detection: DetectionId) -> Result<Vec<Decision>> {
        let condition = "WHERE l.detection_id = $1 ORDER BY l.id";
        let all = decision::select(condition).bind(detection.0);
        decision::read(all.fetch_all(&self.readers).await?, &self.readers).await
    }

    async fn standings(&self, detections: &[DetectionId]) -> Result<Vec<Standing>> {
        standing::standings(detections, &self.readers).await
    }
}

/// How a decision comes about.
#[derive(Clone, Copy)]
pub(super) enum Made {
    /// For one detection.
    ByHand,
    /// For many.
    InBulk(BulkId),
    /// By a file that knew the label; the upstream is told if `tell`.
    ByImport { id: ImportId, tell: bool },
}

/// One decision, in the caller's transaction; writes nothing unless it is [`LabelOutcome::Decided`].
pub(super) async fn decide_within(
    new: &NewDecision,
    made: Made,
    connection: &mut Connection,
) -> Result<LabelOutcome> {
    let Some((version, previous)) = label_state(new.detection_id, connection).await? else {
        return Ok(LabelOutcome::NotFound);
    };
    if new.seen_version.is_some_and(|seen| seen != version) {
        let standing = decision::standing(new.detection_id, connection).await?;
        return Ok(LabelOutcome::Stale(standing));
    }
    let id = insert_decision(new, previous, made, connection).await?;
    label_parts::attach(id, new, connection).await?;
    set_label(new.detection_id, Some((new.label, new.user_id, new.decided_at)), connection).await?;
    // The upstream knows nothing of what was refused.
    if !matches!(made, Made::ByImport { tell: false, .. })
        && !is_refused(new.detection_id, connection).await?
    {
        outbox::cancel_pending(new.detection_id, new.decided_at, connection).await?;
        let word =
            Word { decision_id: id, detection_id: new.detection_id, label: new.label, reversal: false };
        outbox::enqueue(&word, new.send_after, connection).await?;
        outbox::refresh_state(new.detection_id, connection).await?;
    }
    let mut details = json!({ "decision": id.0, "label": new.label, "previous": previous });
    match made {
        Made::ByHand => {}
        Made::InBulk(id) => details["bulk"] = id.0.into(),
        Made::ByImport { id, .. } => details["import"] = id.0.into(),
    }
    let event = NewAuditEvent {
        at: new.decided_at,
        user_id: Some(new.user_id),
        action: "detection.labelled",
        subject: subject(new.detection_id),
        details,
    };
    audit::record(&event, &mut *connection).await?;
    // Whoever was reviewing it is done with it.
    sqlx::query("DELETE FROM claims WHERE detection_id = $1")
        .bind(new.detection_id.0)
        .execute(&mut *connection)
        .await?;
    let decision = existing(id, connection).await?;
    Ok(LabelOutcome::Decided(decision))
}

async fn is_refused(id: DetectionId, connection: &mut Connection) -> Result<bool> {
    let refused = sqlx::query_scalar("SELECT judged_by = 'refused' FROM detections WHERE id = $1");
    Ok(refused.bind(id.0).fetch_one(connection).await?)
}

/// One undo, in the caller's transaction.
pub(super) async fn undo_within(
    id: DecisionId,
    by: UserId,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<UndoOutcome> {
    let undone = match decision::find(id, connection).await? {
        Some(decision) if decision.user_id == by => decision,
        _ => return Ok(UndoOutcome::NotFound),
    };
    let detection = undone.detection_id;
    let standing = decision::standing(detection, connection).await?;
    if standing.is_none_or(|standing| standing.id != id) {
        return Ok(UndoOutcome::Superseded);
    }
    let reversed = take_back(&undone, by, at, &mut *connection).await?;
    let undone = existing(id, connection).await?;
    Ok(if reversed { UndoOutcome::Reversed(undone) } else { UndoOutcome::Cancelled(undone) })
}

/// Takes the standing decision back, and restores what stood before; whether something had been sent.
async fn take_back(
    undone: &Decision,
    by: UserId,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<bool> {
    let detection = undone.detection_id;
    label_parts::detach(undone.id, by, at, connection).await?;
    sqlx::query("UPDATE label_decisions SET undone_at = $1 WHERE id = $2")
        .bind(to_ms(at))
        .bind(undone.id.0)
        .execute(&mut *connection)
        .await?;
    let restored = decision::standing(detection, connection).await?;
    let label = restored.as_ref().map(|decision| (decision.label, decision.user_id, decision.decided_at));
    set_label(detection, label, connection).await?;
    let reversed = take_back_feedback(undone, restored.as_ref(), at, connection).await?;
    outbox::refresh_state(detection, connection).await?;
    let event = NewAuditEvent {
        at,
        user_id: Some(by),
        action: "detection.label_undone",
        subject: subject(detection),
        details: json!({ "decision": undone.id.0, "label": undone.label, "restored": undone.previous }),
    };
    audit::record(&event, &mut *connection).await?;
    Ok(reversed)
}

/// What made many decisions at once.
#[derive(Clone, Copy)]
pub(super) enum Batch {
    /// A bulk action of this person.
    Bulk(BulkId, UserId),
    Import(ImportId),
}

/// Takes back those decisions of an action that others stand on: what stands is left alone, and when it is undone in its turn, the
/// action's decision does not come back.
pub(super) async fn withdraw(batch: Batch, at: DateTime<Utc>, connection: &mut Connection) -> Result<()> {
    if let Batch::Bulk(id, by) = batch {
        let with_rule: Vec<i64> = sqlx::query_scalar(
            "SELECT id FROM label_decisions WHERE bulk_id = $1 AND undone_at IS NULL AND rule_id IS NOT NULL",
        )
        .bind(id.0)
        .fetch_all(&mut *connection)
        .await?;
        for decision in with_rule {
            label_parts::detach(DecisionId(decision), by, at, connection).await?;
        }
    }
    let (sql, id) = match batch {
        Batch::Bulk(id, _) => {
            ("UPDATE label_decisions SET undone_at = $1 WHERE bulk_id = $2 AND undone_at IS NULL", id.0)
        }
        Batch::Import(id) => {
            ("UPDATE label_decisions SET undone_at = $1 WHERE import_id = $2 AND undone_at IS NULL", id.0)
        }
    };
    sqlx::query(sql).bind(to_ms(at)).bind(id).execute(connection).await?;
    Ok(())
}

fn subject(detection: DetectionId) -> String {
    format!("detection:{}", detection.0)
}

/// Version and label of a detection, if it exists.
pub(super) async fn label_state(
    detection: DetectionId,
    connection: &mut Connection,
) -> Result<Option<(i64, Option<Label>)>> {
    let row: Option<(i64, Option<String>)> =
        sqlx::query_as("SELECT version, label FROM detections WHERE id = $1")
            .bind(detection.0)
            .fetch_optional(connection)
            .await?;
    let at = super::columns::At { table: "detections", id: detection.0 };
    row.map(|(version, label)| Ok((version, at.maybe_word("label", label.as_deref())?))).transpose()
}

async fn insert_decision(
    new: &NewDecision,
    previous: Option<Label>,
    made: Made,
    connection: &mut Connection,
) -> Result<DecisionId> {
    let (bulk, import) = match made {
        Made::ByHand => (None, None),
        Made::InBulk(id) => (Some(id.0), None),
        Made::ByImport { id, .. } => (None, Some(id.0)),
    };
    let id = sqlx::query_scalar(
        "INSERT INTO label_decisions (detection_id, user_id, label, previous, decided_at, send_after, bulk_id, import_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
    )
    .bind(new.detection_id.0)
    .bind(new.user_id.0)
    .bind(new.label.as_str())
    .bind(previous.map(Label::as_str))
    .bind(to_ms(new.decided_at))
    .bind(to_ms(new.send_after))
    .bind(bulk)
    .bind(import)
    .fetch_one(connection)
    .await?;
    Ok(DecisionId(id))
}

/// Writes the standing label and who set it when, and counts the version up.
async fn set_label(
    detection: DetectionId,
    label: Option<(Label, UserId, DateTime<Utc>)>,
    connection: &mut Connection,
) -> Result<()> {
    sqlx::query(
        "UPDATE detections SET label = $1, labelled_by = $2, labelled_at = $3, version = version + 1 WHERE id = $4",
    )
    .bind(label.map(|(label, _, _)| label.as_str()))
    .bind(label.map(|(_, by, _)| by.0))
    .bind(label.map(|(_, _, at)| to_ms(at)))
    .bind(detection.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// Cancels what waits for an undone decision, and queues what is true again where the upstream may believe otherwise: the
/// restored decision's label, or the verdict. Returns whether the undone decision's own feedback may have been sent.
async fn take_back_feedback(
    undone: &Decision,
    restored: Option<&Decision>,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<bool> {
    let detection = undone.detection_id;
    outbox::cancel_pending(detection, at, connection).await?;
    let truth = outbox::truth(detection, undone.id, restored, connection).await?;
    let told = outbox::last_told(detection, connection).await?;
    let may_have_been_sent = outbox::may_have_been_sent(undone.id, connection).await?;
    // Making the undone decision had cancelled whatever waited then: the restored decision's feedback, or the reversal of
    // an earlier one.
    let still_to_tell = match restored {
        Some(restored) if !outbox::was_carried_out(restored.id, connection).await? => {
            Some(restored.send_after.max(at))
        }
        _ => told.is_some_and(|told| told != truth.label).then_some(at),
    };
    let due_at = if may_have_been_sent { Some(at) } else { still_to_tell };
    if let Some(due_at) = due_at {
        outbox::enqueue(&truth, due_at, connection).await?;
    }
    Ok(may_have_been_sent)
}

/// A decision that this transaction wrote or found.
async fn existing(id: DecisionId, connection: &mut Connection) -> Result<Decision> {
    let decision = decision::find(id, connection).await?;
    decision.ok_or(StoreError::Database(sqlx::Error::RowNotFound))
}
