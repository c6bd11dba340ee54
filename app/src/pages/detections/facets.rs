//! What the matches are made of; a value that is chosen becomes a term of the search.

use domain::{Facet, FacetValue, Facets, SearchQuery, paging::grouped};
use leptos::prelude::*;

use super::log::LogState;
use crate::{decisions::Decisions, server_fns::detections::detection_facets};

/// The properties of the matches, folded until somebody wants them on a small screen.
#[component]
pub(super) fn FacetPanel(state: Memo<LogState>, open: Memo<Option<i64>>) -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let q = Memo::new(move |_| state.get().q);
    let found = Resource::new(move || (q.get(), decisions.version()), |(q, _)| detection_facets(q));
    view! {
        <details class="facets rounded-lg border border-line bg-surface text-sm">
            <summary class="px-3 py-2 cursor-pointer font-medium">"Narrow down"</summary>
            <Transition>
                {move || Suspend::new(async move {
                    // What is wrong with the search is said where the matches would be.
                    found.await.ok().map(|facets| view! { <Groups facets=facets state=state open=open/> })
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
    view! { <div class="px-3 pb-1"><ul>{groups}</ul>{note}</div> }
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
    let toggled = query.with_toggled(&value.term).to_string();
    let address = move || state.get().searching(&toggled).address(open.get());
    let count = format!("{}{}", grouped(value.count), if complete { "" } else { "+" });
    let remove =
        chosen.then(|| view! { <span class="sr-only">"remove"</span><span aria-hidden="true">"×"</span> });
    view! {
        <li class="min-w-0">
            <a
                class="inline-flex items-center gap-1 max-w-full px-2 h-6 rounded-full border border-line text-xs hover:bg-raised aria-[current=true]:border-accent aria-[current=true]:bg-accent-soft aria-[current=true]:text-accent"
                href=address
                aria-current=chosen.then_some("true")
            >
                <span class="truncate" dir="auto">{domain::text::single_line(&value.words())}</span>
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
        Facet::Site => "Site",
        Facet::Origin => "Origin",
        Facet::JudgedBy => "Judged by",
    }
}

fn id(facet: Facet) -> &'static str {
    match facet {
        Facet::Verdict => "facet-verdict",
        Facet::Label => "facet-label",
        Facet::Site => "facet-site",
        Facet::Origin => "facet-origin",
        Facet::JudgedBy => "facet-judged-by",
    }
}
