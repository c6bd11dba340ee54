//! The search box in the top bar: it always says the same as the URL.

mod choices;
mod highlight;

use std::time::Duration;

use domain::SearchQuery;
use leptos::{
    ev::{Event, KeyboardEvent},
    html::{Div, Input},
    leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle},
    prelude::*,
};
use leptos_router::{
    NavigateOptions,
    components::Form,
    hooks::{use_location, use_navigate, use_query_map},
    params::ParamsMap,
};

use super::{Glyph, Icon};
use choices::{ChoiceList, Choices};
use highlight::Highlighted;

/// How long typing must rest before the log follows (DESIGN: "250 ms debounce; Enter is never needed").
const REST: Duration = Duration::from_millis(250);

/// Text and place of the input and of what is drawn over it: both must have every letter at the same spot.
const BOX_CLASS: &str = "w-full h-9 pl-9 pr-3 rounded-md border";

/// The box. Without JavaScript it is a form that Enter sends.
#[component]
pub(crate) fn SearchBox() -> impl IntoView {
    let location = use_location();
    let query = use_query_map();
    let input = NodeRef::<Input>::new();
    let overlay = NodeRef::<Div>::new();
    let on_log = Memo::new(move |_| location.pathname.read().starts_with("/detections"));
    let searched =
        move || if on_log.get() { query.read().get("q").unwrap_or_default() } else { String::new() };
    let text = RwSignal::new(untrack(searched));
    let alive = RwSignal::new(false);
    let choices = Choices::new(text);
    Effect::new(move |_| alive.set(true));
    // While somebody types here, the box leads and the URL follows; otherwise the URL leads.
    Effect::new(move |_| {
        let searched = searched();
        if let Some(input) = input.get() {
            let typing = document().active_element().is_some_and(|active| active.is_same_node(Some(&input)));
            if typing {
                text.set(input.value());
            } else {
                input.set_value(&searched);
                text.set(searched);
            }
        }
    });
    let navigate = StoredValue::new(use_navigate());
    let search = move |q: String| {
        // A term that cannot be read yet is underlined here; the log stays as it is until it can.
        if SearchQuery::parse(&q).is_err() {
            return;
        }
        let on_log = on_log.get_untracked();
        let mut params = if on_log { query.get_untracked() } else { ParamsMap::new() };
        for gone in ["q", "from", "show"] {
            params.remove(gone);
        }
        if !q.trim().is_empty() {
            params.insert("q", q);
        }
        let options = NavigateOptions { replace: on_log, scroll: false, ..Default::default() };
        let address = format!("/detections{}", params.to_query_string());
        navigate.with_value(|navigate| navigate(&address, options));
    };
    let resting = StoredValue::new(None::<TimeoutHandle>);
    let changed = move |value: String| {
        text.set(value.clone());
        if let Some(before) = resting.get_value() {
            before.clear();
        }
        resting.set_value(set_timeout_with_handle(move || search(value), REST).ok());
    };
    let align = move || {
        if let (Some(input), Some(overlay)) = (input.get_untracked(), overlay.get_untracked()) {
            overlay.set_scroll_left(input.scroll_left());
        }
    };
    let choose = move |index: usize| {
        if let (Some(input), Some((whole, caret))) = (input.get_untracked(), choices.chosen(index)) {
            input.set_value(&whole);
            let _ = input.set_selection_range(caret, caret);
            changed(whole);
            choices.look(caret);
            align();
        }
    };
    let caret = move || input.get_untracked().and_then(|input| input.selection_start().ok().flatten());
    let on_input = move |event: Event| {
        changed(event_target_value(&event));
        choices.look(caret().unwrap_or_default());
        align();
    };
    let on_key = move |event: KeyboardEvent| {
        if choices.key(&event.key(), caret().unwrap_or_default(), choose) {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    let problems = move || SearchQuery::parse(&text.read()).err().unwrap_or_default();
    let input_class = move || {
        if alive.get() {
            format!("{BOX_CLASS} search-input border-field bg-canvas placeholder:text-muted")
        } else {
            format!("{BOX_CLASS} border-field bg-canvas text-ink placeholder:text-muted")
        }
    };
    let role = move || if alive.get() { "combobox" } else { "searchbox" };
    view! {
        <Form method="GET" action="/detections" attr:class="flex-1 max-w-xl relative" attr:role="search">
            <span class="absolute left-3 top-2.5 text-muted"><Icon glyph=Glyph::Search/></span>
            <input
                class=input_class
                type="text"
                enterkeyhint="search"
                name="q"
                role=role
                aria-label="Search the detections"
                aria-describedby="search-problems"
                aria-invalid=move || (!problems().is_empty()).to_string()
                aria-autocomplete="list"
                aria-expanded=move || alive.get().then(|| choices.is_open().to_string())
                aria-controls=move || alive.get().then_some("search-choices")
                aria-activedescendant=move || choices.active_id()
                placeholder="Search detections"
                autocomplete="off"
                spellcheck="false"
                value=untrack(searched)
                node_ref=input
                on:input=on_input
                on:keydown=on_key
                on:scroll=move |_| align()
                on:blur=move |_| choices.close()
            />
            <div
                class="search-overlay w-full h-9 pl-9 pr-3 rounded-md border border-transparent absolute inset-0 pointer-events-none overflow-hidden whitespace-pre"
                aria-hidden="true"
                node_ref=overlay
            >
                {move || alive.get().then(|| view! { <Highlighted text=text/> })}
            </div>
            <ChoiceList choices=choices choose=choose/>
            <ul
                id="search-problems"
                class="absolute z-20 left-0 right-0 top-10 rounded-md border border-spam bg-surface shadow-lg px-3 py-2 text-sm empty:hidden"
                aria-live="polite"
                hidden=move || choices.is_open() || problems().is_empty()
            >
                {move || {
                    problems()
                        .into_iter()
                        .map(|problem| view! { <li class="break-words">{problem.to_string()}</li> })
                        .collect_view()
                }}
            </ul>
        </Form>
    }
}
