//! A small chart of the last thirty days.

use chrono::{NaiveTime, TimeDelta};
use domain::{
    DailyCount, SearchQuery,
    paging::grouped,
    search::{State, Term, TermKind},
    statistics::between,
};
use leptos::prelude::*;

use crate::components::{
    chart::{Cell, Chart, Plot, Series, SmallChart, Table},
    classes::CARD,
};

/// The chart with its table.
#[component]
pub(super) fn Month(days: Vec<DailyCount>) -> impl IntoView {
    let busiest = days.iter().max_by_key(|day| day.spam + day.ham).map(|day| {
        format!("{} on the busiest day ({}).", grouped(day.spam + day.ham), day.day.format("%a %-d %b"))
    });
    let total: u64 = days.iter().map(|day| day.spam + day.ham).sum();
    let rows = days.iter().map(|day| {
        vec![
            Cell::words(day.day.format("%a %-d %b").to_string()),
            Cell::count(day.spam, rows_of(day, State::Spam)),
            Cell::count(day.ham, rows_of(day, State::Ham)),
        ]
    });
    let chart = Chart {
        name: "month",
        title: "Last 30 days",
        summary: format!("{} checks; {}", grouped(total), busiest.unwrap_or_default()),
        near: None,
        table: Table { columns: vec!["Day (UTC)", "Spam", "Ham"], rows: rows.collect() },
        plot: Plot {
            bars: vec![Series { column: 1, look: "c-spam" }, Series { column: 2, look: "c-hatched" }],
            lines: Vec::new(),
            mark: None,
            unit: "",
        },
    };
    view! {
        <section class=CARD aria-labelledby="chart-month">
            <SmallChart chart=chart/>
            <p class="mt-2 text-sm"><a class="text-accent underline" href="/stats">"All charts"</a></p>
        </section>
    }
}

/// The rows of a day with a verdict.
fn rows_of(day: &DailyCount, verdict: State) -> String {
    let start = day.day.and_time(NaiveTime::MIN).and_utc();
    let [from, to] = between(start, start + TimeDelta::days(1));
    SearchQuery { terms: vec![Term { negated: false, kind: TermKind::Is(verdict) }, from, to] }.address()
}
