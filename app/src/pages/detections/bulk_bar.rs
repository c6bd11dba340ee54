//! What can be done to many rows: to those ticked, or to all that match.

use leptos::{
    ev::SubmitEvent,
    prelude::*,
    server_fn::ServerFn,
    wasm_bindgen::JsCast,
    web_sys::{HtmlInputElement, HtmlSelectElement},
};

use crate::{
    components::{Kbd, classes::BUTTON},
    decisions::{Decisions, RowsAsked},
    keys::Command,
    selection::Selection,
    server_fns::labels::LabelRows,
};

/// The id of the form: what is for all that match stands above it.
pub(super) const FORM: &str = "rows";

/// The form around the list: its buttons say which rows they are for. Without JavaScript the browser sends it.
#[component]
pub(super) fn RowsForm(
    /// The search, as typed.
    q: String,
    /// The list.
    children: Children,
) -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let selection = expect_context::<Selection>();
    let searched = StoredValue::new(q.clone());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(button) = event.submitter() else { return };
        let kind = match button.get_attribute("value").unwrap_or_default() {
            kind if kind == "because" => reason_chosen(),
            kind => kind,
        };
        let is_all = button.get_attribute("name").as_deref() == Some("all");
        let rows = selection.refs(|id| decisions.version_of(id)).iter().map(ToString::to_string).collect();
        let (bulk, all) = if is_all { (String::new(), kind) } else { (kind, String::new()) };
        // A selection was seen row by row; only "all" asks.
        let confirmed = !is_all || is_confirmed();
        decisions.ask_for_rows(RowsAsked { bulk, all, rows, q: searched.get_value(), confirmed, selection });
    };
    view! {
        <form id=FORM class="flex flex-col gap-3" method="post" action=LabelRows::url() on:submit=submit>
            <input type="hidden" name="q" value=q />
            {children()}
        </form>
    }
}

/// What the list of reasons shows now. It is read here and not heard of: it may have been changed before the page's code came.
fn reason_chosen() -> String {
    let list = document().query_selector("select[name=because]").ok().flatten();
    list.and_then(|list| list.dyn_into::<HtmlSelectElement>().ok())
        .map(|list| list.value())
        .unwrap_or_default()
}

/// Enter in a checkbox presses the first button of its form, wherever that stands on the page: this one does nothing.
#[component]
pub(super) fn NoButton() -> impl IntoView {
    view! { <button type="submit" form=FORM disabled hidden></button> }
}

/// What is for the rows ticked. It belongs to the form, and is hidden where there is none.
#[component]
pub(super) fn SelectionBar(
    /// What else can be done to them.
    children: Children,
) -> impl IntoView {
    let selection = expect_context::<Selection>();
    view! {
        <div class="log-selection" data-some=move || (selection.count() > 0).then_some("")>
            <div class="log-selected" role="group" aria-label="For the selection" data-bulk="">
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
                <Buttons name="bulk" count=move || selection.count().to_string()/>
                {children()}
            </div>
        </div>
    }
}

/// The tick at "I mean all of them", where the page has one.
fn confirmation() -> Option<HtmlInputElement> {
    document().query_selector("input[name=confirmed]").ok().flatten()?.dyn_into().ok()
}

fn is_confirmed() -> bool {
    confirmation().is_some_and(|tick| tick.checked())
}

/// A confirmation holds for one action.
pub(crate) fn forget_confirmation() {
    if let Some(tick) = confirmation() {
        tick.set_checked(false);
    }
}

/// Three buttons for many rows. Each check costs: the last one says how many it takes.
#[component]
pub(super) fn Buttons(
    name: &'static str,
    /// How many rows they are for, in words. A function, and no signal of its own: that would end with the list, before what
    /// shows it does.
    count: impl Fn() -> String + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let is_selection = name == "bulk";
    [("spam", "Spam", Command::Spam), ("ham", "Ham", Command::Ham), ("recheck", "Recheck", Command::Recheck)]
        .map(|(value, words, command)| {
            let price = (value == "recheck").then(|| {
                let count = count.clone();
                move || price(&count())
            });
            view! {
                <button class=BUTTON name=name value=value form=FORM aria-keyshortcuts=is_selection.then(|| command.aria())>
                    {words}<span class="text-muted font-normal empty:hidden">{price}</span>{is_selection.then(|| view! { <Kbd command=command/> })}
                </button>
            }
        })
        .collect_view()
}

/// What judging so many again costs.
fn price(count: &str) -> String {
    match count {
        // Without JavaScript nobody knows how many are ticked.
        "0" => " (one check each)".to_owned(),
        "1" => " (1 check)".to_owned(),
        count => format!(" ({count} checks)"),
    }
}
