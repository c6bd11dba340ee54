//! Who spent the checks.

use domain::{
    Origin,
    paging::grouped,
    search::{Term, TermKind},
    statistics::{Leaders, Tally, real, site_term},
};
use leptos::prelude::*;

use super::{
    charts::whole,
    links::{judged, term},
    words::{percent, spam_share},
};
use crate::{components::classes::CARD, server_fns::stats::ChartsReport};

/// Spending by site, token and origin.
#[component]
pub(super) fn Spenders(report: ChartsReport) -> impl IntoView {
    let spending = &report.charts.spending;
    let token = |name: Option<&str>| match name {
        Some(name) => term(TermKind::Token(name.to_owned())),
        None => Term { negated: true, kind: TermKind::Token("*".to_owned()) },
    };
    let origin = |name: Option<&str>| {
        let origin = name.and_then(|name| name.parse().ok()).unwrap_or(Origin::Api);
        term(TermKind::From(origin))
    };
    let total = spending.total.sum();
    let sites = bars(&report, &spending.sites, total, "No site", |name| Some(site_term(name)));
    let tokens = bars(&report, &spending.tokens, total, "No token", |name| Some(token(name)));
    let origins = bars(&report, &spending.origins, total, "", |name| Some(origin(name)));
    view! {
        <section class="mt-4" aria-labelledby="spenders">
            <h2 class="font-semibold mb-2" id="spenders">"Usage by site, app and source"</h2>
            <div class="grid gap-4 lg:grid-cols-3">
                <List title="By site" rows=sites/>
                <List title="By token" rows=tokens/>
                <List title="By origin" rows=origins/>
            </div>
        </section>
    }
}

/// A line of a list.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) tally: Tally,
    /// Out of this many.
    pub(super) of: u64,
    pub(super) address: Option<String>,
}

fn bars(
    report: &ChartsReport,
    leaders: &Leaders,
    of: u64,
    nameless: &str,
    terms: impl Fn(Option<&str>) -> Option<Term>,
) -> Vec<Line> {
    let line = |name: &Option<String>, tally: Tally| Line {
        name: name.clone().unwrap_or_else(|| nameless.to_owned()),
        tally,
        of,
        address: terms(name.as_deref()).map(|term| whole(report, [term].into_iter().chain(judged()))),
    };
    let mut lines: Vec<Line> = leaders.first.iter().map(|one| line(&one.name, one.value)).collect();
    if leaders.others > 0 {
        let name = format!("{} others", grouped(leaders.others));
        // What is of none of the first.
        let not = |term: Term| Term { negated: !term.negated, ..term };
        let others = leaders.first.iter().filter_map(|one| terms(one.name.as_deref())).map(not);
        let address = Some(whole(report, others.chain(judged())));
        lines.push(Line { name, tally: leaders.rest, of, address });
    }
    lines
}

/// Names with bars, the longest first.
#[component]
pub(super) fn List(#[prop(into)] title: String, rows: Vec<Line>) -> impl IntoView {
    let is_empty = rows.is_empty();
    let lines: Vec<_> = rows
        .into_iter()
        .map(|Line { name, tally, of, address }| {
            let share = real(tally.sum()) * 100.0 / real(of.max(1));
            let count = tally.sum();
            let figure = match address {
                Some(address) => view! {
                    <a class="underline decoration-dotted hover:text-accent" href=address data-count=count.to_string()>{grouped(count)}</a>
                }
                .into_any(),
                None => grouped(count).into_any(),
            };
            let spam = spam_share(tally).map_or_else(|| "–".to_owned(), percent);
            view! {
                <tr class="border-t border-line">
                    <th class="text-left font-normal py-1.5 pr-2 break-all" scope="row">
                        {name}
                        <svg class="block w-full h-1.5 mt-1" aria-hidden="true">
                            <rect class="fill-track" width="100%" height="6" rx="3"></rect>
                            <rect class="c-bar" width=format!("{share:.2}%") height="6" rx="3"></rect>
                        </svg>
                    </th>
                    <td class="text-right align-top py-1.5 pl-2 whitespace-nowrap">{figure}</td>
                    <td class="text-right align-top py-1.5 pl-2 whitespace-nowrap">{percent(share)}</td>
                    <td class="text-right align-top py-1.5 pl-2 whitespace-nowrap">{spam}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class=format!("{CARD} min-w-0")>
            {if is_empty {
                view! { <h3 class="text-sm font-semibold">{title}</h3><p class="text-sm text-muted">"Nothing in these days."</p> }.into_any()
            } else {
                view! {
                    <table class="w-full text-sm tabular-nums">
                        <caption class="text-left text-sm font-semibold pb-1">{title}</caption>
                        <thead>
                            <tr class="text-muted">
                                <th class="text-left font-medium w-1/2" scope="col">"Name"</th>
                                <th class="text-right font-medium pl-2" scope="col">"Checks"</th>
                                <th class="text-right font-medium pl-2" scope="col">"Share"</th>
                                <th class="text-right font-medium pl-2" scope="col">"Spam"</th>
                            </tr>
                        </thead>
                        <tbody>{lines}</tbody>
                    </table>
                }.into_any()
            }}
        </div>
    }
}
