//! What helps while a search is typed: colours, choices, and what cannot be read.

use std::time::Duration;

use domain::{SearchQuery, search::SearchError};
use leptos::{
    html::Div,
    leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle},
    prelude::*,
    wasm_bindgen::{JsCast, closure::Closure},
    web_sys::{Event, EventTarget, KeyboardEvent},
};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
    params::ParamsMap,
};

use super::{
    SearchInput,
    choices::{ChoiceList, Choices},
    highlight::Highlighted,
};

/// How long typing must rest before the log follows (DESIGN: "250 ms debounce; Enter is never needed").
const REST: Duration = Duration::from_millis(250);

/// Everything around the input. The server renders what is wrong with the search; the rest is of use to who types.
#[component]
pub(crate) fn SearchTools(input: SearchInput) -> impl IntoView {
    let SearchInput { searched, .. } = input;
    let overlay = NodeRef::<Div>::new();
    let typed = input.input.get_untracked().map(|input| input.value());
    let text = RwSignal::new(typed.unwrap_or_else(|| searched.get_untracked()));
    let choices = Choices::new(text);
    let alive = RwSignal::new(false);
    let in_use = move || input.is_in_use();
    Effect::new(move |_| {
        let searched = searched.get();
        if let Some(input) = input.input.get() {
            text.set(if in_use() { input.value() } else { searched });
        }
    });
    let search = use_search(input);
    let resting = StoredValue::new(None::<TimeoutHandle>);
    let changed = move |value: String| {
        text.set(value.clone());
        if let Some(before) = resting.get_value() {
            before.clear();
        }
        // A term that cannot be read yet is underlined; the log stays as it is until it can, or until Enter.
        let go = move || {
            if SearchQuery::parse(&value).is_ok() {
                search.with_value(|search| search(value));
            }
        };
        resting.set_value(set_timeout_with_handle(go, REST).ok());
    };
    let align = move || {
        if let (Some(input), Some(overlay)) = (input.input.get_untracked(), overlay.get_untracked()) {
            overlay.set_scroll_left(input.scroll_left());
        }
    };
    let choose = move |index: usize| {
        if let (Some(input), Some((whole, caret))) = (input.input.get_untracked(), choices.chosen(index)) {
            input.set_value(&whole);
            let _ = input.set_selection_range(caret, caret);
            changed(whole);
            choices.look(caret);
            align();
        }
    };
    let caret = move || {
        let input = input.input.get_untracked();
        input.and_then(|input| input.selection_start().ok().flatten()).unwrap_or_default()
    };
    let hear = move |event: Event| match event.type_().as_str() {
        "input" => {
            changed(event_target_value(&event));
            choices.look(caret());
            align();
        }
        "keydown" => {
            let key = event.unchecked_ref::<KeyboardEvent>().key();
            if choices.key(&key, caret(), choose) {
                event.prevent_default();
                event.stop_propagation();
            }
        }
        "submit" => {
            event.prevent_default();
            let value = input.input.get_untracked().map(|input| input.value()).unwrap_or_default();
            search.with_value(|search| search(value));
        }
        "scroll" => align(),
        _ => choices.close(),
    };
    let problems = Memo::new(move |_| {
        let problems = SearchQuery::parse(&text.read()).err().unwrap_or_default();
        let shown = |problem: &SearchError| (problem.to_string(), problem.corrected(&text.read()));
        problems.iter().map(shown).collect::<Vec<_>>()
    });
    Effect::new(move |_| {
        if let Some(element) = input.input.get() {
            listen(&element, &["input", "keydown", "scroll", "blur"], hear);
            if let Some(form) = element.form() {
                listen(&form, &["submit"], hear);
            }
            let value = element.value();
            text.set(value.clone());
            alive.set(true);
            // What was typed while this was on its way.
            if input.is_in_use() && value != searched.get_untracked() {
                changed(value);
                choices.look(caret());
            }
        }
    });
    describe(input, choices, problems, alive);
    view! {
        <div
            class="search-overlay w-full h-9 pl-9 pr-3 rounded-md border border-transparent absolute inset-0 pointer-events-none overflow-hidden whitespace-pre"
            aria-hidden="true"
            node_ref=overlay
        >
            {move || alive.get().then(|| view! { <Highlighted text=text/> })}
        </div>
        // What is wrong stands above what could be typed instead.
        <div class="absolute z-30 left-0 right-0 top-10 flex flex-col gap-1">
            <Problems problems=problems left=move || text.with(|text| *text != searched.get())/>
            <ChoiceList choices=choices choose=choose/>
        </div>
    }
}

/// Goes to the log with a search.
type Search = Box<dyn Fn(String) + Send + Sync>;

fn use_search(input: SearchInput) -> StoredValue<Search> {
    let query = use_query_map();
    let navigate = use_navigate();
    StoredValue::new(Box::new(move |q: String| {
        let on_log = input.on_log.get_untracked();
        let mut params = if on_log { query.get_untracked() } else { ParamsMap::new() };
        for gone in ["q", "from", "show"] {
            params.remove(gone);
        }
        if !q.trim().is_empty() {
            params.insert("q", q);
        }
        let options = NavigateOptions { replace: on_log, scroll: false, ..Default::default() };
        navigate(&format!("/detections{}", params.to_query_string()), options);
    }))
}

/// Listens for as long as the element lives.
fn listen(target: &EventTarget, events: &[&str], hear: impl Fn(Event) + Copy + 'static) {
    let heard = Closure::<dyn Fn(Event)>::new(hear).into_js_value();
    for event in events {
        let _ = target.add_event_listener_with_callback(event, heard.unchecked_ref());
    }
}

/// Keeps the input's attributes true: a combobox of ARIA 1.2, whose own letters give way to the coloured ones.
fn describe(
    input: SearchInput,
    choices: Choices,
    problems: Memo<Vec<(String, String)>>,
    alive: RwSignal<bool>,
) {
    Effect::new(move |_| {
        let Some(element) = input.input.get() else { return };
        if !alive.get() {
            return;
        }
        let set = |name: &str, value: &str| drop(element.set_attribute(name, value));
        set("aria-expanded", if choices.is_open() { "true" } else { "false" });
        set("aria-invalid", if problems.read().is_empty() { "false" } else { "true" });
        match choices.active_id() {
            Some(id) => set("aria-activedescendant", &id),
            None => drop(element.remove_attribute("aria-activedescendant")),
        }
        let _ = element.class_list().add_1("search-input");
    });
}

/// What cannot be read, each with the reason; and what the list shows meanwhile.
#[component]
fn Problems(
    problems: Memo<Vec<(String, String)>>,
    /// Whether the list shows another search than the box.
    left: impl Fn() -> bool + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let items = move || {
        problems
            .get()
            .into_iter()
            .map(|(problem, corrected)| {
                let mut params = ParamsMap::new();
                params.insert("q", corrected.clone());
                let address = format!("/detections{}", params.to_query_string());
                view! {
                    <li class="break-words">
                        {problem}" "
                        <a class="text-accent underline" href=address>"Search for "<span class="font-mono">{corrected}</span></a>
                    </li>
                }
            })
            .collect_view()
    };
    let meanwhile = move || {
        (!problems.read().is_empty() && left())
            .then(|| view! { <li class="text-muted">"The list still shows your previous search."</li> })
    };
    view! {
        <ul
            id="search-problems"
            class="rounded-md border border-spam bg-surface shadow-lg px-3 py-2 text-sm empty:hidden"
            aria-live="polite"
            hidden=move || problems.read().is_empty()
        >
            {items}
            {meanwhile}
        </ul>
    }
}
