//! A look at the beginning of a file: what it is, which column is what, and how its first rows will be checked.

use std::path::Path;

use domain::{Content, FileFormat, Import, ImportPlan, ImportPreview, MappedField, Mapping, PreviewRow};
use readers::{Choices, Record, RowError, bind, guess};

use super::{NewFile, files, invalid};
use crate::{Moderation, ModerationError};

/// Records that the guess goes by.
const LOOKED_AT: usize = 200;

/// Rows of a preview.
const SHOWN: usize = 10;

/// Characters of a message, or of a column's sample, that a preview shows.
const SHOWN_CHARS: usize = 300;
const SAMPLE_CHARS: usize = 60;

/// What a first look tells.
pub(super) struct Looked {
    pub(super) format: FileFormat,
    pub(super) columns: Vec<String>,
    pub(super) guess: Mapping,
    pub(super) bytes: u64,
}

impl Moderation {
    /// Finds out what a file is. One of which not a single record can be read is refused.
    pub(super) async fn look_at_file(&self, path: &Path, new: &NewFile) -> Result<Looked, ModerationError> {
        let (path, name) = (path.to_owned(), new.name.clone());
        let choices = Choices { format: new.format, ..Choices::default() };
        blocking(move || {
            let bytes = std::fs::metadata(&path).map_or(0, |file| file.len());
            if bytes == 0 {
                return Err(invalid("file", "The file is empty. Choose another, or paste something."));
            }
            let mut reader = files::open(&path, &name, choices)
                .map_err(|error| invalid("file", sentence(&error.to_string())))?;
            let (records, problem) = first_records(&mut reader);
            if records.is_empty() {
                let words = problem.unwrap_or_else(|| "no record was found in it".to_owned());
                return Err(invalid("file", sentence(&words)));
            }
            let columns = reader.columns().to_vec();
            let guess = guess(&columns, &records);
            Ok(Looked { format: reader.format(), columns, guess, bytes })
        })
        .await
    }

    pub(super) async fn preview(&self, import: &Import) -> Result<ImportPreview, ModerationError> {
        let file = import.file.as_deref().ok_or(ModerationError::NotFound("file"))?;
        let (path, name, plan) = (self.import_path(file), import.file_name.clone(), import.plan.clone());
        blocking(move || {
            let choices = Choices { format: plan.format, ..Choices::default() };
            let mut reader = match files::open(&path, &name, choices) {
                Ok(reader) => reader,
                Err(error) => {
                    return Ok(ImportPreview {
                        problem: Some(sentence(&error.to_string())),
                        ..ImportPreview::default()
                    });
                }
            };
            let (records, problem) = first_records(&mut reader);
            let columns = reader.columns().to_vec();
            let samples = (0..columns.len()).map(|column| sample(&records, column)).collect();
            let (rows, unbound) = match bind(&plan.mapping, &columns) {
                Ok(bound) => {
                    let row = |record: &Record| {
                        let applied = bound.apply(record);
                        PreviewRow {
                            place: record.place().to_string(),
                            label: applied.as_ref().ok().and_then(|row| row.label),
                            content: applied
                                .map(|row| shortened(row.content))
                                .map_err(|error| row_words(&error)),
                        }
                    };
                    (records.iter().take(SHOWN).map(row).collect(), None)
                }
                Err(problems) => {
                    let words: Vec<_> =
                        problems.iter().map(|problem| sentence(&problem.to_string())).collect();
                    (Vec::new(), Some(words.join(" ")))
                }
            };
            Ok(ImportPreview {
                columns,
                samples,
                rows,
                problem: unbound.or(problem.map(|words| sentence(&words))),
            })
        })
        .await
    }

    /// Whether a plan fits its file.
    pub(super) async fn try_plan(
        &self,
        path: &Path,
        name: &str,
        plan: &ImportPlan,
    ) -> Result<(), ModerationError> {
        if plan.labels.is_some() && plan.mapping.column(MappedField::Label).is_none() {
            let words = "Choose the column that says what is spam, or do not take labels over.";
            return Err(invalid("labels", words));
        }
        let (path, name, plan) = (path.to_owned(), name.to_owned(), plan.clone());
        blocking(move || {
            let choices = Choices { format: plan.format, ..Choices::default() };
            let reader = files::open(&path, &name, choices)
                .map_err(|error| invalid("format", sentence(&error.to_string())))?;
            match bind(&plan.mapping, reader.columns()) {
                Ok(_) => Ok(()),
                Err(problems) => {
                    let words: Vec<_> =
                        problems.iter().map(|problem| sentence(&problem.to_string())).collect();
                    Err(invalid("mapping", words.join(" ")))
                }
            }
        })
        .await
    }
}

/// The first records that can be read, and what was wrong with the first that cannot.
fn first_records(reader: &mut readers::RecordReader) -> (Vec<Record>, Option<String>) {
    let (mut records, mut problem) = (Vec::new(), None);
    for record in reader.by_ref().take(LOOKED_AT) {
        match record {
            Ok(record) => records.push(record),
            Err(error) => {
                problem.get_or_insert_with(|| error.to_string());
                if error.is_fatal {
                    break;
                }
            }
        }
    }
    (records, problem)
}

/// What a column holds, from its first field that is not blank.
fn sample(records: &[Record], column: usize) -> String {
    let mut fields = records.iter().filter_map(|record| record.get(column));
    let first = fields.find(|field| !field.trim().is_empty()).unwrap_or_default();
    first.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SAMPLE_CHARS).collect()
}

fn shortened(mut content: Content) -> Content {
    if let Some((end, _)) = content.message.char_indices().nth(SHOWN_CHARS) {
        content.message.truncate(end);
        content.message.push('…');
    }
    content.extra = serde_json::Map::new();
    content
}

/// Words of a reader as a sentence.
pub(super) fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let first: String = chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let rest = chars.as_str();
    let end = if rest.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{rest}{end}")
}

/// What is wrong with a row, without its place.
pub(super) fn row_words(error: &RowError) -> String {
    let words: Vec<_> = error.problems.iter().map(|problem| sentence(&problem.to_string())).collect();
    words.join(" ")
}

/// Runs what blocks where that is allowed.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ModerationError> + Send + 'static,
) -> Result<T, ModerationError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "reading a file broke");
        Err(invalid("file", "The file could not be read: the server's log says why."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_sentences() {
        assert_eq!(sentence("line 3: no quote ends"), "Line 3: no quote ends.");
        assert_eq!(sentence("Really?"), "Really?");
        assert_eq!(sentence(""), ".");
    }
}
