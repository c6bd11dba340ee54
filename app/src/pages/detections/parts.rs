//! The parts of the log that the browser loads later.

use leptos::prelude::*;

use super::{
    arrivals::Arrivals,
    export::ExportLinks,
    facets::FacetPanel,
    filters::Filters,
    how_many::HowMany,
    log::LogState,
    look_menu::LookMenu,
    notes::{AsText, Corrections, SearchNotes},
    save_search::KeepSearch,
    wishes::WishMenu,
};
use crate::{list_look::LookSignal, live::Live, zone::Zone};

/// A part of the log.
#[derive(Clone, Copy)]
pub(crate) enum LogPart {
    /// "12 new", and how the list is loaded again.
    Arrivals(Memo<LogState>, RwSignal<usize>),
    /// Density and columns.
    Look(LookSignal),
    /// Quick filters and orders.
    Filters(Memo<LogState>, Memo<Option<i64>>),
    /// Keeping the search under a name.
    Keep(Memo<LogState>),
    /// What the matches are made of.
    Facets(Memo<LogState>, Memo<Option<i64>>, LookSignal),
    /// Labels with a reason, and macros, for the rows ticked.
    Wishes(Memo<LogState>),
    /// Taking the matches elsewhere.
    Export(Memo<LogState>),
    /// How many match, and what can be done to all of them.
    Matches(Memo<LogState>, RwSignal<usize>),
    /// How the search was read.
    Notes(Memo<LogState>),
    /// What a search that cannot be read was perhaps meant to be.
    Corrections(Memo<LogState>),
    /// The search as a text, where nothing was found.
    AsText(Memo<LogState>),
}

impl LogPart {
    /// The view.
    pub(crate) fn view(self) -> AnyView {
        match self {
            Self::Arrivals(state, reload) => view! { <Arrivals state=state reload=reload/> }.into_any(),
            Self::Look(look) => view! { <LookMenu look=look/> }.into_any(),
            Self::Filters(state, open) => view! { <Filters state=state open=open/> }.into_any(),
            Self::Keep(state) => view! { <KeepSearch state=state/> }.into_any(),
            Self::Facets(state, open, look) => {
                view! { <FacetPanel state=state open=open look=look/> }.into_any()
            }
            Self::Wishes(state) => view! { <WishMenu state=state/> }.into_any(),
            Self::Export(state) => view! { <ExportLinks state=state/> }.into_any(),
            Self::Matches(state, reload) => view! { <HowMany state=state reload=reload/> }.into_any(),
            Self::Notes(state) => view! { <SearchNotes state=state/> }.into_any(),
            Self::Corrections(state) => view! { <Corrections state=state/> }.into_any(),
            Self::AsText(state) => view! { <AsText state=state/> }.into_any(),
        }
    }

    /// Reads what it shows.
    pub(crate) fn track(self) {
        match self {
            Self::Arrivals(..) => {
                let live = expect_context::<Live>();
                live.arrived.track();
                live.looks.track();
            }
            // The latter are made anew with what was found.
            Self::Look(_) | Self::Corrections(_) | Self::AsText(_) => {}
            Self::Filters(state, open) | Self::Facets(state, open, _) => {
                state.track();
                open.track();
            }
            Self::Keep(state) | Self::Wishes(state) | Self::Export(state) => state.track(),
            Self::Matches(state, reload) => {
                state.track();
                reload.track();
            }
            Self::Notes(state) => {
                if state.read().may_have_days() {
                    expect_context::<Zone>().name();
                }
            }
        }
    }

    /// Whether it only says something, with links that lead on by themselves.
    pub(crate) fn is_said(self) -> bool {
        matches!(self, Self::Notes(_) | Self::Corrections(_) | Self::AsText(_))
    }
}
