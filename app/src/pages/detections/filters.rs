//! Quick filters and orders. They change the search that stands in the box, and keep the rest of it.

use domain::{Order, SearchQuery, search::State};
use leptos::prelude::*;

use super::log::LogState;

/// The quick filters.
const FILTERS: &[(State, &str)] = &[
    (State::Spam, "Spam"),
    (State::Ham, "Ham"),
    (State::Refused, "Refused"),
    (State::Unlabelled, "Not reviewed"),
    (State::Waiting, "To review"),
    (State::Disputed, "Corrected"),
];

/// The filters as links: each puts its term in or takes it out.
#[component]
pub(super) fn Filters(state: Memo<LogState>, open: Memo<Option<i64>>) -> impl IntoView {
    let filters = move || {
        let state = state.get();
        // What cannot be read cannot be kept either: the box says why.
        let query = SearchQuery::parse(&state.q).unwrap_or_default();
        let chip = |words: &'static str, current: bool, target: SearchQuery| {
            let address = state.searching(&target.to_string()).address(open.get());
            view! {
                <a
                    class="chip chip-large"
                    href=address
                    aria-current=current.then_some("true")
                >
                    {words}
                </a>
            }
        };
        let unfiltered = query.unfiltered();
        let all = chip("All", unfiltered == query, unfiltered);
        let states = FILTERS
            .iter()
            .map(|&(state, words)| {
                let term = state.into();
                chip(words, query.has(&term), query.toggled(&term))
            })
            .collect_view();
        (all, states)
    };
    let orders = move || {
        let state = state.get();
        [(Order::Newest, "Newest"), (Order::Score, "Highest score"), (Order::Closest, "Least certain")]
            .map(|(order, words)| {
                let current = (state.order() == order).then_some("true");
                view! {
                    <a
                        class="order"
                        href=state.sorted(order).address(open.get())
                        aria-current=current
                    >
                        {words}
                    </a>
                }
            })
            .collect_view()
    };
    view! {
        <nav class="filters" aria-label="Filter">{filters}</nav>
        <nav class="flex flex-wrap gap-4" aria-label="Order">{orders}</nav>
    }
}
