//! A chart on a page: drawn by the server, read out under the pointer and a way into the log once the page is alive.

use domain::Days;
use leptos::{ev::MouseEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{Chart, Near, drawing, picture::PngButton, table::Figures};
use crate::components::classes::CARD;

/// A chart with its heading, its legend, the table behind it and its files.
#[component]
pub(crate) fn ChartFigure(
    /// The chart.
    chart: Chart,
    /// Where its files are, up to the format.
    #[prop(into)]
    files: String,
    /// The days that each row stands for; dragging over some zooms into them.
    #[prop(optional)]
    zoom: Vec<Days>,
    /// What to do with days that were dragged over.
    #[prop(optional)]
    on_zoom: Option<Callback<Days>>,
) -> impl IntoView {
    let id = format!("chart-{}", chart.name);
    let named_by = id.clone();
    let legend = legend(&chart);
    let file = move |format: &str| format!("{files}&chart={}&format={format}", chart.name);
    let (csv, svg) = (file("csv"), file("svg"));
    let (png, drawn) = (svg.clone(), chart.clone());
    let caption = format!("{}, as a table", chart.title);
    view! {
        <figure class=format!("{CARD} flex flex-col gap-2 min-w-0") aria-labelledby=named_by>
            <figcaption>
                <h2 class="text-sm font-semibold" id=id>{chart.title}</h2>
                <p class="text-sm text-muted">{chart.summary}{chart.near.map(Near::view)}</p>
            </figcaption>
            {legend}
            <Live chart=drawn zoom=zoom on_zoom=on_zoom/>
            <div class="flex flex-wrap items-start gap-x-4 gap-y-1 text-sm">
                <details class="flex-1 min-w-0">
                    <summary class="cursor-pointer text-accent">"Table"</summary>
                    <Figures table=chart.table caption=caption/>
                </details>
                <a class="text-accent hover:underline" href=csv rel="external" download="">"CSV"</a>
                <a class="text-accent hover:underline" href=svg rel="external" download="">"SVG"</a>
                <PngButton svg=png name=chart.name/>
            </div>
        </figure>
    }
}

/// A chart within a card: heading, drawing and the table behind it, without files.
#[component]
pub(crate) fn SmallChart(
    /// The chart.
    chart: Chart,
) -> impl IntoView {
    let id = format!("chart-{}", chart.name);
    let legend = legend(&chart);
    let caption = format!("{}, as a table", chart.title);
    let drawn = chart.clone();
    view! {
        <h2 class="font-semibold" id=id>{chart.title}</h2>
        <p class="text-sm text-muted tabular-nums">{chart.summary}</p>
        {legend}
        <Live chart=drawn zoom=Vec::new() on_zoom=None/>
        <details class="text-sm">
            <summary class="cursor-pointer text-accent">"Table"</summary>
            <Figures table=chart.table caption=caption/>
        </details>
    }
}

impl Near {
    fn view(self) -> impl IntoView {
        let Self { cell, words } = self;
        let figure = match cell.link {
            Some((address, count)) => view! {
                <a class="underline decoration-dotted hover:text-accent" href=address data-count=count.to_string()>{cell.text}</a>
            }
            .into_any(),
            None => cell.text.into_any(),
        };
        view! { " "{figure}" "{words} }
    }
}

/// What the looks stand for: a sample and the column's name.
fn legend(chart: &Chart) -> impl IntoView + use<> {
    let series = chart.plot.bars.iter().chain(&chart.plot.lines);
    let entries: Vec<_> = series
        .map(|series| {
            let is_line = chart.plot.lines.contains(series);
            let name = chart.table.columns.get(series.column).copied().unwrap_or_default();
            let shape = if is_line {
                format!("<line class=\"{}\" x1=\"0\" x2=\"18\" y1=\"6\" y2=\"6\"/>", series.look)
            } else {
                let fill = match series.look {
                    "c-hatched" => format!(" fill=\"url(#{}-hatch)\"", chart.name),
                    "c-dotted" => format!(" fill=\"url(#{}-dots)\"", chart.name),
                    _ => String::new(),
                };
                format!("<rect class=\"{}\"{fill} width=\"18\" height=\"12\"/>", series.look)
            };
            view! {
                <li class="flex items-center gap-1.5">
                    <svg width="18" height="12" aria-hidden="true" inner_html=shape></svg>
                    {name}
                </li>
            }
        })
        .collect();
    view! { <ul class="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">{entries}</ul> }
}

/// The drawing. Its links are the table's, so it is hidden from those who read the table.
#[component]
fn Live(chart: Chart, zoom: Vec<Days>, on_zoom: Option<Callback<Days>>) -> impl IntoView {
    let rows = chart.table.rows.len();
    let shapes = drawing::shapes(&chart);
    let navigate = use_navigate();
    let pointed = RwSignal::new(None::<usize>);
    // The rows where a drag began and where it is.
    let drag = RwSignal::new(None::<(usize, usize)>);
    // A finger cannot point: its first touch reads a column out, the next one opens it.
    let only_reads = RwSignal::new(false);
    let chart = StoredValue::new(chart);
    let zoom = StoredValue::new(zoom);
    let may_zoom = on_zoom.is_some();
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let chosen = move || {
        drag.get().filter(|(from, to)| from != to).map(|(from, to)| (from.min(to), from.max(to))).or_else(
            || {
                let row = pointed.get()?;
                Some((row, row))
            },
        )
    };
    let place = move || {
        let (from, to) = chosen()?;
        let (left, width) = drawing::column(from, rows);
        Some((left, width * (to - from + 1) as f64))
    };
    let said = move || {
        let words = |row: usize| chart.with_value(|chart| chart.table.tip(row));
        match chosen() {
            Some((from, to)) if from != to => {
                let days = |row: usize| zoom.with_value(|zoom| zoom.get(row).copied());
                let range = days(from).zip(days(to)).and_then(|(a, b)| Days::new(a.from(), b.to()));
                range.map_or_else(String::new, |range| format!("Let go to look at {range}"))
            }
            Some((row, _)) => words(row),
            None if may_zoom && alive.get() => {
                "Point at a column for its figures, click for its detections, drag over some to look closer."
                    .to_owned()
            }
            None if alive.get() => "Point at a column for its figures, click for its detections.".to_owned(),
            None => "Each figure is in the table, with a link to what it counts.".to_owned(),
        }
    };
    let ended = move |dragged: Option<(usize, usize)>| {
        let Some((from, to)) = dragged.filter(|(from, to)| from != to) else { return };
        let days =
            zoom.with_value(|zoom| zoom.get(from.min(to)).copied().zip(zoom.get(from.max(to)).copied()));
        let range = days.and_then(|(first, last)| Days::new(first.from(), last.to()));
        if let (Some(range), Some(on_zoom)) = (range, on_zoom) {
            on_zoom.run(range);
        }
    };
    view! {
        <svg
            class="chart"
            class:cursor-pointer=alive
            height=drawing::HEIGHT.to_string()
            aria-hidden="true"
            on:pointermove=move |event| {
                let row = row_at(&event, rows);
                pointed.set(row);
                if let Some(row) = row {
                    drag.update(|drag| if let Some(drag) = drag { drag.1 = row });
                }
            }
            on:pointerleave=move |event| {
                // What a finger touched stays readable once it is gone.
                if event.pointer_type() != "touch" {
                    pointed.set(None);
                }
                drag.set(None);
            }
            on:pointerdown=move |event| {
                let row = row_at(&event, rows);
                only_reads.set(event.pointer_type() == "touch" && pointed.get_untracked() != row);
                pointed.set(row);
                if may_zoom && event.button() == 0 {
                    drag.set(row.map(|row| (row, row)));
                }
            }
            on:pointerup=move |_| ended(drag.get_untracked())
            on:click=move |event| {
                // Letting go after a drag is no click on what lies there.
                let dragged = drag.get_untracked().is_some_and(|(from, to)| from != to);
                drag.set(None);
                let goes = !dragged && !only_reads.get_untracked();
                let place = row_at(&event, rows).zip(height_at(&event)).filter(|_| goes);
                let address = place.and_then(|(row, y)| {
                    chart.with_value(|chart| drawing::link_at(chart, row, y).map(str::to_owned))
                });
                if let Some(address) = address {
                    navigate(&address, NavigateOptions::default());
                }
            }
        >
            <g inner_html=shapes></g>
            <rect
                class="c-pointed"
                y="0"
                height=(drawing::HEIGHT - 22.0).to_string()
                x=move || place().map_or_else(|| "0".to_owned(), |(left, _)| format!("{left:.3}%"))
                width=move || place().map_or_else(|| "0".to_owned(), |(_, width)| format!("{width:.3}%"))
            ></rect>
        </svg>
        <p class="chart-said text-sm tabular-nums" aria-hidden="true">{said}</p>
    }
}

/// The row that a pointer is over.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the rows")]
fn row_at(event: &MouseEvent, rows: usize) -> Option<usize> {
    let (across, _) = share_at(event).filter(|_| rows > 0)?;
    Some((across * rows as f64).clamp(0.0, rows as f64 - 1.0) as usize)
}

/// How far from the top of the drawing a pointer is, in pixels.
fn height_at(event: &MouseEvent) -> Option<f64> {
    share_at(event).map(|(_, down)| down * drawing::HEIGHT)
}

/// Where a pointer is in the drawing, across and down, 0 to 1.
fn share_at(event: &MouseEvent) -> Option<(f64, f64)> {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let target = event.current_target()?.dyn_into::<web_sys::Element>().ok()?;
        let place = target.get_bounding_client_rect();
        let share = |at: i32, from: f64, length: f64| (length > 0.0).then(|| (f64::from(at) - from) / length);
        Some((
            share(event.client_x(), place.left(), place.width())?,
            share(event.client_y(), place.top(), place.height())?,
        ))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        None
    }
}
