//! What is said quietly about how the search was read, and what else was perhaps meant: one click each.

use domain::{
    SearchQuery,
    search::{as_text, notes},
};
use leptos::prelude::*;

use super::log::LogState;
use crate::{server_fns::detections::Unfolded, zone::Zone};

/// What was passed over, read as text, or depends on the viewer's zone.
#[component]
pub(super) fn SearchNotes(state: Memo<LogState>) -> impl IntoView {
    let zone = expect_context::<Zone>();
    let items = move || {
        let here = state.get();
        let Ok(query) = SearchQuery::parse(&here.q) else { return Vec::new() };
        let mut items: Vec<AnyView> = notes(&here.q)
            .into_iter()
            .map(|note| {
                let instead = note.instead.map(|instead| instead_link(&here, &instead));
                view! { <li class="break-words">{note.words}" "{instead}</li> }.into_any()
            })
            .collect();
        if query.has_days() {
            let words = format!("Days here are those of the zone {}.", zone.name());
            items.push(view! { <li data-zone="">{words}</li> }.into_any());
        }
        items
    };
    view! { <ul class="text-sm text-muted empty:hidden" data-notes="" aria-label="About this search">{items}</ul> }
}

/// What the parts of a search that cannot be read were perhaps meant to be.
#[component]
pub(super) fn Corrections(state: Memo<LogState>) -> impl IntoView {
    let here = state.get_untracked();
    let mut searches: Vec<String> = Vec::new();
    let errors = SearchQuery::parse(&here.q).err().unwrap_or_default();
    for search in errors.iter().map(|error| error.corrected(&here.q)).chain(as_text(&here.q)) {
        if !search.is_empty() && !searches.contains(&search) {
            searches.push(search);
        }
    }
    let items = searches.into_iter().map(|search| view! { <li>{instead_link(&here, &search)}</li> });
    let items = items.collect_view();
    view! { <ul class="text-sm flex flex-col gap-1" aria-label="Search instead">{items}</ul> }
}

/// What to search for when nothing was found: the search as a text, if it was read otherwise.
#[component]
pub(super) fn AsText(state: Memo<LogState>) -> impl IntoView {
    let here = state.get_untracked();
    as_text(&here.q).map(|text| view! { <p class="mt-2">{instead_link(&here, &text)}</p> })
}

fn instead_link(here: &LogState, search: &str) -> AnyView {
    let address = here.searching(search).address(None);
    view! {
        <a class="text-accent underline break-words" href=address>"Search for "<span class="font-mono hostile">{search.to_owned()}</span></a>
    }
    .into_any()
}

/// How far older messages are from being found as now.
#[component]
pub(super) fn StillIndexing(unfolded: Option<Unfolded>) -> impl IntoView {
    unfolded.map(|Unfolded { left, of }| {
        view! {
            <p class="text-sm text-muted" data-indexing="">
                {format!("Older messages are being indexed again: {left} of {of} are left. Until then a search may miss links, emoji, and letters that are written in another way, in those.")}
            </p>
        }
    })
}
