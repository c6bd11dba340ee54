//! A term that cannot be read.

use serde::{Deserialize, Serialize};

/// Why a term cannot be read, where, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason} Write for instance {instead}")]
pub struct SearchError {
    /// First byte and the byte after the last, in the search as typed.
    pub span: (usize, usize),
    /// What is wrong, in a sentence.
    pub reason: String,
    /// A term that would be understood.
    pub instead: String,
}

/// What is wrong with a value; the caller knows where it stands.
pub(super) struct Problem {
    pub(super) reason: String,
    pub(super) instead: String,
}

impl Problem {
    pub(super) fn new(reason: impl Into<String>, instead: impl Into<String>) -> Self {
        Self { reason: reason.into(), instead: instead.into() }
    }
}
