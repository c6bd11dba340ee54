//! How far an import is, with what can be done about it.

use domain::{Import, ImportCounts, ImportState, paging::grouped};
use leptos::prelude::*;

use super::{minutes_words, page::Actions, state_words};
use crate::components::{
    Glyph, Icon,
    classes::{BUTTON, CARD, PRIMARY},
};

/// The section; its figures change in place.
#[component]
pub(super) fn Progress(import: Signal<Import>, actions: Actions, may: bool) -> impl IntoView {
    let (state, id) = import.with_untracked(|import| (import.state, import.id.0));
    let reading = state == ImportState::Reading;
    let percent = Signal::derive(move || {
        import.with(|import| if reading { read_percent(import) } else { import.counts.percent_done() })
    });
    let words = move || {
        let counts = import.with(|import| import.counts);
        if reading {
            return format!("{} rows read so far", grouped(counts.rows()));
        }
        let settled = counts.checked() + counts.failed;
        format!("{} of {} rows", grouped(settled), grouped(settled + counts.waiting))
    };
    let reason = move || {
        import.with(|import| import.reason.clone()).map(|reason| {
            view! {
                <p class="mt-3 flex items-start gap-2 rounded-md bg-unsure-soft px-3 py-2 text-sm" role="status">
                    <Icon glyph=Glyph::Info/><span class="min-w-0 break-words">{reason}</span>
                </p>
            }
        })
    };
    // Without a script nothing moves by itself.
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let again = state.is_at_work().then(|| {
        view! {
            <p class="mt-3 text-sm" hidden=move || alive.get()>
                <a class="text-accent underline" href=format!("/imports/{id}")>"Look again"</a>
            </p>
        }
    });
    view! {
        <section class=format!("{CARD} max-w-3xl") aria-labelledby="progress">
            <div class="flex items-baseline justify-between gap-4 mb-2">
                <h2 class="font-semibold" id="progress">{heading(state)}</h2>
                <span class="text-sm text-muted tabular-nums">{move || format!("{:.0} %", percent.get().floor())}</span>
            </div>
            <Bar percent=percent import=import/>
            <p class="mt-2 text-sm text-muted tabular-nums">{words}</p>
            {(!reading).then(|| view! { <Counts import=import/> })}
            <p class="mt-2 text-sm text-muted tabular-nums empty:hidden">{move || import.with(pace_words)}</p>
            {reason}
            {(state == ImportState::Cancelled).then(|| view! {
                <p class="mt-3 text-sm">"What was checked stays in the log. The file, and the rows that were not checked, are deleted."</p>
            })}
            {again}
            {may.then(|| view! { <Buttons id=id state=state actions=actions/> })}
        </section>
    }
}

fn heading(state: ImportState) -> &'static str {
    match state {
        ImportState::Reading => "Reading the file",
        ImportState::Running => "Checking",
        ImportState::Waiting => "Waiting",
        ImportState::Paused => "Paused",
        ImportState::Cancelled => "Cancelled",
        ImportState::Uploaded | ImportState::Ready | ImportState::Done => "Done",
    }
}

#[expect(clippy::cast_precision_loss, reason = "bytes of a file stay far below 2^52")]
fn read_percent(import: &Import) -> f64 {
    if import.bytes == 0 {
        100.0
    } else {
        (import.bytes_read as f64 / import.bytes as f64 * 100.0).min(100.0)
    }
}

fn pace_words(import: &Import) -> Option<String> {
    let pace = import.per_minute.filter(|pace| *pace >= 1.0)?;
    if import.state != ImportState::Running {
        return None;
    }
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a pace and a number of minutes to show"
    )]
    let (pace, minutes) = (pace.round() as u64, (import.counts.waiting as f64 / pace).ceil() as u64);
    Some(format!("{} rows a minute · about {} left", grouped(pace), minutes_words(minutes)))
}

/// Spam, ham and failed within what is to check.
#[component]
fn Bar(percent: Signal<f64>, import: Signal<Import>) -> impl IntoView {
    let parts = move || {
        let (state, counts) = import.with(|import| (import.state, import.counts));
        if state == ImportState::Reading {
            return [(0.0, percent.get()), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)];
        }
        let all = counts.checked() + counts.failed + counts.waiting;
        #[expect(clippy::cast_precision_loss, reason = "counts of rows stay far below 2^52")]
        let part = |count: u64| if all == 0 { 0.0 } else { count as f64 / all as f64 * 100.0 };
        let (spam, ham, failed) = (part(counts.spam), part(counts.ham), part(counts.failed));
        [(0.0, 0.0), (0.0, spam), (spam, ham), (spam + ham, failed)]
    };
    let bars: Vec<_> = ["fill-accent", "fill-spam", "fill-ham", "fill-unsure"]
        .into_iter()
        .enumerate()
        .map(|(place, class)| {
            let (x, width) = (move || parts()[place].0.to_string(), move || parts()[place].1.to_string());
            view! { <rect class=class x=x width=width height="8"/> }
        })
        .collect();
    let label = move || {
        format!("{}: {:.0} %", state_words(import.with(|import| import.state)), percent.get().floor())
    };
    view! {
        <svg class="w-full h-3" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=label>
            <rect class="fill-track" width="100" height="8"/>
            {bars}
        </svg>
    }
}

#[component]
fn Counts(import: Signal<Import>) -> impl IntoView {
    let link = move |verdict: &str| {
        format!("/detections?q=import%3A{}%20is%3A{verdict}", import.with_untracked(|import| import.id.0))
    };
    let figure =
        move |of: fn(&ImportCounts) -> u64| move || grouped(import.with(|import| of(&import.counts)));
    view! {
        <ul class="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-sm tabular-nums">
            <li><a class="text-spam font-medium hover:underline" href=link("spam")>"■ "{figure(|counts| counts.spam)}" spam"</a></li>
            <li><a class="text-ham font-medium hover:underline" href=link("ham")>"■ "{figure(|counts| counts.ham)}" ham"</a></li>
            <li class="text-unsure font-medium">"■ "{figure(|counts| counts.failed)}" failed"</li>
            <li class="text-muted">{figure(ImportCounts::skipped)}" left out"</li>
            <li class="text-muted">{figure(|counts| counts.waiting)}" not checked"</li>
        </ul>
    }
}

#[component]
fn Buttons(id: i64, state: ImportState, actions: Actions) -> impl IntoView {
    let pending = actions.turn.pending();
    let pauses = matches!(state, ImportState::Running | ImportState::Waiting);
    let ends = !matches!(state, ImportState::Done | ImportState::Cancelled);
    ends.then(|| {
        view! {
            <ActionForm action=actions.turn attr:class="mt-4 flex flex-wrap gap-3">
                <input type="hidden" name="id" value=id.to_string()/>
                {pauses.then(|| view! { <button class=BUTTON name="what" value="pause" disabled=pending>"Pause"</button> })}
                {(state == ImportState::Waiting).then(|| view! { <button class=BUTTON name="what" value="start" disabled=pending>"Try now"</button> })}
                {(state == ImportState::Paused).then(|| view! { <button class=PRIMARY name="what" value="start" disabled=pending>"Resume"</button> })}
                <button class=BUTTON name="what" value="cancel" disabled=pending>"Cancel this import"</button>
            </ActionForm>
        }
    })
}
