//! The parts that are loaded later.

use leptos::prelude::*;

use crate::{components::FramePart, pages::detections::LogPart};

/// A part of a page: enough to make its view, and to see when it has to change.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    /// Of the frame around every page.
    Frame(FramePart),
    /// Of the log.
    Log(LogPart),
}

impl Part {
    /// The living view. Only [`super`] may call it, so that its code stays in the module that is loaded later.
    pub(super) fn view(self) -> AnyView {
        match self {
            Self::Frame(part) => part.view(),
            Self::Log(part) => part.view(),
        }
    }

    /// Reads all that has to bring the part to life when it changes.
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "the server has no news"))]
    pub(super) fn track(self) {
        match self {
            Self::Frame(part) => part.track(),
            Self::Log(part) => part.track(),
        }
    }

    /// Whether it only says something, with links that lead on by themselves: it asks for nothing, and waits for news, not for
    /// a pointer or the focus.
    pub(super) fn is_said(self) -> bool {
        match self {
            Self::Frame(part) => matches!(part, FramePart::Notice),
            Self::Log(part) => part.is_said(),
        }
    }

    /// What, where the server rendered it, must be alive at once.
    #[cfg(feature = "hydrate")]
    pub(super) fn lives_at_once(self) -> Option<&'static str> {
        // A countdown that stands still would be wrong.
        matches!(self, Self::Frame(FramePart::Toasts)).then_some("form")
    }

    /// Whether there is anything of it without JavaScript.
    #[cfg(not(feature = "hydrate"))]
    pub(super) fn is_rendered(self) -> bool {
        !matches!(self, Self::Frame(FramePart::Dialogs(_)))
    }
}
