//! Keeps the rows of a file, finds duplicates among them, and hands them out to be checked.

use std::collections::HashSet;

use domain::{Content, ImportId, ImportRowState, ImportState, Label};
use futures_util::TryStreamExt;
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::super::Connection;
use super::super::columns::At;
use super::super::places::places;
use super::super::{Engine, known_texts, text};
use super::{existing, to_i64};
use crate::{NewImportRow, Result, StagedRow, WaitingRow};

/// Rows of one statement; few sizes, each prepared once.
const SIZES: [usize; 3] = [64, 8, 1];

/// A row as it goes into the table.
struct Staged<'a> {
    number: i64,
    place: &'a str,
    state: ImportRowState,
    content_key: Option<i64>,
    content: Option<String>,
    reason: Option<&'a str>,
    label: Option<Label>,
    reasons: Option<String>,
}

pub(super) async fn stage(
    store: &Engine,
    id: ImportId,
    rows: &[NewImportRow],
    bytes_read: u64,
) -> Result<bool> {
    let plan = match super::find(id, &store.readers).await? {
        Some(import) if import.state == ImportState::Reading => import.plan,
        _ => return Ok(false),
    };
    // Before the write lock is taken: each is a look-up in the index of words.
    let known = if plan.skip_known { known_in_log(store, rows).await? } else { HashSet::new() };
    let mut transaction = store.begin().await?;
    if existing(id, &mut transaction).await?.state != ImportState::Reading {
        return Ok(false);
    }
    let mut seen =
        if plan.skip_duplicates { seen_above(id, rows, &mut transaction).await? } else { HashSet::new() };
    let mut staged = Vec::with_capacity(rows.len());
    for row in rows {
        let mut entry = Staged {
            number: to_i64(row.number),
            place: &row.place,
            state: ImportRowState::Waiting,
            content_key: None,
            content: None,
            reason: None,
            label: None,
            reasons: None,
        };
        match &row.fate {
            StagedRow::Old => entry.state = ImportRowState::Old,
            StagedRow::Failed { reason } => {
                entry.state = ImportRowState::Failed;
                entry.reason = Some(reason);
            }
            StagedRow::Check { content, content_hash, label, reasons } => {
                let key = content_key(content_hash);
                entry.content_key = Some(key);
                let is_first = seen.insert(key);
                if plan.skip_duplicates && !is_first {
                    entry.state = ImportRowState::Duplicate;
                } else if known.contains(content_hash) {
                    entry.state = ImportRowState::Known;
                } else {
                    entry.content = Some(json!(content).to_string());
                    entry.label = *label;
                    entry.reasons = (!reasons.is_empty()).then(|| reasons.join(","));
                }
            }
        }
        staged.push(entry);
    }
    insert(id, &staged, &mut transaction).await?;
    count(id, &staged, bytes_read, &mut transaction).await?;
    transaction.commit().await?;
    Ok(true)
}

/// The first eight bytes of a hash; they tell the texts of any file apart.
fn content_key(hash: &[u8; 32]) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = *hash;
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

fn hashes(rows: &[NewImportRow]) -> impl Iterator<Item = &[u8; 32]> {
    rows.iter().filter_map(|row| match &row.fate {
        StagedRow::Check { content_hash, .. } => Some(content_hash),
        _ => None,
    })
}

/// Which of these texts the log has.
async fn known_in_log(store: &Engine, rows: &[NewImportRow]) -> Result<HashSet<[u8; 32]>> {
    let hashes: Vec<&[u8; 32]> = hashes(rows).collect();
    let found = known_texts::among(&hashes, &store.readers).await?;
    let at = |index: i64| usize::try_from(index).ok().and_then(|index| hashes.get(index).copied());
    Ok(found.into_iter().filter_map(at).copied().collect())
}

/// Which of these texts stand further up in the file.
async fn seen_above(
    id: ImportId,
    rows: &[NewImportRow],
    connection: &mut Connection,
) -> Result<HashSet<i64>> {
    let wanted: Vec<i64> = hashes(rows).map(content_key).collect();
    let found: Vec<i64> = sqlx::query_scalar(concat!(
        "SELECT DISTINCT content_key FROM import_rows WHERE import_id = $1 AND content_key IN (",
        list!("$2"),
        ")"
    ))
    .bind(id.0)
    .bind(json!(wanted).to_string())
    .fetch_all(connection)
    .await?;
    Ok(found.into_iter().collect())
}

async fn insert(id: ImportId, staged: &[Staged<'_>], connection: &mut Connection) -> Result<()> {
    let mut rest = staged;
    for size in SIZES {
        while let Some((chunk, beyond)) = rest.split_at_checked(size) {
            let rows = places(chunk.len(), 9);
            let statement = format!(
                "INSERT INTO import_rows (import_id, number, place, state, content_key, content, reason, label, reasons) VALUES {rows}"
            );
            let statement = sqlx::query(AssertSqlSafe(statement));
            let bound = chunk.iter().fold(statement, |query, row| {
                query
                    .bind(id.0)
                    .bind(row.number)
                    .bind(text::kept(row.place))
                    .bind(row.state.as_str())
                    .bind(row.content_key)
                    .bind(row.content.as_deref())
                    .bind(row.reason.map(text::kept))
                    .bind(row.label.map(Label::as_str))
                    .bind(row.reasons.as_deref().map(text::kept))
            });
            bound.execute(&mut *connection).await?;
            rest = beyond;
        }
    }
    Ok(())
}

async fn count(
    id: ImportId,
    staged: &[Staged<'_>],
    bytes_read: u64,
    connection: &mut Connection,
) -> Result<()> {
    let of = |state: ImportRowState| to_i64(staged.iter().filter(|row| row.state == state).count() as u64);
    sqlx::query(
        "UPDATE imports SET bytes_read = $1, waiting = waiting + $2, duplicates = duplicates + $3, known = known + $4,
                old = old + $5, failed = failed + $6, labelled = labelled + $7
         WHERE id = $8",
    )
    .bind(to_i64(bytes_read))
    .bind(of(ImportRowState::Waiting))
    .bind(of(ImportRowState::Duplicate))
    .bind(of(ImportRowState::Known))
    .bind(of(ImportRowState::Old))
    .bind(of(ImportRowState::Failed))
    .bind(to_i64(staged.iter().filter(|row| row.label.is_some()).count() as u64))
    .bind(id.0)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn waiting(
    store: &Engine,
    id: ImportId,
    after: u64,
    limit: u32,
    bytes: usize,
) -> Result<Vec<WaitingRow>> {
    let mut rows = sqlx::query_as::<_, (i64, Option<String>)>(
        "SELECT number, content FROM import_rows WHERE import_id = $1 AND number > $2 AND state = 'waiting'
         ORDER BY number LIMIT $3",
    )
    .bind(id.0)
    .bind(to_i64(after))
    .bind(i64::from(limit))
    .fetch(&store.readers);
    let (mut waiting, mut size) = (Vec::new(), 0);
    while size < bytes
        && let Some((number, content)) = rows.try_next().await?
    {
        let content = content.unwrap_or_default();
        size += content.len();
        let at = At { table: "import_rows", id: number };
        let content: Content = at.json("content", &content)?;
        waiting.push(WaitingRow { number: number.unsigned_abs(), content });
    }
    Ok(waiting)
}
