//! What the matches are made of; a value that is chosen becomes a term of the search.

use domain::{Facet, FacetValue, Facets, SearchQuery, facets::asked, paging::grouped, text::single_line};
use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Event, HtmlDetailsElement},
};

use super::{log::LogState, when::When};
use crate::{
    components::classes::CHIP, decisions::Decisions, list_look::LookSignal,
    server_fns::detections::detection_facets,
};

/// The properties of the matches, folded until somebody wants them; the choice is remembered.
#[component]
pub(super) fn FacetPanel(state: Memo<LogState>, open: Memo<Option<i64>>, look: LookSignal) -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let q = Memo::new(move |_| state.get().q);
    let unfolded = Memo::new(move |_| look.read().facets);
    // Without JavaScript they are there to be unfolded; with it they are asked for once they are seen.
    let seen = move || cfg!(feature = "ssr") || unfolded.get();
    let found = Resource::new(
        move || seen().then(|| (q.get(), decisions.version())),
        |wanted| async move { detection_facets(wanted?.0).await.ok() },
    );
    let toggled = move |event: Event| {
        let details = event.target().and_then(|target| target.dyn_into::<HtmlDetailsElement>().ok());
        let Some(now) = details.map(|details| details.open()) else { return };
        if now != unfolded.get_untracked() {
            look.update(|look| look.facets = now);
            look.get_untracked().keep();
        }
    };
    let chosen = move || {
        let query = SearchQuery::parse(&q.read()).unwrap_or_default();
        let words: Vec<_> = asked(&query).map(|value| single_line(&value.words())).collect();
        if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) }
    };
    view! {
        <details class="rounded-lg border border-line bg-surface text-sm" open=unfolded on:toggle=toggled>
            <summary class="px-3 py-2 cursor-pointer break-words">
                <span class="font-medium">"Filters"</span>
                <span class="text-accent">{chosen}</span>
            </summary>
            <Transition>
                {move || Suspend::new(async move {
                    // What is wrong with the search is said where the matches would be.
                    found.await.map(|facets| view! { <Groups facets=facets state=state open=open/> })
                })}
            </Transition>
        </details>
    }
}

#[component]
fn Groups(facets: Facets, state: Memo<LogState>, open: Memo<Option<i64>>) -> impl IntoView {
    let query = SearchQuery::parse(&state.get_untracked().q).unwrap_or_default();
    let groups = Facet::ALL
        .iter()
        .map(|facet| {
            let mut values = facets.of(*facet).peekable();
            values.peek()?;
            let values = values
                .map(|value| view! { <Value value=value.clone() query=query.clone() complete=facets.complete state=state open=open/> })
                .collect_view();
            Some(view! {
                <li class="flex gap-2 py-1">
                    <span class="w-20 shrink-0 text-muted" id=id(*facet)>{title(*facet)}</span>
                    <ul class="flex flex-wrap gap-1 min-w-0" aria-labelledby=id(*facet)>{values}</ul>
                </li>
            })
        })
        .collect_view();
    let note = (!facets.complete)
        .then(|| view! { <p class="pb-2 text-xs text-muted">{format!("Counted among the newest {}.", grouped(facets.counted))}</p> });
    view! { <div class="px-3 pb-1"><ul><When query=query.clone() state=state open=open/>{groups}</ul>{note}</div> }
}

#[component]
fn Value(
    value: FacetValue,
    query: SearchQuery,
    complete: bool,
    state: Memo<LogState>,
    open: Memo<Option<i64>>,
) -> impl IntoView {
    let chosen = query.has(&value.term);
    let toggled = query.toggled(&value.term).to_string();
    let address = move || state.get().searching(&toggled).address(open.get());
    let count = format!("{}{}", grouped(value.count), if complete { "" } else { "+" });
    let remove =
        chosen.then(|| view! { <span class="sr-only">"remove"</span><span aria-hidden="true">"×"</span> });
    view! {
        <li class="min-w-0">
            <a
                class=CHIP
                href=address
                aria-current=chosen.then_some("true")
            >
                <span class="truncate" dir="auto">{single_line(&value.words())}</span>
                <span class="text-muted tabular-nums">{count}</span>
                {remove}
            </a>
        </li>
    }
}

fn title(facet: Facet) -> &'static str {
    match facet {
        Facet::Verdict => "Verdict",
        Facet::Label => "Label",
        Facet::App => "App says",
        Facet::Site => "Site",
        Facet::Origin => "Source",
        Facet::JudgedBy => "Decided by",
    }
}

fn id(facet: Facet) -> &'static str {
    match facet {
        Facet::Verdict => "facet-verdict",
        Facet::Label => "facet-label",
        Facet::App => "facet-app",
        Facet::Site => "facet-site",
        Facet::Origin => "facet-origin",
        Facet::JudgedBy => "facet-judged-by",
    }
}
