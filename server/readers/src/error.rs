//! What can be wrong with a file or with a record.

use std::io;

use crate::Place;

/// Why a file cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", .place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default())]
pub struct ReadError {
    /// Where, if it is somewhere.
    pub place: Option<Place>,
    /// What is wrong and what could be done: the rest of a sentence, without its full stop.
    pub problem: String,
}

impl ReadError {
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self { place: None, problem: problem.into() }
    }
}

/// Why a record cannot be used, or why reading ended at it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct RecordError {
    /// Where the record begins.
    pub place: Place,
    /// What is wrong and what could be done: the rest of a sentence, without its full stop.
    pub problem: String,
    /// Whether nothing can be read after it. What was read before counts.
    pub is_fatal: bool,
    /// What was read of the record, as far as it can be given back: the fields of a row of the wrong length, for instance.
    pub fields: Vec<String>,
    /// The record as it stands in the file, if it is text; U+FFFD stands for what is no UTF-8.
    pub raw: Option<Box<str>>,
}

impl RecordError {
    pub(crate) fn new(place: Place, problem: impl Into<String>) -> Self {
        Self { place, problem: problem.into(), is_fatal: false, fields: Vec::new(), raw: None }
    }

    pub(crate) fn fatal(place: Place, problem: impl Into<String>) -> Self {
        Self { is_fatal: true, ..Self::new(place, problem) }
    }

    /// Reading failed underneath: a packed file that ends too early, a bomb, a disk.
    pub(crate) fn io(place: Place, error: &io::Error) -> Self {
        Self::fatal(place, format!("reading ends here: {error}"))
    }

    pub(crate) fn with_fields(self, fields: Vec<String>) -> Self {
        Self { fields, ..self }
    }

    pub(crate) fn with_raw(self, raw: impl Into<String>) -> Self {
        Self { raw: Some(raw.into().into_boxed_str()), ..self }
    }
}

/// "is longer than 1 MiB", the one limit that honest files meet.
pub(crate) const TOO_LONG: &str = "is longer than 1 MiB, which is the most that one record may have";
