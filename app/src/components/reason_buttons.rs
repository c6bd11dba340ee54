//! Reasons as a quiet row of numbered buttons.

use domain::{Reason, reason::WITH_KEYS};
use leptos::prelude::*;

use super::kbd::KBD;

/// Buttons of the form around them; the first nine have a key.
#[component]
pub(crate) fn ReasonButtons(
    /// What can be chosen.
    choices: Vec<Reason>,
    /// What was.
    #[prop(into)]
    given: Signal<Vec<Reason>>,
    /// What the form calls them.
    name: &'static str,
    /// What a button says of its reason.
    value: fn(&Reason) -> String,
    /// Whether the keys are theirs.
    #[prop(into)]
    has_keys: Signal<bool>,
    /// Does what the form does, where there is JavaScript.
    press: Callback<Reason>,
) -> impl IntoView {
    (1..)
        .zip(choices)
        .map(|(number, reason)| {
            let (id, words) = (reason.id, reason.name.clone());
            let key = move || (number <= WITH_KEYS && has_keys.get()).then(|| number.to_string());
            let is_given = move || given.read().iter().any(|one| one.id == id).to_string();
            view! {
                <button
                    class=REASON
                    name=name
                    value=value(&reason)
                    aria-pressed=is_given
                    aria-keyshortcuts=key
                    on:click=move |event| {
                        event.prevent_default();
                        press.run(reason.clone());
                    }
                >
                    {move || key().map(|key| view! { <kbd class=KBD aria-hidden="true">{key}</kbd> })}
                    <span class="hostile">{words}</span>
                </button>
            }
        })
        .collect_view()
}

const REASON: &str = "inline-flex items-center gap-1 h-7 px-2 rounded-md border border-line bg-surface text-xs text-ink hover:bg-raised aria-pressed:border-accent aria-pressed:bg-raised aria-pressed:font-semibold cursor-pointer";
