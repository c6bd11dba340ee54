//! The two things a moderator does to a detection, shared by every place that offers them.

use leptos::prelude::*;

use crate::{
    error::AppError,
    server_fns::labels::{LabelDetection, UndoLabel},
};

/// The label and undo actions of this page. Resources that show decisions follow [`Decisions::version`].
#[derive(Clone, Copy)]
pub(crate) struct Decisions {
    /// Sets a label.
    pub(crate) label: ServerAction<LabelDetection>,
    /// Takes one back.
    pub(crate) undo: ServerAction<UndoLabel>,
}

impl Decisions {
    /// Fresh actions.
    pub(crate) fn new() -> Self {
        Self { label: ServerAction::new(), undo: ServerAction::new() }
    }

    /// Grows with every answer of the server.
    pub(crate) fn version(&self) -> usize {
        self.label.version().get() + self.undo.version().get()
    }

    /// Why the last label or undo was refused, if it was.
    pub(crate) fn problem(self) -> impl Fn() -> Option<AppError> + Copy {
        move || {
            let refused = self
                .label
                .value()
                .with(|value| value.as_ref().and_then(|result| result.as_ref().err().cloned()));
            refused.or_else(|| {
                self.undo
                    .value()
                    .with(|value| value.as_ref().and_then(|result| result.as_ref().err().cloned()))
            })
        }
    }
}
