//! Notes and earlier verdicts.

use async_trait::async_trait;
use domain::story::STORY_MAX;
use domain::{DetectionId, Label, Note, PastVerdict};
use serde_json::json;

use super::columns::{At, to_ms};
use super::{Connection, Engine, audit};
use crate::{NewAuditEvent, NewNote, Result, StoreError, Stories};

#[derive(sqlx::FromRow)]
struct NoteRow {
    id: i64,
    author: String,
    body: String,
    written_at: i64,
}

impl TryFrom<NoteRow> for Note {
    type Error = StoreError;

    fn try_from(row: NoteRow) -> Result<Self> {
        let at = At { table: "detection_notes", id: row.id };
        let written_at = at.time("written_at", row.written_at)?;
        Ok(Self { id: row.id, author: row.author, body: row.body, written_at })
    }
}

#[derive(sqlx::FromRow)]
struct VerdictRow {
    id: i64,
    upstream_id: String,
    is_spam: bool,
    score: f64,
    threshold: f64,
    judged_by: String,
    replaced_at: i64,
}

impl TryFrom<VerdictRow> for PastVerdict {
    type Error = StoreError;

    fn try_from(row: VerdictRow) -> Result<Self> {
        let at = At { table: "superseded_verdicts", id: row.id };
        Ok(Self {
            verdict: Label::from_is_spam(row.is_spam),
            score: row.score,
            threshold: row.threshold,
            judged_by: at.word("judged_by", &row.judged_by)?,
            replaced_at: at.time("replaced_at", row.replaced_at)?,
            upstream_id: row.upstream_id,
        })
    }
}

#[async_trait]
impl Stories for Engine {
    async fn add_note(&self, note: &NewNote) -> Result<Option<Note>> {
        let mut transaction = self.begin().await?;
        let written = write_note(note, &mut transaction).await?;
        transaction.commit().await?;
        Ok(written)
    }

    async fn notes(&self, detection: DetectionId) -> Result<Vec<Note>> {
        let rows: Vec<NoteRow> = sqlx::query_as(
            "SELECT n.id, u.name AS author, n.body, n.written_at
             FROM detection_notes n JOIN users u ON u.id = n.user_id
             WHERE n.detection_id = $1 ORDER BY n.id DESC LIMIT $2",
        )
        .bind(detection.0)
        .bind(i64::from(STORY_MAX))
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().rev().map(Note::try_from).collect()
    }

    async fn past_verdicts(&self, detection: DetectionId) -> Result<Vec<PastVerdict>> {
        let rows: Vec<VerdictRow> = sqlx::query_as(
            "SELECT id, upstream_id, is_spam, score, threshold, judged_by, replaced_at
             FROM superseded_verdicts WHERE detection_id = $1 ORDER BY id DESC LIMIT $2",
        )
        .bind(detection.0)
        .bind(i64::from(STORY_MAX))
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().rev().map(PastVerdict::try_from).collect()
    }
}

/// One note, in the caller's transaction; `None` when there is no such detection.
pub(super) async fn write_note(note: &NewNote, connection: &mut Connection) -> Result<Option<Note>> {
    let row: Option<NoteRow> = sqlx::query_as(
        "INSERT INTO detection_notes (detection_id, user_id, body, written_at)
         SELECT d.id, $2, $3, $4 FROM detections d WHERE d.id = $1
         RETURNING id, (SELECT name FROM users WHERE id = $2) AS author, body, written_at",
    )
    .bind(note.detection_id.0)
    .bind(note.user_id.0)
    .bind(&note.body)
    .bind(to_ms(note.written_at))
    .fetch_optional(&mut *connection)
    .await?;
    let Some(written) = row.map(Note::try_from).transpose()? else { return Ok(None) };
    audit::record(&written_event(note, written.id), connection).await?;
    Ok(Some(written))
}

/// That somebody wrote a note; never what it says.
fn written_event(note: &NewNote, id: i64) -> NewAuditEvent {
    NewAuditEvent {
        at: note.written_at,
        user_id: Some(note.user_id),
        action: "detection.noted",
        subject: format!("detection:{}", note.detection_id.0),
        details: json!({ "note": id, "characters": note.body.chars().count() }),
    }
}
