//! The list of the log.

use domain::{DetectionSummary, Direction, Label, text::single_line};
use leptos::prelude::*;

use super::log::LogState;
use crate::{
    components::{LabelBadge, TimeAgo, VerdictBadge, classes::BUTTON},
    server_fns::detections::SearchResult,
};

/// The rows of one page, and the way to the next.
#[component]
pub(super) fn List(found: SearchResult, state: Memo<LogState>, open: Memo<Option<i64>>) -> impl IntoView {
    let SearchResult { page, count } = found;
    if page.rows.is_empty() {
        return view! { <Empty searching=!state.get_untracked().q.is_empty()/> }.into_any();
    }
    let here = state.get_untracked();
    let rows = page
        .rows
        .into_iter()
        .map(|row| {
            let address = here.address(Some(row.id.0));
            view! { <Row row=row address=address open=open/> }
        })
        .collect_view();
    let turn = |place: Option<domain::Cursor>, direction: Direction, words: &'static str| {
        place
            .map(|cursor| view! { <a class=BUTTON href=here.at(direction, cursor).address(None)>{words}</a> })
    };
    view! {
        <p class="text-sm text-muted tabular-nums">{count.to_string()}{if count.count == 1 { " detection" } else { " detections" }}</p>
        <ul class="rounded-lg border border-line bg-surface overflow-hidden">{rows}</ul>
        <nav class="flex justify-between" aria-label="Pages of the log">
            {turn(page.before, Direction::Before, "← Back")}
            <span></span>
            {turn(page.after, Direction::After, "Further →")}
        </nav>
    }
    .into_any()
}

#[component]
fn Row(row: DetectionSummary, address: String, open: Memo<Option<i64>>) -> impl IntoView {
    let id = row.id.0;
    let verdict = Label::from_is_spam(row.is_spam);
    let current = move || (open.get() == Some(id)).then_some("true");
    let sender = row.email.or(row.name).unwrap_or_else(|| "no sender".to_owned());
    let source = row.site.unwrap_or_else(|| row.origin.to_string());
    let label = row.label.map(|label| view! { <LabelBadge label=label verdict=verdict by=row.labelled_by/> });
    view! {
        <li class="border-b border-line last:border-b-0">
            <a
                class="block px-3 py-2 hover:bg-raised aria-[current=true]:bg-accent-soft"
                href=address
                aria-current=current
            >
                <span class="flex items-center gap-2 text-sm text-muted">
                    <VerdictBadge verdict=verdict/>
                    <span class="tabular-nums">{format!("{:.1}", row.score)}</span>
                    {label}
                    <span class="ml-auto text-xs"><TimeAgo time=row.created_at/></span>
                </span>
                <span class="hostile mt-1 line-clamp-2 break-words" dir="auto">{single_line(&row.excerpt)}</span>
                <span class="mt-1 block truncate text-xs text-muted">{single_line(&sender)}" · "{single_line(&source)}</span>
            </a>
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
