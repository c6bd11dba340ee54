//! A term that cannot be read.

use serde::{Deserialize, Serialize};

/// Why a term cannot be read, where, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason} Example: {instead}")]
pub struct SearchError {
    /// First byte and the byte after the last, in the search as typed.
    pub span: (usize, usize),
    /// What is wrong, in a sentence.
    pub reason: String,
    /// A term that would be understood.
    pub instead: String,
    /// First byte and the byte after the last of what [`replacement`](Self::replacement) stands for.
    pub replaced: (usize, usize),
    /// What was probably meant: the term put right, where it can be, else its text as a phrase.
    pub replacement: String,
}

impl SearchError {
    /// The whole search with this put right.
    pub fn corrected(&self, input: &str) -> String {
        let (start, end) = self.replaced;
        let (before, after) = (input.get(..start).unwrap_or_default(), input.get(end..).unwrap_or_default());
        format!("{before}{}{after}", self.replacement).trim().to_owned()
    }
}

/// What is wrong with a value; the caller knows where it stands.
pub(super) struct Problem {
    pub(super) reason: String,
    pub(super) instead: String,
    /// Whether `instead` only shows how such a term is written.
    pub(super) is_example: bool,
}

impl Problem {
    /// One whose term can be put right.
    pub(super) fn new(reason: impl Into<String>, instead: impl Into<String>) -> Self {
        Self { reason: reason.into(), instead: instead.into(), is_example: false }
    }

    /// One for which nothing but an example is known.
    pub(super) fn example(reason: impl Into<String>, instead: impl Into<String>) -> Self {
        Self { reason: reason.into(), instead: instead.into(), is_example: true }
    }
}
