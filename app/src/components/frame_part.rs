//! The parts of the frame that the browser loads later.

use leptos::prelude::*;

use super::{
    ActionNotice, SavedDesk, SavedSearchList, ThemeSwitch, UndoToasts,
    alert_banner::AlertBanner,
    embedded_note::EmbeddedNote,
    keyboard::Keys,
    palette::Dialogs,
    quota_meter::Quota,
    search_box::{SearchInput, SearchTools},
};
use crate::{decisions::Decisions, live::Live};

/// A part of the frame around every page.
#[derive(Clone, Copy)]
pub(crate) enum FramePart {
    /// The quota in the top bar, for the page at this address.
    Quota(Memo<String>),
    /// What needs a person, for the page at this address.
    Alerts(Memo<String>),
    /// That no key is set.
    Embedded,
    /// Light, dark or system.
    Theme,
    /// The team's searches, in the sidebar.
    Searches,
    /// What undo takes back.
    Toasts,
    /// Why the last decision was refused.
    Notice,
    /// Palette and help.
    Dialogs(StoredValue<Keys>),
    /// What helps while a search is typed.
    Search(SearchInput),
}

impl FramePart {
    /// The view.
    pub(crate) fn view(self) -> AnyView {
        match self {
            Self::Quota(path) => view! { <Quota path=path/> }.into_any(),
            Self::Alerts(path) => view! { <AlertBanner path=path/> }.into_any(),
            Self::Embedded => view! { <EmbeddedNote/> }.into_any(),
            Self::Theme => view! { <ThemeSwitch/> }.into_any(),
            Self::Searches => view! { <SavedSearchList/> }.into_any(),
            Self::Toasts => view! { <UndoToasts/> }.into_any(),
            Self::Notice => view! { <ActionNotice/> }.into_any(),
            Self::Dialogs(keys) => view! { <Dialogs keys=keys.get_value()/> }.into_any(),
            Self::Search(input) => view! { <SearchTools input=input/> }.into_any(),
        }
    }

    /// Reads what it shows.
    pub(crate) fn track(self) {
        match self {
            Self::Quota(path) => {
                path.track();
                let _ = expect_context::<Decisions>().version();
                expect_context::<Live>().arrived.track();
            }
            Self::Alerts(path) => path.track(),
            Self::Theme | Self::Embedded => {}
            Self::Searches => {
                expect_context::<SavedDesk>().track();
                let live = expect_context::<Live>();
                live.arrived.track();
                live.looks.track();
                let _ = expect_context::<Decisions>().version();
            }
            Self::Toasts => {
                let decisions = expect_context::<Decisions>();
                decisions.undoable.track();
                decisions.said.track();
            }
            Self::Notice => drop(expect_context::<Decisions>().problem()),
            Self::Dialogs(keys) => keys.read_value().wanted.track(),
            Self::Search(input) => input.track(),
        }
    }
}
