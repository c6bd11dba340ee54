//! Failed rows as a file in the format in which they came, each with its reason: to be mended and imported again.

use std::{
    collections::VecDeque,
    io::{self, Write},
    path::Path,
    sync::Arc,
};

use domain::{FileFormat, Import, ImportId, ImportRow, ImportRowState};
use readers::Place;
use store::Store;
use tokio::{runtime::Handle, sync::mpsc};

use super::{files, invalid};
use crate::{Moderation, ModerationError, Pieces};

/// Failed rows asked of the store at once.
const AT_ONCE: u32 = 500;

/// A file of failed rows that is being written.
#[derive(Debug)]
pub struct FailedFile {
    /// What to call it.
    pub name: String,
    /// Its content, piece by piece.
    pub pieces: mpsc::Receiver<io::Result<Vec<u8>>>,
}

impl Moderation {
    /// Begins to write the failed rows of an import: its file is read again, and what failed is given back with its reason.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`]; [`ModerationError::Invalid`] when the file is no longer kept.
    pub async fn failed_file(&self, id: ImportId) -> Result<FailedFile, ModerationError> {
        let import = self.import(id).await?;
        let Some(file) = &import.file else {
            return Err(invalid("file", "The file of this import is no longer kept."));
        };
        let (mut sink, pieces) = Pieces::new();
        let (path, store, runtime) = (self.import_path(file), Arc::clone(&self.store), Handle::current());
        let end = match import.format {
            FileFormat::Csv => "csv",
            FileFormat::Tsv => "tsv",
            FileFormat::Json => "json",
            _ => "ndjson",
        };
        let name = format!("gavel-import-{}-failed.{end}", id.0);
        tokio::task::spawn_blocking(move || {
            let failed = Failed { id, store, runtime, rows: VecDeque::new(), after: 0, is_over: false };
            if let Err(error) = write(&path, &import, failed, &mut sink) {
                tracing::warn!(import = id.0, %error, "failed rows could not be written");
                // Who took the pieces may be gone; else the file must not look whole.
                drop(sink.sender().blocking_send(Err(error)));
            }
        });
        Ok(FailedFile { name, pieces })
    }
}

/// The failed rows of an import, in the order of the file.
struct Failed {
    id: ImportId,
    store: Arc<dyn Store>,
    runtime: Handle,
    rows: VecDeque<ImportRow>,
    after: u64,
    is_over: bool,
}

impl Failed {
    /// Why a row failed, if it did. Rows are asked after in the order of the file.
    fn reason(&mut self, number: u64) -> io::Result<Option<String>> {
        if self.rows.is_empty() && !self.is_over {
            let asked = self.store.import_rows(self.id, ImportRowState::Failed, self.after, AT_ONCE);
            self.rows.extend(self.runtime.block_on(asked).map_err(io::Error::other)?);
            self.is_over = self.rows.len() < AT_ONCE as usize;
            self.after = self.rows.back().map_or(self.after, |row| row.number);
        }
        match self.rows.front() {
            Some(row) if row.number == number => {
                let row = self.rows.pop_front();
                Ok(Some(row.and_then(|row| row.reason).unwrap_or_default()))
            }
            _ => Ok(None),
        }
    }

    fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.is_over
    }
}

/// Why a row failed, with where it stands in the file that it comes from.
fn with_place(place: &Place, reason: &str) -> String {
    format!("{place}: {reason}")
}

fn write(path: &Path, import: &Import, mut failed: Failed, sink: &mut Pieces) -> io::Result<()> {
    let mut reader = files::open(path, &import.file_name, &import.plan.reading)
        .map_err(|error| io::Error::other(error.to_string()))?;
    let mut out = reader.failed_writer(sink)?;
    let mut number = 0;
    for record in &mut reader {
        number += 1;
        let reason = failed.reason(number)?;
        match (record, reason) {
            (Ok(record), Some(reason)) => {
                out.write(&record.fields().collect::<Vec<_>>(), &with_place(record.place(), &reason))?;
            }
            (Err(error), Some(reason)) => {
                out.write_unreadable(&error, &with_place(&error.place, &reason))?;
            }
            (Err(error), None) if error.is_fatal => break,
            _ => {}
        }
        if failed.is_empty() {
            break;
        }
    }
    out.finish()?.flush()
}
