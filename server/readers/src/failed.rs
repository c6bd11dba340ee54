//! Records that failed, given back to be mended.

use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};
use domain::{FileFormat, Quoting};
use serde_json::{Map, Value};

use crate::{RecordError, formats::dialect::NO_DELIMITER};

/// Name of the column that says why.
const ERROR: &str = "error";

/// Writes records as they came, each with its error: tables as tables with the same delimiter and header and a last column
/// "error"; JSON with a member "error"; everything else as NDJSON, since an e-mail or an export cannot carry one. UTF-8, with
/// line ends as in UNIX. Fields are as they were: what a spreadsheet takes for a formula is not defused, or it would come back
/// changed.
pub struct FailedWriter<W: Write> {
    columns: Vec<String>,
    out: Out<W>,
}

enum Out<W: Write> {
    Table(Box<csv::Writer<W>>),
    Lines(W),
    /// And whether an element has been written.
    Array(W, bool),
}

impl<W: Write> FailedWriter<W> {
    /// Begins a file. `delimiter` and `has_header` are those of the reader; they count for tables only.
    ///
    /// # Errors
    /// When writing fails.
    pub fn new(
        write: W,
        format: FileFormat,
        columns: &[String],
        delimiter: Option<u8>,
        has_header: Option<bool>,
    ) -> io::Result<Self> {
        Self::with_quoting(write, format, columns, delimiter, has_header, None)
    }

    /// The same, with fields quoted as the file's are.
    pub(crate) fn with_quoting(
        mut write: W,
        format: FileFormat,
        columns: &[String],
        delimiter: Option<u8>,
        has_header: Option<bool>,
        quoting: Option<Quoting>,
    ) -> io::Result<Self> {
        let out = match format {
            FileFormat::Csv | FileFormat::Tsv => {
                let usual = if format == FileFormat::Tsv { b'\t' } else { b',' };
                // A table of one column had none, and has two now.
                let delimiter = delimiter.filter(|delimiter| *delimiter != NO_DELIMITER).unwrap_or(usual);
                let mut builder = WriterBuilder::new();
                match quoting {
                    Some(Quoting::Backslash) => builder.double_quote(false).escape(b'\\'),
                    Some(Quoting::Single) => builder.quote(b'\''),
                    _ => &mut builder,
                };
                let mut table = builder
                    .delimiter(delimiter)
                    .terminator(Terminator::Any(b'\n'))
                    .flexible(true)
                    .from_writer(write);
                if has_header.unwrap_or(true) {
                    let names = without_error(columns).map(String::as_str);
                    table.write_record(names.chain([ERROR]))?;
                }
                Out::Table(Box::new(table))
            }
            FileFormat::Json => {
                write.write_all(b"[")?;
                Out::Array(write, false)
            }
            _ => Out::Lines(write),
        };
        Ok(Self { columns: columns.to_vec(), out })
    }

    /// Writes a record and why it failed.
    ///
    /// # Errors
    /// When writing fails.
    pub fn write<T: AsRef<str>>(&mut self, fields: &[T], error: &str) -> io::Result<()> {
        match &mut self.out {
            Out::Table(table) => {
                let was_error = self.columns.last().is_some_and(|name| name == ERROR);
                let width = self.columns.len() - usize::from(was_error && !self.columns.is_empty());
                let known = fields.iter().map(AsRef::as_ref).take(if was_error { width } else { usize::MAX });
                let missing = width.saturating_sub(fields.len());
                let row = known.chain(std::iter::repeat_n("", missing)).chain([error]);
                Ok(table.write_record(row)?)
            }
            Out::Lines(write) => {
                serde_json::to_writer(&mut *write, &object(&self.columns, fields, error))?;
                write.write_all(b"\n")
            }
            Out::Array(write, has_any) => {
                write.write_all(if *has_any { b",\n" } else { b"\n" })?;
                *has_any = true;
                Ok(serde_json::to_writer(write, &object(&self.columns, fields, error))?)
            }
        }
    }

    /// Writes a record that could not be read, as far as it was understood, and why: its fields; or its text, in the first
    /// column of a table, of JSON in a member "unreadable".
    ///
    /// # Errors
    /// When writing fails.
    pub fn write_unreadable(&mut self, failed: &RecordError, error: &str) -> io::Result<()> {
        match (&self.out, &failed.raw) {
            (Out::Table(_), Some(raw)) if failed.fields.is_empty() => self.write(&[raw], error),
            (_, Some(raw)) if failed.fields.is_empty() => {
                let columns = std::mem::replace(&mut self.columns, vec!["unreadable".to_owned()]);
                let written = self.write(&[raw], error);
                self.columns = columns;
                written
            }
            _ => self.write(&failed.fields, error),
        }
    }

    /// Ends the file and gives back what it was written to.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(self) -> io::Result<W> {
        let mut write = match self.out {
            Out::Table(table) => table.into_inner().map_err(|error| io::Error::other(error.to_string()))?,
            Out::Lines(write) => write,
            Out::Array(mut write, _) => {
                write.write_all(b"\n]\n")?;
                write
            }
        };
        write.flush()?;
        Ok(write)
    }
}

/// The columns without that of an error from last time, if it is the last.
fn without_error(columns: &[String]) -> impl Iterator<Item = &String> {
    let end = columns.len() - usize::from(columns.last().is_some_and(|name| name == ERROR));
    columns[..end].iter()
}

/// The fields by their names; those beyond the columns by their number.
fn object<T: AsRef<str>>(columns: &[String], fields: &[T], error: &str) -> Map<String, Value> {
    let name = |index: usize| columns.get(index).cloned().unwrap_or_else(|| format!("column {}", index + 1));
    let pair = |(index, field): (usize, &T)| (name(index), Value::from(field.as_ref()));
    let mut object: Map<_, _> = fields.iter().enumerate().map(pair).collect();
    object.insert(ERROR.to_owned(), Value::from(error));
    object
}
