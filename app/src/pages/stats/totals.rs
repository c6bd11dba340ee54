//! The sums of the range, each beside the days before.

use domain::paging::grouped;
use leptos::prelude::*;

use super::{
    charts::whole,
    links::{label, labelled, verdict},
    words::{change, percent, spam_share},
};
use crate::{components::classes::CARD, server_fns::stats::ChartsReport, zone::exact};

/// Four figures, and what they cover.
#[component]
pub(super) fn Totals(report: ChartsReport) -> impl IntoView {
    let charts = &report.charts;
    let (now, before) = (charts.totals, charts.totals_before);
    let against = |of: fn(domain::statistics::Totals) -> u64| {
        before.map_or_else(String::new, |before| change(of(now), of(before)))
    };
    let share_before = before.and_then(|before| spam_share(before.checks));
    let share = spam_share(now.checks).map_or_else(|| "–".to_owned(), percent);
    let share_note = match share_before {
        Some(share) => format!("spam; {} before", percent(share)),
        None => "spam".to_owned(),
    };
    let days = match charts.days.count() {
        1 => charts.days.from().format("%-d %b %Y").to_string(),
        count => format!(
            "{} – {} ({count} days)",
            charts.days.from().format("%-d %b %Y"),
            charts.days.to().format("%-d %b %Y")
        ),
    };
    let cover = match (charts.from_log, charts.since) {
        (true, Some(since)) => format!(
            "Counted in the log itself, among its newest matches only: since {}. Without a search, everything is counted.",
            exact(since)
        ),
        (true, None) => "Counted in the log itself.".to_owned(),
        (false, _) if charts.totals_before.is_some() => match charts.days.count() {
            1 => "Compared with the day before.".to_owned(),
            count => format!("Compared with the {count} days before."),
        },
        (false, _) => String::new(),
    };
    let behind = charts
        .behind
        .as_deref()
        .map(|reason| format!(" The newest checks are not counted yet, since {reason}."))
        .unwrap_or_default();
    let figures = [
        ("Checks", now.checks.sum(), whole(&report, []), against(|totals| totals.checks.sum())),
        ("Spam", now.checks.spam, whole(&report, [verdict(true)]), against(|totals| totals.checks.spam)),
        ("Labelled", now.labels.sum(), whole(&report, [labelled()]), against(|totals| totals.labels.sum())),
        (
            "False positives",
            now.labels.false_alarms,
            whole(&report, [verdict(true), label(false)]),
            against(|totals| totals.labels.false_alarms),
        ),
    ];
    let figures: Vec<_> = figures
        .into_iter()
        .map(|(name, count, address, note)| {
            view! {
                <section class=CARD>
                    <h2 class="text-sm font-semibold text-muted">{name}</h2>
                    <a class="text-2xl font-semibold tabular-nums hover:underline" href=address data-count=count.to_string()>{grouped(count)}</a>
                    <p class="text-sm text-muted tabular-nums">{note}</p>
                </section>
            }
        })
        .collect();
    view! {
        <p class="mb-3 text-sm text-muted">{format!("{days}, UTC. {cover}{behind}")}</p>
        <div class="grid gap-4 mb-4 grid-cols-2 lg:grid-cols-5">
            {figures}
            <section class=CARD>
                <h2 class="text-sm font-semibold text-muted">"Spam share"</h2>
                <p class="text-2xl font-semibold tabular-nums">{share}</p>
                <p class="text-sm text-muted tabular-nums">{share_note}</p>
            </section>
        </div>
    }
}
