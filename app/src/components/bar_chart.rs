//! Checks a day, as an SVG drawn on the server, with the same figures as a table.

use domain::{DailyCount, paging::grouped};
use leptos::prelude::*;

/// Height of the plot, in user units.
const HEIGHT: f64 = 120.0;
/// Width of one day, in user units; the bar takes four fifths.
const DAY: f64 = 20.0;

/// Stacked bars, spam below ham, one a day.
#[component]
pub(crate) fn DailyChart(
    /// Oldest first.
    days: Vec<DailyCount>,
) -> impl IntoView {
    let most = days.iter().map(|day| day.spam + day.ham).max().unwrap_or(0).max(1);
    let scale = move |count: u64| to_units(count) / to_units(most) * HEIGHT;
    let total: u64 = days.iter().map(|day| day.spam + day.ham).sum();
    let summary = format!(
        "Checks a day over {} days: {} in all, at most {} a day",
        days.len(),
        grouped(total),
        grouped(most)
    );
    let width = to_units(days.len() as u64) * DAY;
    let bars: Vec<_> = days
        .iter()
        .enumerate()
        .map(|(index, day)| {
            let x = (to_units(index as u64) * DAY + DAY / 10.0).to_string();
            let (spam, ham) = (scale(day.spam), scale(day.ham));
            let tip = format!("{}: {} spam, {} ham", day.day.format("%-d %b %Y"), day.spam, day.ham);
            let bar_width = (DAY * 0.8).to_string();
            view! {
                <g>
                    <title>{tip}</title>
                    <rect class="fill-spam" x=x.clone() y=(HEIGHT - spam).to_string() width=bar_width.clone() height=spam.to_string() />
                    <rect class="fill-ham" x=x y=(HEIGHT - spam - ham).to_string() width=bar_width height=ham.to_string() />
                </g>
            }
        })
        .collect();
    let ends = days.first().zip(days.last()).map(|(first, last)| {
        view! {
            <div class="flex justify-between text-xs text-muted tabular-nums">
                <span>{first.day.format("%-d %b").to_string()}</span>
                <span>{last.day.format("%-d %b").to_string()}</span>
            </div>
        }
    });
    view! {
        <figure class="flex flex-col gap-2">
            <figcaption class="flex gap-4 text-sm text-muted">
                <span class="text-spam font-medium">"■ spam"</span>
                <span class="text-ham font-medium">"■ ham"</span>
                <span class="ml-auto tabular-nums">{format!("at most {} a day", grouped(most))}</span>
            </figcaption>
            <svg
                class="w-full h-32 border-b border-line"
                viewBox=format!("0 0 {width} {HEIGHT}")
                preserveAspectRatio="none"
                role="img"
                aria-label=summary
            >
                {bars}
            </svg>
            {ends}
            <Table days=days/>
        </figure>
    }
}

#[component]
fn Table(days: Vec<DailyCount>) -> impl IntoView {
    let rows: Vec<_> = days
        .into_iter()
        .rev()
        .map(|day| {
            let day_word = day.day.to_string();
            let link = |verdict: &str| {
                let next = day.day.succ_opt().unwrap_or(day.day);
                format!("/detections?q=is%3A{verdict}%20after%3A{}%20before%3A{next}", day.day)
            };
            view! {
                <tr class="border-t border-line">
                    <th class="text-left font-normal py-1 pr-4" scope="row">{day_word}</th>
                    <td class="text-right"><a class="hover:underline" href=link("spam")>{grouped(day.spam)}</a></td>
                    <td class="text-right"><a class="hover:underline" href=link("ham")>{grouped(day.ham)}</a></td>
                </tr>
            }
        })
        .collect();
    view! {
        <details>
            <summary class="cursor-pointer text-sm text-accent">"Show as a table"</summary>
            <table class="mt-2 w-full max-w-md text-sm tabular-nums">
                <thead>
                    <tr>
                        <th class="text-left py-1 pr-4" scope="col">"Day (UTC)"</th>
                        <th class="text-right" scope="col">"Spam"</th>
                        <th class="text-right" scope="col">"Ham"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of checks stay far below 2^52")]
fn to_units(count: u64) -> f64 {
    count as f64
}
