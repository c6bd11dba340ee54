//! The list of the log.

use chrono::NaiveDate;
use domain::{
    DetectionSummary, Direction, Label, Order,
    paging::PAGE_SIZE,
    text::{marked_line, single_line},
    time::day_heading,
};
use leptos::prelude::*;

use super::{
    LogPart,
    bulk_bar::RowsForm,
    log::LogState,
    notes::StillIndexing,
    place::Place,
    row_tools::{RowApp, RowButtons, RowLabel, RowProblem, RowState, RowVerdict, Tick},
};
use crate::{
    components::{TimeAgo, VerdictBadge, classes::BUTTON, now, score_words},
    decisions::{Decisions, Seen},
    later::{Later, Part},
    list_look::LookSignal,
    selection::Selection,
    server_fns::detections::SearchResult,
    zone::Zone,
};

/// The rows of one page, and the way to the next.
#[component]
pub(super) fn List(
    found: SearchResult,
    state: Memo<LogState>,
    open: Memo<Option<i64>>,
    look: LookSignal,
    /// Where to go once the rows are there.
    place: StoredValue<Option<Place>>,
    /// Whether who is looking may label.
    may_label: bool,
) -> impl IntoView {
    let SearchResult { page, unfolded } = found;
    on_screen(&page.rows);
    let here = state.get_untracked();
    // A page that could go on and is not full: few match, and the search stopped to stay quick.
    let on = if here.from.starts_with("before:") { page.before } else { page.after };
    let stopped = on.is_some() && page.rows.len() < PAGE_SIZE as usize;
    if page.rows.is_empty() && !stopped {
        return view! {
            <StillIndexing unfolded=unfolded/>
            <Empty state=state/>
        }
        .into_any();
    }
    let zone = expect_context::<Zone>();
    Effect::new(move |_| {
        if let Some(place) = place.try_update_value(Option::take).flatten() {
            place.restore();
        }
    });
    let list = here.clone();
    let found = page.rows;
    let shown = found.len();
    let days = move || {
        by_day(&found, list.order(), &zone.get())
            .into_iter()
            .map(|(day, rows)| {
                let rows = rows
                    .into_iter()
                    .map(|row| {
                        let address = list.address(Some(row.id.0));
                        view! { <Row row=row address=address open=open may_label=may_label/> }
                    })
                    .collect_view();
                view! { {day.map(|day| view! { <DayHeading day=day zone=zone/> })}<ul>{rows}</ul> }
            })
            .collect_view()
    };
    let turn = |place: Option<domain::Cursor>, direction: Direction, words: &'static str| {
        place
            .map(|cursor| view! { <a class=BUTTON href=here.at(direction, cursor).address(None)>{words}</a> })
    };
    // One line a row, or three.
    let list_class = move || if look.read().compact { "log-list log-compact" } else { "log-list" };
    let list = view! { <div class=list_class data-hides=move || look.read().hidden()>{days}</div> };
    let list = if shown == 0 {
        ().into_any()
    } else if may_label {
        view! { <RowsForm q=here.q.clone()>{list}</RowsForm> }.into_any()
    } else {
        list.into_any()
    };
    view! {
        <StillIndexing unfolded=unfolded/>
        {list}
        {stopped.then(|| view! { <p class="text-sm text-muted" data-stopped="">"Few match here. The search stopped so far to stay quick; the next page goes on."</p> })}
        <nav class="flex justify-between" aria-label="Pages of the log">
            {turn(page.before, Direction::Before, "← Newer")}
            <span></span>
            {turn(page.after, Direction::After, "Older →")}
        </nav>
    }
    .into_any()
}

/// Tells the keyboard and the decisions what is on screen.
fn on_screen(rows: &[DetectionSummary]) {
    let rows: Vec<_> = rows.iter().map(|row| (row.id.0, row.version)).collect();
    let (selection, decisions) = (expect_context::<Selection>(), expect_context::<Decisions>());
    Effect::new(move |_| {
        decisions.shown.set(rows.iter().map(|(id, _)| *id).collect());
        selection.show(rows.clone());
    });
}

/// Rows and their day, where the list is in the order of time.
fn by_day(
    rows: &[DetectionSummary],
    order: Order,
    zone: &domain::Zone,
) -> Vec<(Option<NaiveDate>, Vec<DetectionSummary>)> {
    let mut days: Vec<(Option<NaiveDate>, Vec<DetectionSummary>)> = Vec::new();
    for row in rows {
        let day = (order == Order::Newest).then(|| zone.day(row.created_at));
        match days.last_mut() {
            Some((last, rows)) if *last == day => rows.push(row.clone()),
            _ => days.push((day, vec![row.clone()])),
        }
    }
    days
}

#[component]
fn DayHeading(day: NaiveDate, zone: Zone) -> impl IntoView {
    let words = day_heading(day, zone.get().day(now()));
    view! {
        <h2>{words}</h2>
    }
}

#[component]
fn Row(row: DetectionSummary, address: String, open: Memo<Option<i64>>, may_label: bool) -> impl IntoView {
    let id = row.id.0;
    let verdict = Label::from_is_spam(row.is_spam);
    let current = move || (open.get() == Some(id)).then_some("true");
    let state = RowState::new(Seen::from(&row));
    let sender = single_line(&row.email.or(row.name).unwrap_or_else(|| "no sender".to_owned()));
    let site = single_line(&row.site.unwrap_or_else(|| row.origin.to_string()));
    let excerpt = marked_line(&row.excerpt, &row.marks)
        .into_iter()
        .map(|(part, marked)| if marked { view! { <mark>{part}</mark> }.into_any() } else { part.into_any() })
        .collect_view();
    let no_message = row.excerpt.is_empty().then_some("no message");
    let (tick, buttons) = (
        may_label.then(|| view! { <Tick row=state/> }),
        may_label.then(|| view! { <RowButtons row=state/> }),
    );
    view! {
        <li data-row=id data-theirs=move || state.is_theirs().then_some("") on:focusin=move |_| state.focused()>
            {tick}
            <a class="log-row" href=address data-noscroll="" aria-current=current tabindex=move || state.tab_stop()>
                <VerdictBadge verdict=verdict judged_by=row.judged_by/>
                <span class="log-score">{score_words(row.score, row.judged_by)}</span>
                <span class="log-label">
                    <RowVerdict row=state verdict=verdict score=row.score/>
                    <RowLabel row=state verdict=verdict/>
                    <RowApp row=state verdict=verdict word=row.app_word told=row.told/>
                </span>
                <span class="log-time"><TimeAgo time=row.created_at/></span>
                <span class="log-text hostile" dir="auto">{no_message}{excerpt}</span>
                <span class="log-from"><span class="hostile">{sender}</span><span>{site}</span></span>
            </a>
            {buttons}
            <RowProblem row=state/>
        </li>
    }
}

#[component]
fn Empty(state: Memo<LogState>) -> impl IntoView {
    let words = if !state.read_untracked().q.is_empty() {
        view! {
            <p>"Nothing matches this search."</p>
            <Later part=Part::Log(LogPart::AsText(state))/>
            <p class="mt-2"><a class="text-accent underline" href="/detections">"Show everything"</a></p>
        }
        .into_any()
    } else {
        view! {
            <p>"Nothing has been checked yet."</p>
            <p class="mt-2"><a class="text-accent underline" href="/check">"Check a first message"</a></p>
        }
        .into_any()
    };
    view! { <div class="rounded-lg border border-line border-dashed p-8 text-center text-muted">{words}</div> }
}
