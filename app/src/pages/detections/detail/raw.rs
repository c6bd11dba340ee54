//! What went over the wire.

use leptos::prelude::*;

use crate::components::{CopyButton, HostileText};

/// Characters of JSON shown: an answer is a few hundred, but nobody promises that.
const SHOWN_CHARS: usize = 20_000;

/// Request and answer as JSON. The key is in neither.
#[component]
pub(super) fn Raw(request: String, answer: String) -> impl IntoView {
    view! {
        <div class="mt-5 flex flex-col gap-1">
            <Json name="Raw request" text=request.clone() copy=request what="the request"/>
            <Json name="Raw answer" text=indented(&answer) copy=answer what="the answer"/>
        </div>
    }
}

/// JSON with line ends and indents; what is none stays as it came.
fn indented(json: &str) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_str(json);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| json.to_owned())
}

#[component]
fn Json(name: &'static str, text: String, copy: String, what: &'static str) -> impl IntoView {
    let end = text.char_indices().nth(SHOWN_CHARS).map(|(at, _)| at);
    let shown = end.map_or_else(|| text.clone(), |end| format!("{}…", &text[..end]));
    view! {
        <details>
            <summary class="cursor-pointer text-sm text-accent">{name}</summary>
            <div class="mt-1 mb-2 rounded-md bg-raised p-3">
                <div class="float-right"><CopyButton text=copy what=what/></div>
                <div class="font-mono text-xs break-all" translate="no"><HostileText text=shown/></div>
            </div>
        </details>
    }
}
