//! What the use cases can fail with.

use std::sync::Arc;

use activelayer::ApiError;
use domain::{Decision, FieldError};
use store::{StoreError, Trouble};

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ModerationError {
    /// The input breaks rules; nothing was sent.
    #[error("{} field(s) are not valid", .0.len())]
    Invalid(Vec<FieldError>),
    /// It may not be, for a reason that is told in sentences; nothing was written.
    #[error("{0}")]
    Refused(String),
    /// There is no such detection or decision.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Somebody else decided in the meantime; nothing was written.
    #[error("somebody decided in the meantime")]
    Stale(Option<Box<Decision>>),
    /// Somebody else has it for review.
    #[error("{0} is reviewing it")]
    Claimed(String),
    /// It was taken back before, or a later decision stands on it.
    #[error("a later decision stands; there is nothing to undo")]
    Superseded,
    /// The upstream gave no verdict.
    #[error("the upstream gave no verdict: {0}")]
    Upstream(#[from] ApiError),
    /// It was ended by who began it.
    #[error("it was cancelled")]
    Cancelled,
    /// The system has no randomness to give.
    #[error("the system gives no randomness: {0}")]
    Randomness(String),
    /// The verdict could not be written into the log.
    #[error("the log could not be written: {0}")]
    NotLogged(Arc<StoreError>),
    /// Nothing can be kept, whatever it is; so nothing was asked for.
    #[error("nothing can be written: {}", .0.words())]
    NothingKept(Trouble),
    /// The program stops; nothing more is logged.
    #[error("Gavel is stopping")]
    Stopping,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ModerationError {
    /// What kept the log from being written, when it is the disk or another program, and no fault of what was asked.
    pub fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::NotLogged(error) => error.trouble(),
            Self::Store(error) => error.trouble(),
            Self::NothingKept(trouble) => Some(*trouble),
            _ => None,
        }
    }
}
