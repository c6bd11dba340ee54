//! When the matches were logged: a few usual stretches of time, and any other from one day to another.

use domain::{
    SearchQuery,
    search::{Age, Moment, Term, TermKind, Unit},
};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos_router::params::ParamsMap;

use super::log::LogState;
use crate::components::classes::{BUTTON, CHIP};

/// The names of the form's days: what stands in the address until the server has put it into the search.
const FROM: &str = "after";
const BEFORE: &str = "before";

/// A row of links, and a form of two days. Each replaces what the search says about time.
#[component]
pub(super) fn When(query: SearchQuery, state: Memo<LogState>, open: Memo<Option<i64>>) -> impl IntoView {
    let links = usual()
        .into_iter()
        .map(|(words, terms)| {
            let chosen = query.times().eq(terms.iter());
            let target = query.at_times(if chosen { &[] } else { &terms }).to_string();
            let address = move || state.get().searching(&target).address(open.get());
            let remove =
                chosen.then(|| view! { <span class="sr-only">"remove"</span><span aria-hidden="true">"×"</span> });
            view! { <li><a class=CHIP href=address aria-current=chosen.then_some("true")>{words}{remove}</a></li> }
        })
        .collect_view();
    let LogState { order, .. } = state.get_untracked();
    let day = |which: fn(&TermKind) -> Option<Moment>| {
        let moment = query.times().find_map(|term| which(&term.kind));
        moment.filter(|moment| matches!(moment, Moment::Day(_))).map(|day| day.to_string())
    };
    let from = day(|kind| if let TermKind::After(moment) = kind { Some(*moment) } else { None });
    let before = day(|kind| if let TermKind::Before(moment) = kind { Some(*moment) } else { None });
    let field = |name: &'static str, words: &'static str, value: Option<String>| {
        view! {
            <label class="flex items-center gap-1 text-muted">
                {words}
                <input class="h-7 px-1 rounded-md border border-field bg-surface text-ink" type="date" name=name value=value/>
            </label>
        }
    };
    view! {
        <li class="flex gap-2 py-1">
            <span class="w-20 shrink-0 text-muted" id="facet-when">"When"</span>
            <ul class="flex flex-wrap gap-1 min-w-0" aria-labelledby="facet-when">{links}</ul>
            <form class="flex flex-wrap items-center gap-2" method="get" action="/detections" aria-label="From one day to another">
                <input type="hidden" name="q" value=query.at_times(&[]).to_string()/>
                {(!order.is_empty()).then(|| view! { <input type="hidden" name="order" value=order/> })}
                {field(FROM, "From", from)}
                {field(BEFORE, "until before", before)}
                <button class=BUTTON>"Show"</button>
            </form>
        </li>
    }
}

/// What people ask for most.
fn usual() -> [(&'static str, Vec<Term>); 4] {
    let term = |kind| Term { negated: false, kind };
    let last = |count| vec![term(TermKind::Age(Age { longer: false, count, unit: Unit::Day }))];
    let yesterday =
        [TermKind::After(Moment::Yesterday), TermKind::Before(Moment::Today)].map(term).into_iter().collect();
    [
        ("Today", vec![term(TermKind::After(Moment::Today))]),
        ("Yesterday", yesterday),
        ("7 days", last(7)),
        ("30 days", last(30)),
    ]
}

/// Goes on to the address with the days of the form in its search.
#[cfg(feature = "ssr")]
pub(super) fn settle(query: &ParamsMap) {
    let days = [FROM, BEFORE].map(|name| (name, query.get(name).filter(|day| !day.is_empty())));
    if days.iter().all(|(_, day)| day.is_none()) {
        return;
    }
    let mut here = LogState::of(query);
    for (name, day) in days {
        if let Some(day) = day {
            here.q = format!("{} {name}:{day}", here.q).trim_start().to_owned();
        }
    }
    leptos_axum::redirect(&here.address(None));
}
