//! A look at a file before anything of it is settled: what it is, which column is what, how it is read and what else it could be, and
//! how its rows will be checked: the first ones, and the odd ones.

use std::path::Path;

use domain::{FileChoices, FileFormat, FileGuess, Import, ImportPlan, ImportPreview, MappedField, Mapping};
use readers::{BoundMapping, Look, Record, RecordReader, RowError, bind};

use super::{NewFile, files, invalid, odd::Odd};
use crate::{Moderation, ModerationError};

/// Records at the start of a file that guesses go by, beside others from its middle and end.
pub const LOOKED_AT: usize = 200;

/// Rows of a preview.
const SHOWN: usize = 10;

/// Characters of a column's sample that a preview shows.
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
    pub(super) async fn look_at_file(
        &self,
        path: &Path,
        new: &NewFile,
        reading: &FileChoices,
    ) -> Result<Looked, ModerationError> {
        let (path, name, reading) = (path.to_owned(), new.name.clone(), reading.clone());
        blocking(move || {
            let bytes = std::fs::metadata(&path).map_or(0, |file| file.len());
            if bytes == 0 {
                return Err(invalid("file", "The file is empty. Choose another, or paste something."));
            }
            let mut reader = files::open(&path, &name, &reading)
                .map_err(|error| invalid("file", sentence(&error.to_string())))?;
            let Look { records, errors, columns } = reader.look(LOOKED_AT);
            if records.is_empty() {
                let words = errors.first().map(ToString::to_string);
                let words = words.unwrap_or_else(|| "no record was found in it".to_owned());
                return Err(invalid("file", sentence(&words)));
            }
            let names = reader.columns().to_vec();
            Ok(Looked { format: reader.format(), columns: names, guess: columns.mapping, bytes })
        })
        .await
    }

    pub(super) async fn preview(&self, import: &Import) -> Result<ImportPreview, ModerationError> {
        let file = import.file.as_deref().ok_or(ModerationError::NotFound("file"))?;
        let (path, name, plan) = (self.import_path(file), import.file_name.clone(), import.plan.clone());
        blocking(move || {
            Ok(match files::open(&path, &name, &plan.reading) {
                Ok(reader) => preview(reader, &plan),
                Err(error) => {
                    ImportPreview { problem: Some(sentence(&error.to_string())), ..ImportPreview::default() }
                }
            })
        })
        .await
    }

    /// What was found out about a file, each with what speaks for it.
    pub(super) async fn guesses_of(
        &self,
        path: &Path,
        name: &str,
        plan: &ImportPlan,
    ) -> Result<Vec<FileGuess>, ModerationError> {
        let (path, name, plan) = (path.to_owned(), name.to_owned(), plan.clone());
        blocking(move || {
            let mut reader = files::open(&path, &name, &plan.reading)
                .map_err(|error| invalid("file", sentence(&error.to_string())))?;
            Ok(guesses(&mut reader, &plan.mapping))
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
            let mut reader = files::open(&path, &name, &plan.reading)
                .map_err(|error| invalid("format", sentence(&error.to_string())))?;
            bound(&mut reader, &plan.mapping).map(drop).map_err(|words| invalid("mapping", words))
        })
        .await
    }
}

/// The mapping for the columns of a file, with the order of day and month that its times have; or what is wrong, in sentences.
pub(super) fn bound(reader: &mut RecordReader, mapping: &Mapping) -> Result<BoundMapping, String> {
    let order = reader.look(LOOKED_AT).columns.day_order;
    let bound = bind(mapping, reader.columns()).map_err(|problems| {
        let words: Vec<_> = problems.iter().map(|problem| sentence(&problem.to_string())).collect();
        words.join(" ")
    })?;
    Ok(bound.with_day_order(order))
}

/// What was found out about how a file is written, and about its columns. A column that the mapping has is chosen where it is not
/// what would be guessed.
fn guesses(reader: &mut RecordReader, mapping: &Mapping) -> Vec<FileGuess> {
    let columns = reader.look(LOOKED_AT).columns;
    let of_column = |field: MappedField, guess: FileGuess| {
        let chosen = mapping.column(field).unwrap_or_default();
        if chosen == guess.value {
            return guess;
        }
        let evidence = "It was chosen".to_owned();
        FileGuess {
            value: chosen.to_owned(),
            evidence,
            in_doubt: chosen.is_empty() && guess.in_doubt,
            is_chosen: true,
            ..guess
        }
    };
    let message = of_column(MappedField::Message, columns.message);
    let label = of_column(MappedField::Label, columns.label);
    reader.guesses().into_iter().chain(columns.days).chain([message, label]).collect()
}

fn preview(mut reader: RecordReader, plan: &ImportPlan) -> ImportPreview {
    let Look { records, errors, .. } = reader.look(LOOKED_AT);
    let columns = reader.columns().to_vec();
    let samples = (0..columns.len()).map(|column| sample(&records, column)).collect();
    let guesses = guesses(&mut reader, &plan.mapping);
    let preview = ImportPreview { columns, samples, guesses, ..ImportPreview::default() };
    let bound = match bound(&mut reader, &plan.mapping) {
        Ok(bound) => bound,
        Err(words) => return ImportPreview { problem: Some(words), ..preview },
    };
    let mut odd = Odd::new(&bound, SHOWN);
    let is_whole = odd.look_through(&mut reader);
    let (rows, odd) = odd.rows();
    let problem = errors.first().map(|error| sentence(&error.to_string()));
    ImportPreview { rows, odd, account: reader.account(), is_whole, problem, ..preview }
}

/// What a column holds, from its first field that is not blank.
fn sample(records: &[Record], column: usize) -> String {
    let mut fields = records.iter().filter_map(|record| record.get(column));
    let first = fields.find(|field| !field.trim().is_empty()).unwrap_or_default();
    first.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SAMPLE_CHARS).collect()
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
