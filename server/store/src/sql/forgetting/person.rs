//! Where somebody is found, in the log and beside it.

use std::collections::BTreeSet;

use domain::{Content, DataSubject, DetectionId, ImportId, NewDetection};
use serde_json::{Map, Value, json};
use sqlx::AssertSqlSafe;

use super::super::columns::At;
use super::super::rows::ip_to_bytes;
use super::super::{Connection, Engine};
use crate::{PersonFound, Result};

pub(super) async fn find(store: &Engine, person: &DataSubject) -> Result<PersonFound> {
    let mut connection = store.readers.acquire().await?;
    let mut found = PersonFound::default();
    let mut imports = BTreeSet::new();
    in_log(person, &mut found, &mut imports, &mut connection).await?;
    in_submissions(person, &mut found, &mut connection).await?;
    in_imports(person, &mut found, &mut imports, &mut connection).await?;
    found.imports = imports.into_iter().map(ImportId).collect();
    found.named_in = sqlx::query_scalar::<_, i64>(concat!(
        "SELECT (SELECT count(*) FROM saved_searches WHERE ",
        position!("lower(q)", "$1"),
        " > 0) + (SELECT count(*) FROM bulk_actions WHERE ",
        position!("lower(q)", "$1"),
        " > 0) + (SELECT count(*) FROM rules WHERE ",
        position!("lower(q) || lower(note)", "$1"),
        " > 0) + (SELECT count(*) FROM audit_events WHERE ",
        position!("lower(details)", "$1"),
        " > 0)",
    ))
    .bind(person.value())
    .fetch_one(&mut *connection)
    .await?
    .unsigned_abs();
    Ok(found)
}

/// An address as apps send it: alone, as a link, or behind a name.
const OWN_EMAIL: &str = concat!(
    "(d.email = $1 COLLATE NOCASE OR trim(lower(",
    by_bytes!("d.email"),
    ")) IN ($1, 'mailto:' || $1) OR ",
    position!(concat!("lower(", by_bytes!("d.email"), ")"), "'<' || $1 || '>'"),
    " > 0)"
);

/// By a further field.
const FURTHER: &str = concat!("c.extra <> '{}' AND ", position!("lower(c.extra)", "$1"), " > 0");

/// By their column, or by a further field with their address in it. Neither has an index, and this is asked for seldom.
async fn in_log(
    person: &DataSubject,
    found: &mut PersonFound,
    imports: &mut BTreeSet<i64>,
    connection: &mut Connection,
) -> Result<()> {
    let (own, further) = match person {
        DataSubject::Email(_) => (OWN_EMAIL, FURTHER),
        DataSubject::Ip(_) => ("d.ip = $2", FURTHER),
        DataSubject::Name(_) => ("trim(c.name) = $1 COLLATE NOCASE", "FALSE"),
    };
    let sql = format!(
        "SELECT d.id, d.import_id, {own} AS is_own, CASE WHEN {further} THEN c.extra END AS extra
         FROM detections d JOIN detection_contents c ON c.detection_id = d.id WHERE {own} OR ({further}) ORDER BY d.id"
    );
    let ip = match person {
        DataSubject::Ip(ip) => ip_to_bytes(*ip).to_vec(),
        _ => Vec::new(),
    };
    let rows: Vec<LogRow> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(person.value()).bind(ip).fetch_all(connection).await?;
    for row in rows {
        if row.is_of(person)? {
            found.detections.push(DetectionId(row.id));
            imports.extend(row.import_id);
        }
    }
    Ok(())
}

/// A row of the log in which somebody's address or name stands.
#[derive(sqlx::FromRow)]
struct LogRow {
    id: i64,
    import_id: Option<i64>,
    /// NULL where the column is.
    is_own: Option<bool>,
    /// The further fields, where the text stands in them.
    extra: Option<String>,
}

impl LogRow {
    fn is_of(&self, person: &DataSubject) -> Result<bool> {
        let at = At { table: "detection_contents", id: self.id };
        let further =
            self.extra.as_ref().map(|extra| at.json::<Map<String, Value>>("extra", extra)).transpose()?;
        Ok(self.is_own == Some(true) || further.is_some_and(|extra| person.is_in_further(&extra)))
    }
}

/// Submissions that a crash left: what is being judged in this moment is logged in the next, and found there.
async fn in_submissions(
    person: &DataSubject,
    found: &mut PersonFound,
    connection: &mut Connection,
) -> Result<()> {
    let rows: Vec<(i64, String)> = sqlx::query_as(concat!(
        "SELECT id, detection FROM submissions WHERE ",
        position!("lower(detection)", "$1"),
        " > 0",
        " AND NOT EXISTS (SELECT 1 FROM detections d WHERE d.id = submissions.id)",
    ))
    .bind(person.value())
    .fetch_all(connection)
    .await?;
    for (id, text) in rows {
        let detection: NewDetection = At { table: "submissions", id }.json("detection", &text)?;
        if person.wrote(&detection.content) {
            found.submissions.push(DetectionId(id));
        }
    }
    Ok(())
}

async fn in_imports(
    person: &DataSubject,
    found: &mut PersonFound,
    imports: &mut BTreeSet<i64>,
    connection: &mut Connection,
) -> Result<()> {
    let rows: Vec<(i64, i64, String, String)> = sqlx::query_as(concat!(
        "SELECT import_id, number, state, content FROM import_rows WHERE content IS NOT NULL AND ",
        position!("lower(content)", "$1"),
        " > 0",
    ))
    .bind(person.value())
    .fetch_all(connection)
    .await?;
    let mut at_work = BTreeSet::new();
    for (import, number, state, content) in rows {
        let content: Content = At { table: "import_rows", id: import }.json("content", &content)?;
        if !person.wrote(&content) {
            continue;
        }
        imports.insert(import);
        if state == "waiting" {
            at_work.insert(import);
        } else {
            found.failed_rows.push((ImportId(import), number));
        }
    }
    found.imports_at_work = at_work.into_iter().map(ImportId).collect();
    Ok(())
}

/// A submission stays, since a check must not be lost, and is logged without what was in it.
pub(super) async fn erase_beside(store: &Engine, found: &PersonFound) -> Result<()> {
    let mut transaction = store.begin().await?;
    for id in &found.submissions {
        let text: Option<String> = sqlx::query_scalar(
            "SELECT detection FROM submissions
             WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM detections d WHERE d.id = submissions.id)",
        )
        .bind(id.0)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(text) = text else { continue };
        let mut detection: NewDetection = At { table: "submissions", id: id.0 }.json("detection", &text)?;
        detection.content = Content::default();
        "{}".clone_into(&mut detection.judgement.raw_answer);
        detection.judgement.signals.clear();
        sqlx::query("UPDATE submissions SET detection = $2 WHERE id = $1")
            .bind(id.0)
            .bind(json!(detection).to_string())
            .execute(&mut *transaction)
            .await?;
    }
    for (import, number) in &found.failed_rows {
        sqlx::query(
            "UPDATE import_rows SET content = NULL, reason = 'It was erased.'
             WHERE import_id = $1 AND number = $2 AND state = 'failed'",
        )
        .bind(import.0)
        .bind(number)
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(())
}
