//! The search box in the top bar: it always says the same as the URL.

use std::time::Duration;

use leptos::{ev::Event, html::Input, leptos_dom::helpers::debounce, prelude::*};
use leptos_router::{
    NavigateOptions,
    components::Form,
    hooks::{use_location, use_navigate, use_query_map},
    params::ParamsMap,
};

use super::{Glyph, Icon};

/// How long typing must rest before the log follows (DESIGN: "250 ms debounce; Enter is never needed").
const REST: Duration = Duration::from_millis(250);

/// The box. Without JavaScript it is a form that Enter sends.
#[component]
pub(crate) fn SearchBox() -> impl IntoView {
    let location = use_location();
    let query = use_query_map();
    let input = NodeRef::<Input>::new();
    let on_log = Memo::new(move |_| location.pathname.read().starts_with("/detections"));
    let searched =
        move || if on_log.get() { query.read().get("q").unwrap_or_default() } else { String::new() };
    // While somebody types here, the box leads and the URL follows; otherwise the URL leads.
    Effect::new(move |_| {
        let searched = searched();
        if let Some(input) = input.get() {
            let typing = document().active_element().is_some_and(|active| active.is_same_node(Some(&input)));
            if !typing {
                input.set_value(&searched);
            }
        }
    });
    let navigate = use_navigate();
    let mut search = debounce(REST, move |q: String| {
        let mut params = ParamsMap::new();
        if !q.trim().is_empty() {
            params.insert("q", q);
        }
        let address = format!("/detections{}", params.to_query_string());
        navigate(
            &address,
            NavigateOptions { replace: on_log.get_untracked(), scroll: false, ..Default::default() },
        );
    });
    view! {
        <Form method="GET" action="/detections" attr:class="flex-1 max-w-xl relative" attr:role="search">
            <span class="absolute left-3 top-2.5 text-muted">
                <Icon glyph=Glyph::Search/>
            </span>
            <input
                class="w-full h-9 pl-9 pr-3 rounded-md border border-field bg-canvas text-ink placeholder:text-muted"
                type="search"
                name="q"
                aria-label="Search the detections"
                placeholder="Search detections"
                autocomplete="off"
                value=untrack(searched)
                node_ref=input
                on:input=move |event: Event| search(event_target_value(&event))
            />
        </Form>
    }
}
