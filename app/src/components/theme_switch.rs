//! Light, dark, or what the system says.

use leptos::{ev::SubmitEvent, prelude::*, server_fn::ServerFn};

use crate::{
    context::{Theme, remember},
    server_fns::session::SetTheme,
};

/// Three buttons, one for each choice. The choice is kept in a cookie, so that the first paint is right.
#[component]
pub(crate) fn ThemeSwitch() -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        if let Some(chosen) = event.submitter().and_then(|button| button.get_attribute("value")) {
            event.prevent_default();
            apply(Theme::from_word(&chosen));
        }
    };
    let button = |theme: Theme, words: &'static str| {
        view! {
            <button
                class="px-2 h-7 rounded text-xs text-muted hover:bg-raised hover:text-ink cursor-pointer"
                name="theme"
                value=theme.as_str()
            >
                {words}
            </button>
        }
    };
    view! {
        <form class="flex gap-1" aria-label="Colours" method="post" action=SetTheme::url() on:submit=submit>
            {button(Theme::System, "System")}
            {button(Theme::Light, "Light")}
            {button(Theme::Dark, "Dark")}
        </form>
    }
}

/// Changes the page at once, and remembers it.
fn apply(theme: Theme) {
    if let Some(root) = document().document_element() {
        root.set_class_name(theme.as_str());
    }
    remember(Theme::COOKIE, theme.as_str());
}
