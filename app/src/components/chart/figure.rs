//! A chart on a page: drawn by the server, read out under the pointer once the page is alive.

use domain::Days;
use leptos::prelude::*;

use super::{Chart, drawing, table::Figures};
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
    let shapes = drawing::shapes(&chart);
    let legend = legend(&chart);
    let file = move |format: &str| format!("{files}&chart={}&format={format}", chart.name);
    let (csv, svg) = (file("csv"), file("svg"));
    let tips: Vec<String> = (0..chart.table.rows.len()).map(|row| chart.table.tip(row)).collect();
    let caption = format!("{}, as a table", chart.title);
    view! {
        <figure class=format!("{CARD} flex flex-col gap-2 min-w-0") aria-labelledby=named_by>
            <figcaption>
                <h2 class="text-sm font-semibold" id=id>{chart.title}</h2>
                <p class="text-sm text-muted">{chart.summary}</p>
            </figcaption>
            {legend}
            <Live shapes=shapes tips=tips zoom=zoom on_zoom=on_zoom/>
            <div class="flex flex-wrap items-start gap-x-4 gap-y-1 text-sm">
                <details class="flex-1 min-w-0">
                    <summary class="cursor-pointer text-accent">"Table"</summary>
                    <Figures table=chart.table caption=caption/>
                </details>
                <a class="text-accent hover:underline" href=csv rel="external" download="">"CSV"</a>
                <a class="text-accent hover:underline" href=svg rel="external" download="">"SVG"</a>
            </div>
        </figure>
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
fn Live(
    shapes: String,
    tips: Vec<String>,
    zoom: Vec<Days>,
    on_zoom: Option<Callback<Days>>,
) -> impl IntoView {
    let rows = tips.len();
    let pointed = RwSignal::new(None::<usize>);
    // The rows where a drag began and where it is.
    let drag = RwSignal::new(None::<(usize, usize)>);
    let tips = StoredValue::new(tips);
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
        let words = |row: usize| tips.with_value(|tips| tips.get(row).cloned()).unwrap_or_default();
        match chosen() {
            Some((from, to)) if from != to => {
                let days = |row: usize| zoom.with_value(|zoom| zoom.get(row).copied());
                let range = days(from).zip(days(to)).and_then(|(a, b)| Days::new(a.from(), b.to()));
                range.map_or_else(String::new, |range| format!("Let go to look at {range}"))
            }
            Some((row, _)) => words(row),
            None if may_zoom && alive.get() => {
                "Point at a column for its figures, drag over some to look closer.".to_owned()
            }
            None => "Point at a column for its figures.".to_owned(),
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
            class="chart w-full"
            height=drawing::HEIGHT.to_string()
            aria-hidden="true"
            on:pointermove=move |event| {
                let row = row_at(&event, rows);
                pointed.set(row);
                if let Some(row) = row {
                    drag.update(|drag| if let Some(drag) = drag { drag.1 = row });
                }
            }
            on:pointerleave=move |_| {
                pointed.set(None);
                drag.set(None);
            }
            on:pointerdown=move |event| {
                if may_zoom && event.button() == 0 {
                    drag.set(row_at(&event, rows).map(|row| (row, row)));
                }
            }
            on:pointerup=move |_| ended(drag.get_untracked())
            on:click=move |event| {
                // Letting go after a drag is no click on what lies there.
                if drag.get_untracked().is_some_and(|(from, to)| from != to) {
                    event.prevent_default();
                }
                drag.set(None);
            }
            on:dragstart=move |event| event.prevent_default()
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
#[cfg_attr(
    feature = "hydrate",
    expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the rows")
)]
fn row_at(event: &leptos::ev::PointerEvent, rows: usize) -> Option<usize> {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let target = event.current_target()?.dyn_into::<web_sys::Element>().ok()?;
        let place = target.get_bounding_client_rect();
        if rows == 0 || place.width() <= 0.0 {
            return None;
        }
        let share = (f64::from(event.client_x()) - place.left()) / place.width();
        Some((share * rows as f64).clamp(0.0, rows as f64 - 1.0) as usize)
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (event, rows);
        None
    }
}
