//! Imports and their rows as the database keeps them, and what they become.

use domain::{DetectionId, Import, ImportCounts, ImportId, ImportRow, KnownLabels, UserId};

use super::super::columns::At;
use super::super::text;
use crate::{Result, StoreError};

/// An import; see [`SELECT`].
#[derive(sqlx::FromRow)]
pub(super) struct ImportRecord {
    id: i64,
    user_id: Option<i64>,
    user_name: Option<String>,
    file_name: String,
    file: Option<String>,
    bytes: i64,
    format: String,
    plan: String,
    state: String,
    bytes_read: i64,
    problem: Option<String>,
    reason: Option<String>,
    per_minute: Option<f64>,
    waiting: i64,
    spam: i64,
    ham: i64,
    duplicates: i64,
    known: i64,
    old: i64,
    failed: i64,
    labelled: i64,
    spam_found: i64,
    spam_missed: i64,
    ham_accused: i64,
    ham_passed: i64,
    labels_set: i64,
    labels_undone: i64,
    labels_state: Option<String>,
    created_at: i64,
    started_at: Option<i64>,
    finished_at: Option<i64>,
}

/// The start of every statement that reads imports.
pub(super) const SELECT: &str = "
    SELECT i.id, i.user_id, u.name AS user_name, i.file_name, i.file, i.bytes, i.format, i.plan, i.state, i.bytes_read,
           i.problem, i.reason, i.per_minute, i.waiting, i.spam, i.ham, i.duplicates, i.known, i.old, i.failed,
           i.labelled, i.spam_found, i.spam_missed, i.ham_accused, i.ham_passed, i.labels_set, i.labels_undone, i.labels_state,
           i.created_at, i.started_at, i.finished_at
    FROM imports i LEFT JOIN users u ON u.id = i.user_id ";

impl TryFrom<ImportRecord> for Import {
    type Error = StoreError;

    fn try_from(row: ImportRecord) -> Result<Self> {
        let at = At { table: "imports", id: row.id };
        Ok(Self {
            id: ImportId(row.id),
            user_id: row.user_id.map(UserId),
            user_name: row.user_name,
            file_name: text::read(row.file_name),
            file: row.file,
            bytes: row.bytes.unsigned_abs(),
            format: at.word("format", &row.format)?,
            plan: at.json("plan", &row.plan)?,
            state: at.word("state", &row.state)?,
            counts: ImportCounts {
                waiting: row.waiting.unsigned_abs(),
                spam: row.spam.unsigned_abs(),
                ham: row.ham.unsigned_abs(),
                duplicates: row.duplicates.unsigned_abs(),
                known: row.known.unsigned_abs(),
                old: row.old.unsigned_abs(),
                failed: row.failed.unsigned_abs(),
            },
            labels: KnownLabels {
                rows: row.labelled.unsigned_abs(),
                spam_found: row.spam_found.unsigned_abs(),
                spam_missed: row.spam_missed.unsigned_abs(),
                ham_accused: row.ham_accused.unsigned_abs(),
                ham_passed: row.ham_passed.unsigned_abs(),
                set: row.labels_set.unsigned_abs(),
                undone: row.labels_undone.unsigned_abs(),
                taking_back: at.maybe_word("labels_state", row.labels_state.as_deref())?,
            },
            bytes_read: row.bytes_read.unsigned_abs(),
            problem: row.problem.map(text::read),
            reason: row.reason.map(text::read),
            per_minute: row.per_minute,
            created_at: at.time("created_at", row.created_at)?,
            started_at: at.maybe_time("started_at", row.started_at)?,
            finished_at: at.maybe_time("finished_at", row.finished_at)?,
        })
    }
}

/// A row of an import, without its content.
#[derive(sqlx::FromRow)]
pub(super) struct RowRecord {
    number: i64,
    place: String,
    state: String,
    reason: Option<String>,
    detection_id: Option<i64>,
}

impl TryFrom<RowRecord> for ImportRow {
    type Error = StoreError;

    fn try_from(row: RowRecord) -> Result<Self> {
        let at = At { table: "import_rows", id: row.number };
        Ok(Self {
            number: row.number.unsigned_abs(),
            place: text::read(row.place),
            state: at.word("state", &row.state)?,
            reason: row.reason.map(text::read),
            detection_id: row.detection_id.map(DetectionId),
        })
    }
}
