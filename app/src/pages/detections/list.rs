//! The list of the log.

use domain::{DetectionSummary, Direction, Label, text::single_line};
use leptos::prelude::*;

use super::{
    bulk_bar::RowsForm,
    log::LogState,
    row_tools::{RowButtons, RowLabel, RowProblem, RowState, RowVerdict, Tick},
};
use crate::{
    components::{TimeAgo, VerdictBadge, classes::BUTTON},
    decisions::{Decisions, Seen},
    selection::Selection,
    server_fns::detections::SearchResult,
};

/// The rows of one page, and the way to the next.
#[component]
pub(super) fn List(
    found: SearchResult,
    state: Memo<LogState>,
    open: Memo<Option<i64>>,
    /// Whether who is looking may label.
    may_label: bool,
) -> impl IntoView {
    let SearchResult { page, count } = found;
    on_screen(&page.rows);
    if page.rows.is_empty() {
        return view! { <Empty searching=!state.get_untracked().q.is_empty()/> }.into_any();
    }
    let here = state.get_untracked();
    let shown = page.rows.len();
    let rows = page
        .rows
        .into_iter()
        .map(|row| {
            let address = here.address(Some(row.id.0));
            view! { <Row row=row address=address open=open may_label=may_label/> }
        })
        .collect_view();
    let turn = |place: Option<domain::Cursor>, direction: Direction, words: &'static str| {
        place
            .map(|cursor| view! { <a class=BUTTON href=here.at(direction, cursor).address(None)>{words}</a> })
    };
    let list = view! { <ul class="rounded-lg border border-line bg-surface overflow-hidden">{rows}</ul> };
    let list = if may_label {
        view! { <RowsForm q=here.q.clone() count=count shown=shown>{list}</RowsForm> }.into_any()
    } else {
        list.into_any()
    };
    view! {
        <p class="text-sm text-muted tabular-nums">{count.to_string()}{if count.count == 1 { " detection" } else { " detections" }}</p>
        {list}
        <nav class="flex justify-between" aria-label="Pages of the log">
            {turn(page.before, Direction::Before, "← Back")}
            <span></span>
            {turn(page.after, Direction::After, "Further →")}
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

#[component]
fn Row(row: DetectionSummary, address: String, open: Memo<Option<i64>>, may_label: bool) -> impl IntoView {
    let id = row.id.0;
    let verdict = Label::from_is_spam(row.is_spam);
    let current = move || (open.get() == Some(id)).then_some("true");
    let state = RowState::new(Seen::from(&row));
    let sender = row.email.or(row.name).unwrap_or_else(|| "no sender".to_owned());
    let source = row.site.unwrap_or_else(|| row.origin.to_string());
    let row_class = move || {
        if state.is_theirs() {
            "border-b border-line last:border-b-0 bg-raised text-muted"
        } else {
            "border-b border-line last:border-b-0"
        }
    };
    let (tick, buttons) = (
        may_label.then(|| view! { <Tick row=state/> }),
        may_label.then(|| view! { <RowButtons row=state/> }),
    );
    view! {
        <li class=row_class data-row=id on:focusin=move |_| state.focused()>
            <div class="flex items-stretch hover:bg-raised">
                {tick}
                <a
                    class="block flex-1 min-w-0 px-3 py-2 aria-[current=true]:bg-accent-soft"
                    href=address
                    aria-current=current
                    tabindex=move || state.tab_stop()
                >
                    <span class="flex flex-wrap items-center gap-2 text-sm text-muted">
                        <VerdictBadge verdict=verdict/>
                        <span class="tabular-nums">{format!("{:.1}", row.score)}</span>
                        <RowVerdict row=state verdict=verdict score=row.score/>
                        <RowLabel row=state verdict=verdict/>
                        <span class="ml-auto text-xs"><TimeAgo time=row.created_at/></span>
                    </span>
                    <span class="hostile mt-1 line-clamp-2 break-words" dir="auto">{single_line(&row.excerpt)}</span>
                    <span class="mt-1 block truncate text-xs text-muted">{single_line(&sender)}" · "{single_line(&source)}</span>
                </a>
                {buttons}
            </div>
            <RowProblem row=state/>
        </li>
    }
}

#[component]
fn Empty(searching: bool) -> impl IntoView {
    let words = if searching {
        view! {
            <p>"Nothing matches this search."</p>
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
