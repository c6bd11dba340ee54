//! Who decided how much.

use domain::search::TermKind;
use leptos::prelude::*;

use super::{
    links::{Links, term},
    words::long,
};
use crate::{
    components::{
        chart::{Cell, Figures, Table},
        classes::CARD,
    },
    server_fns::stats::ChartsReport,
};

/// Moderators' work by person.
#[component]
pub(super) fn People(report: ChartsReport) -> impl IntoView {
    let links = Links { scope: &report.scope, since: report.charts.since };
    let rows = report.charts.people.iter().map(|person| {
        let name = person.name.clone().unwrap_or_default();
        let by = Some(term(TermKind::By(name.clone()))).filter(|_| !name.is_empty());
        vec![
            Cell::words(name),
            Cell::count(person.value.decisions, links.decided(report.charts.days, by)),
            Cell::measure(person.value.median_ms, long),
        ]
    });
    let table =
        Table { columns: vec!["Moderator", "Decisions", "Median time to decision"], rows: rows.collect() };
    let is_empty = table.rows.is_empty();
    view! {
        <section class=format!("{CARD} flex flex-col gap-3 min-w-0") aria-labelledby="people">
            <h2 class="text-sm font-semibold" id="people">"Decisions by moderator"</h2>
            {if is_empty {
                view! { <p class="text-sm text-muted">"Nobody labelled anything in these days."</p> }.into_any()
            } else {
                view! { <Figures table=table caption="Decisions by moderator".to_owned()/> }.into_any()
            }}
        </section>
    }
}
