//! Labels that a file knows: compared with the verdicts, taken over as decisions, and taken back.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    DecisionId, DetectionId, Import, ImportId, Label, LabelParts, NewDetection, ReasonId, TakenLabels, UserId,
};
use serde_json::json;

use super::super::Connection;
use super::super::columns::At;
use super::super::reasons::named;
use super::super::{Engine, labels, text};
use super::{existing, find, note, to_i64};
use crate::{NewDecision, Result};

/// Compares the labels of rows that enter the log with their verdicts, and takes them over if the plan says so.
pub(super) async fn settle(
    id: ImportId,
    numbers: &[i64],
    ids: &[DetectionId],
    detections: &[&NewDetection],
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<()> {
    let import = existing(id, connection).await?;
    if import.labels.rows == 0 || numbers.is_empty() {
        return Ok(());
    }
    let known = labels_of(id, numbers, connection).await?;
    let mut compared = [0_i64; 4];
    let mut made = 0;
    let taken = import.plan.labels.filter(|_| import.labels.taking_back.is_none());
    for ((number, detection_id), detection) in numbers.iter().zip(ids).zip(detections) {
        let Some((label, reasons)) = known.get(number) else { continue };
        let label = *label;
        let place = match (label, detection.judgement.is_spam) {
            (Label::Spam, true) => 0,
            (Label::Spam, false) => 1,
            (Label::Ham, true) => 2,
            (Label::Ham, false) => 3,
        };
        compared[place] += 1;
        if let Some(taken) = taken {
            let reasons = given(reasons, connection).await?;
            take_over(&import, *detection_id, (label, reasons), taken, at, connection).await?;
            made += 1;
        }
    }
    let [found, missed, accused, passed] = compared;
    sqlx::query(
        "UPDATE imports SET spam_found = spam_found + $1, spam_missed = spam_missed + $2, ham_accused = ham_accused + $3,
                ham_passed = ham_passed + $4, labels_set = labels_set + $5
         WHERE id = $6",
    )
    .bind(found)
    .bind(missed)
    .bind(accused)
    .bind(passed)
    .bind(made)
    .bind(id.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// What the file says about these rows, where it says something.
async fn labels_of(
    id: ImportId,
    numbers: &[i64],
    connection: &mut Connection,
) -> Result<HashMap<i64, (Label, String)>> {
    let rows: Vec<(i64, String, Option<String>)> = sqlx::query_as(concat!(
        "SELECT number, label, reasons FROM import_rows WHERE import_id = $1 AND number IN (",
        list!("$2"),
        ") AND label IS NOT NULL",
    ))
    .bind(id.0)
    .bind(json!(numbers).to_string())
    .fetch_all(connection)
    .await?;
    let label = |(number, word, reasons): (i64, String, Option<String>)| {
        let label = At { table: "import_rows", id: number }.word("label", &word)?;
        Ok((number, (label, reasons.map(text::read).unwrap_or_default())))
    };
    rows.into_iter().map(label).collect()
}

/// The reasons of some names.
async fn given(names: &str, connection: &mut Connection) -> Result<Vec<ReasonId>> {
    let mut reasons = Vec::new();
    for name in domain::reason::split(names) {
        reasons.push(named(&name, connection).await?);
    }
    Ok(reasons)
}

/// A label becomes a decision; the upstream is told only if that was asked for.
async fn take_over(
    import: &Import,
    detection_id: DetectionId,
    (label, reasons): (Label, Vec<ReasonId>),
    taken: TakenLabels,
    at: DateTime<Utc>,
    connection: &mut Connection,
) -> Result<()> {
    let new = NewDecision {
        detection_id,
        label,
        user_id: taken.by,
        decided_at: at,
        send_after: at,
        seen_version: None,
        with: LabelParts { reasons, ..LabelParts::default() },
    };
    let made = labels::Made::ByImport { id: import.id, tell: taken.tell };
    labels::decide_within(&new, made, connection).await?;
    Ok(())
}

pub(super) async fn begin_undo(store: &Engine, id: ImportId, by: UserId, at: DateTime<Utc>) -> Result<bool> {
    let mut transaction = store.begin().await?;
    let Some(import) = find(id, &mut *transaction).await? else { return Ok(false) };
    let is_theirs = import.plan.labels.is_some_and(|taken| taken.by == by);
    if !is_theirs || import.labels.taking_back.is_some() {
        return Ok(false);
    }
    sqlx::query("UPDATE imports SET labels_state = 'undoing' WHERE id = $1")
        .bind(id.0)
        .execute(&mut *transaction)
        .await?;
    let set = import.labels.set;
    note(id, Some(by), "import.labels_undone", json!({ "set": set }), at, &mut transaction).await?;
    transaction.commit().await?;
    Ok(true)
}

pub(super) async fn undo(store: &Engine, limit: u32, at: DateTime<Utc>) -> Result<Option<(ImportId, bool)>> {
    let mut transaction = store.begin().await?;
    let next: Option<i64> =
        sqlx::query_scalar("SELECT id FROM imports WHERE labels_state = 'undoing' ORDER BY id LIMIT 1")
            .fetch_optional(&mut *transaction)
            .await?;
    let Some(id) = next.map(ImportId) else { return Ok(None) };
    let decisions: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT l.id, l.user_id FROM label_decisions l
         WHERE l.import_id = $1 AND l.undone_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM label_decisions later
                           WHERE later.detection_id = l.detection_id AND later.id > l.id AND later.undone_at IS NULL)
         LIMIT $2",
    )
    .bind(id.0)
    .bind(i64::from(limit))
    .fetch_all(&mut *transaction)
    .await?;
    for (decision, by) in &decisions {
        labels::undo_within(DecisionId(*decision), UserId(*by), at, &mut transaction).await?;
    }
    let goes_on = decisions.len() >= limit as usize;
    if !goes_on {
        labels::withdraw(labels::Batch::Import(id), at, &mut transaction).await?;
    }
    sqlx::query(
        "UPDATE imports SET labels_undone = labels_undone + $1, labels_state = CASE WHEN $2 THEN 'undoing' ELSE 'undone' END
         WHERE id = $3",
    )
    .bind(to_i64(decisions.len() as u64))
    .bind(goes_on)
    .bind(id.0)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(Some((id, goes_on)))
}
