//! The quota: how much is used, how it was spent, how long it lasts, and who else spends it.

use domain::{LogCount, UsagePoint, UsageSample, paging::grouped};
use leptos::prelude::*;

use crate::{
    components::{ErrorPanel, QuotaMeter, TimeAgo},
    server_fns::usage::{QuotaView, get_quota_report},
    zone::exact,
};

/// Size of the plot, in user units.
const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 80.0;

/// Time that a line spans at least.
const LEAST_LINE: chrono::TimeDelta = chrono::TimeDelta::hours(6);

/// Rows of the table behind the line, at most.
const TABLE_ROWS: usize = 31;

/// What is known of the quota.
#[component]
pub(super) fn Quota() -> impl IntoView {
    let report = Resource::new_blocking(|| (), |()| get_quota_report());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match report.await {
                    Ok(view) => view! { <Report view=view/> }.into_any(),
                    Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Report(view: QuotaView) -> impl IntoView {
    let QuotaView { report, embedded } = view;
    let who = if embedded { "The built-in detector" } else { "ActiveLayer" };
    let asked = report.sample.as_ref().map(|sample| {
        view! { <p class="mt-2 text-sm text-muted">"Updated "<TimeAgo time=sample.taken_at/>"."</p> }
    });
    let line = report.sample.clone().map(|sample| view! { <Spent points=report.points sample=sample/> });
    let counts = report
        .sample
        .clone()
        .zip(report.counted)
        .map(|(sample, counted)| view! { <Counts sample=sample counted=counted who=who/> });
    view! {
        <QuotaMeter quota=report.sample forecast=report.forecast/>
        {asked}
        {line}
        {counts}
    }
}

/// Used checks over the period, with the mark of the whole quota where it comes near.
#[component]
fn Spent(points: Vec<UsagePoint>, sample: UsageSample) -> impl IntoView {
    let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else {
        return ().into_any();
    };
    // A shorter line is a dot.
    if last.at - first.at < LEAST_LINE {
        return ().into_any();
    }
    let begins = sample.began_at().map_or(first.at, |began| began.min(first.at));
    let ends = sample.resets_at().unwrap_or(last.at);
    let top = units(sample.total.unwrap_or_default().max(last.used).max(1));
    let whole = sample.total.map_or_else(|| "no limit".to_owned(), |total| format!("of {}", grouped(total)));
    let x = move |at: chrono::DateTime<chrono::Utc>| {
        let (since, whole) = ((at - begins).num_seconds(), (ends - begins).num_seconds().max(1));
        units(since.unsigned_abs()) / units(whole.unsigned_abs()) * WIDTH
    };
    let y = move |used: u64| HEIGHT - units(used) / top * HEIGHT;
    let path: Vec<_> =
        points.iter().map(|point| format!("{:.1},{:.1}", x(point.at), y(point.used))).collect();
    let label = format!(
        "Used checks from {} to {}: {} to {}, {whole}",
        exact(first.at),
        exact(last.at),
        grouped(first.used),
        grouped(last.used)
    );
    let step = points.len().div_ceil(TABLE_ROWS).max(1);
    let rows: Vec<_> = points
        .iter()
        .rev()
        .step_by(step)
        .map(|point| {
            view! {
                <tr class="border-t border-line">
                    <th class="text-left font-normal py-1 pr-4" scope="row">{exact(point.at)}</th>
                    <td class="text-right">{grouped(point.used)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <figure class="mt-4 flex flex-col gap-1">
            <figcaption class="flex justify-between text-sm text-muted">
                <span>"Used in this period"</span>
                <span class="tabular-nums">{whole}</span>
            </figcaption>
            <svg class="w-full h-24 border-b border-t border-line" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=label>
                <polyline
                    class="text-accent"
                    points=path.join(" ")
                    fill="none"
                    stroke="currentColor"
                    stroke-width="2"
                    vector-effect="non-scaling-stroke"
                />
            </svg>
            <div class="flex justify-between text-xs text-muted tabular-nums">
                <span>{begins.format("%-d %b").to_string()}</span>
                <span>{ends.format("%-d %b").to_string()}</span>
            </div>
            <details class="text-sm">
                <summary class="cursor-pointer text-muted">"As a table"</summary>
                <div class="overflow-auto max-h-64" tabindex="0" role="region" aria-label="Used checks over time">
                    <table class="w-full tabular-nums">
                        <thead>
                            <tr class="text-muted">
                                <th class="text-left font-medium py-1" scope="col">"Time"</th>
                                <th class="text-right font-medium" scope="col">"Used"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
        </figure>
    }
    .into_any()
}

/// What the upstream says beside what the log knows.
#[component]
fn Counts(sample: UsageSample, counted: LogCount, who: &'static str) -> impl IntoView {
    let since = sample.began_at().map(|began| began.date_naive());
    let log = since.map_or_else(|| "/detections".to_owned(), |day| format!("/detections?q=after%3A{day}"));
    let unpaid = (counted.unpaid > 0).then(|| {
        format!(
            "The fallback or a rule answered {} of them, so nothing is spent on those. ",
            grouped(counted.unpaid)
        )
    });
    let again = (counted.rechecked > 0)
        .then(|| format!("{} verdicts were asked for again. ", grouped(counted.rechecked)));
    view! {
        <h3 class="mt-4 text-sm font-medium">"How usage is counted"</h3>
        <dl class="mt-1 text-sm tabular-nums">
            <div class="flex justify-between gap-4 border-t border-line py-1">
                <dt>{who}</dt>
                <dd>{sample.used.map_or_else(|| "not known".to_owned(), grouped)}</dd>
            </div>
            <div class="flex justify-between gap-4 border-t border-line py-1">
                <dt>"Detections in the log"</dt>
                <dd>
                    <a class="text-accent underline" href=log data-count=counted.logged.to_string()>{grouped(counted.logged)}</a>
                </dd>
            </div>
            <div class="flex justify-between gap-4 border-t border-line py-1">
                <dt>"Charged checks in the log"</dt>
                <dd>{grouped(counted.spent())}</dd>
            </div>
        </dl>
        <p class="mt-1 text-sm text-muted">{unpaid}{again}{counted.explain(&sample)}</p>
    }
}

#[expect(clippy::cast_precision_loss, reason = "for drawing")]
fn units(count: u64) -> f64 {
    count as f64
}
