//! What can be done to many rows: to those ticked, or to all that match.

use domain::{BoundedCount, bulk::CONFIRM_ABOVE};
use leptos::{ev::SubmitEvent, prelude::*, server_fn::ServerFn, task::spawn_local};

use crate::{
    components::{Kbd, classes::BUTTON},
    decisions::Decisions,
    keys::Command,
    selection::Selection,
    server_fns::labels::{LabelRows, RowsOutcome, label_rows},
};

/// The form around the list: its buttons say which rows they are for. Without JavaScript the browser sends it.
#[component]
pub(super) fn RowsForm(
    /// The search, as typed.
    q: String,
    /// How many match it.
    count: BoundedCount,
    /// How many are on the page.
    shown: usize,
    /// The list.
    children: Children,
) -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let selection = expect_context::<Selection>();
    let confirmed = RwSignal::new(false);
    let searched = StoredValue::new(q.clone());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(button) = event.submitter() else { return };
        let kind = button.get_attribute("value").unwrap_or_default();
        let is_all = button.get_attribute("name").as_deref() == Some("all");
        let rows: Vec<_> =
            selection.refs(|id| decisions.version_of(id)).iter().map(ToString::to_string).collect();
        let (bulk, all) = if is_all { (String::new(), kind) } else { (kind, String::new()) };
        decisions.set_problem(None);
        spawn_local(async move {
            // A selection was seen row by row; only "all" asks.
            let meant = if is_all { confirmed.get_untracked() } else { true };
            match label_rows(String::new(), bulk, all, rows, searched.get_value(), meant).await {
                Ok(RowsOutcome::Bulk(action)) => {
                    selection.clear();
                    confirmed.set(false);
                    decisions.heard_of_bulk(action);
                }
                Ok(RowsOutcome::Decision(_)) => {}
                Err(error) => decisions.set_problem(Some(error)),
            }
        });
    };
    view! {
        <form class="flex flex-col gap-3" method="post" action=LabelRows::url() on:submit=submit>
            // Enter in a checkbox presses the first button of a form: this one does nothing.
            <button type="submit" disabled hidden></button>
            <input type="hidden" name="q" value=q />
            <div class="flex flex-wrap items-center gap-2" role="group" aria-label="For the selection" data-bulk="">
                <label class="inline-flex items-center gap-2 pl-3 text-sm text-muted">
                    <input
                        class="w-4 h-4 cursor-pointer"
                        type="checkbox"
                        aria-label="Select all on this page"
                        aria-keyshortcuts=Command::SelectPage.aria()
                        prop:checked=move || selection.is_whole_page()
                        on:change=move |_| selection.toggle_page()
                    />
                    <span class="tabular-nums" aria-live="polite">{move || format!("{} selected", selection.count())}</span>
                </label>
                <Buttons name="bulk"/>
            </div>
            <AllThatMatch count=count shown=shown confirmed=confirmed/>
            {children()}
        </form>
    }
}

/// Three buttons for many rows.
#[component]
fn Buttons(name: &'static str) -> impl IntoView {
    let is_selection = name == "bulk";
    [("spam", "Spam", Command::Spam), ("ham", "Ham", Command::Ham), ("recheck", "Recheck", Command::Recheck)]
        .map(|(value, words, command)| {
            view! {
                <button class=BUTTON name=name value=value aria-keyshortcuts=is_selection.then(|| command.aria())>
                    {words}{is_selection.then(|| view! { <Kbd command=command/> })}
                </button>
            }
        })
        .collect_view()
}

/// "All 1,240 that match this search": the count first, the question above 50, then the buttons.
#[component]
fn AllThatMatch(count: BoundedCount, shown: usize, confirmed: RwSignal<bool>) -> impl IntoView {
    if count.count <= shown as u64 && !count.more {
        return None;
    }
    let asks = count.more || count.count > CONFIRM_ABOVE;
    let question = asks.then(|| {
        view! {
            <label class="flex items-center gap-2">
                <input
                    class="w-4 h-4"
                    type="checkbox"
                    name="confirmed"
                    value="true"
                    prop:checked=confirmed
                    on:change=move |event| confirmed.set(event_target_checked(&event))
                />
                {format!("I mean all {count} of them")}
            </label>
        }
    });
    Some(view! {
        <details class="text-sm">
            <summary class="cursor-pointer text-accent pl-3">{format!("All {count} that match this search")}</summary>
            <div class="mt-2 p-3 rounded-lg border border-line bg-surface flex flex-col gap-3">
                {question}
                <div class="flex flex-wrap gap-2" role="group" aria-label=format!("For all {count} that match")><Buttons name="all"/></div>
                <p class="text-muted">"It goes on in the background, can be cancelled, and is undone as one. What somebody else decides meanwhile is left alone."</p>
            </div>
        </details>
    })
}
