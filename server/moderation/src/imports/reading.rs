//! Reads a file to its end and keeps its rows, in batches, each in one transaction. A restart reads the file again and keeps what
//! comes after the last row that was kept.

use std::{path::Path, sync::Arc};

use chrono::{DateTime, Utc};
use domain::{
    FileAccount, Import, ImportPlan, LiveEvent, NotRead,
    import::{CONTENT_MAX_BYTES, ROWS_MAX},
    paging::grouped,
};
use readers::{BoundMapping, Record, RecordError};
use store::{NewImportRow, StagedRow};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    files,
    preview::{bound, row_words, sentence},
};
use crate::{Moderation, ModerationError, check::content_hash};

/// Rows, and bytes of content, of one transaction.
const BATCH_ROWS: usize = 500;
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Batches between the reader and the store: memory holds no more of a file than that.
const AHEAD: usize = 2;

/// What the reading thread hands over.
enum Piece {
    Rows(Vec<NewImportRow>, u64),
    /// The file is over; why, when it broke off, and what became of every part.
    Over(Option<String>, Box<FileAccount>),
}

impl Moderation {
    /// Reads the file of an import to its end, or until it is cancelled or the program stops.
    pub(super) async fn read_rows(
        self: &Arc<Self>,
        import: &Import,
        stop: &CancellationToken,
    ) -> Result<(), ModerationError> {
        let Some(file) = &import.file else {
            let words = "The file is gone. Upload it again.";
            return Ok(self.store.finish_reading(import.id, Some(words), &FileAccount::default()).await?);
        };
        let staged = self.store.staged_to(import.id).await?;
        let (sender, mut pieces) = mpsc::channel(AHEAD);
        let (path, name, plan) = (self.import_path(file), import.file_name.clone(), import.plan.clone());
        let reading = tokio::task::spawn_blocking(move || read(&path, &name, &plan, staged, &sender));
        while let Some(piece) = stop.run_until_cancelled(pieces.recv()).await.flatten() {
            match piece {
                Piece::Rows(rows, bytes_read) => {
                    if !self.store.stage_import_rows(import.id, &rows, bytes_read).await? {
                        break;
                    }
                }
                Piece::Over(problem, account) => {
                    self.store.finish_reading(import.id, problem.as_deref(), &account).await?;
                    break;
                }
            }
            self.live.announce(LiveEvent::Import(import.id));
        }
        // The thread ends when nobody takes its batches any more.
        drop(pieces);
        if let Err(error) = reading.await {
            tracing::error!(import = import.id.0, %error, "reading a file broke");
            let words = "Reading broke at this place: the server's log says why.";
            self.store.finish_reading(import.id, Some(words), &FileAccount::default()).await?;
        }
        self.live.announce(LiveEvent::Import(import.id));
        Ok(())
    }
}

/// Reads records and hands them over in batches, from after number `staged` on. Blocks.
fn read(path: &Path, name: &str, plan: &ImportPlan, staged: u64, sender: &mpsc::Sender<Piece>) {
    let over = |words: Option<String>, account: FileAccount| {
        drop(sender.blocking_send(Piece::Over(words, Box::new(account))));
    };
    let mut reader = match files::open(path, name, &plan.reading) {
        Ok(reader) => reader,
        Err(error) => return over(Some(sentence(&error.to_string())), FileAccount::default()),
    };
    let bound = match bound(&mut reader, &plan.mapping) {
        Ok(bound) => bound,
        Err(words) => return over(Some(words), FileAccount::default()),
    };
    let progress = reader.progress();
    let (mut batch, mut bytes, mut number) = (Vec::with_capacity(BATCH_ROWS), 0, 0);
    let (mut problem, mut broke_at, mut content) = (None, None, 0);
    for record in &mut reader {
        if let Err(error) = &record
            && error.is_fatal
        {
            problem = Some(sentence(&error.to_string()));
            broke_at = Some((error.place.to_string(), error.problem.clone()));
            break;
        }
        number += 1;
        if number <= staged {
            continue;
        }
        let row = row(number, record, &bound, plan.after);
        bytes += size_of(&row);
        content += size_of(&row) as u64;
        if let Some(words) = too_much(number, content) {
            broke_at = Some((format!("row {}", grouped(number)), words.trim_end_matches('.').to_owned()));
            problem = Some(words);
            break;
        }
        batch.push(row);
        if batch.len() >= BATCH_ROWS || bytes >= BATCH_BYTES {
            bytes = 0;
            let rows = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_ROWS));
            if sender.blocking_send(Piece::Rows(rows, progress.bytes())).is_err() {
                return;
            }
        }
    }
    if !batch.is_empty() && sender.blocking_send(Piece::Rows(batch, progress.bytes())).is_err() {
        return;
    }
    let mut account = reader.account();
    if let Some((from, why)) = broke_at
        && account.not_read.is_empty()
    {
        account.pass_over(NotRead { from, to: None, bytes: None, why });
    }
    over(problem, account);
}

/// What an import may not have more of; what comes before counts.
fn too_much(number: u64, content: u64) -> Option<String> {
    if number > ROWS_MAX {
        return Some(format!("There are more than {} rows. Split the file.", grouped(ROWS_MAX)));
    }
    (content > CONTENT_MAX_BYTES).then(|| {
        format!(
            "There is more than {} GiB of content up to row {number}. Split the file.",
            CONTENT_MAX_BYTES >> 30
        )
    })
}

fn row(
    number: u64,
    record: Result<Record, RecordError>,
    bound: &BoundMapping,
    after: Option<DateTime<Utc>>,
) -> NewImportRow {
    let failed = |reason: String| StagedRow::Failed { reason };
    match record {
        Err(error) => {
            NewImportRow { number, place: error.place.to_string(), fate: failed(sentence(&error.problem)) }
        }
        Ok(record) => {
            let fate = match bound.apply(&record) {
                Err(error) => failed(row_words(&error)),
                Ok(row) => {
                    let written = row.content.timestamp;
                    let is_old = |after: DateTime<Utc>| written.is_some_and(|at| at < after.timestamp());
                    if after.is_some_and(is_old) {
                        StagedRow::Old
                    } else {
                        let content_hash = content_hash(&row.content.message);
                        StagedRow::Check {
                            content: Box::new(row.content),
                            content_hash,
                            label: row.label,
                            reasons: row.reasons,
                        }
                    }
                }
            };
            NewImportRow { number, place: record.place().to_string(), fate }
        }
    }
}

fn size_of(row: &NewImportRow) -> usize {
    match &row.fate {
        StagedRow::Check { content, .. } => {
            let extra =
                content.extra.values().map(|value| value.as_str().map_or(64, str::len)).sum::<usize>();
            content.message.len() + extra
        }
        StagedRow::Failed { reason } => reason.len(),
        StagedRow::Old => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_has_bounds_of_rows_and_content() {
        assert_eq!(too_much(ROWS_MAX, CONTENT_MAX_BYTES), None);
        assert_eq!(too_much(ROWS_MAX + 1, 0).unwrap(), "There are more than 5,000,000 rows. Split the file.");
        let words = too_much(7, CONTENT_MAX_BYTES + 1).unwrap();
        assert_eq!(words, "There is more than 4 GiB of content up to row 7. Split the file.");
    }
}
