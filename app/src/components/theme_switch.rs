//! Light, dark, or what the system says.

use leptos::prelude::*;

use crate::{context::Theme, server_fns::session::SetTheme};

/// Three buttons, one for each choice. The choice is kept in a cookie, so that the first paint is right.
#[component]
pub(crate) fn ThemeSwitch() -> impl IntoView {
    let action = ServerAction::<SetTheme>::new();
    Effect::new(move |_| {
        if let Some(SetTheme { theme }) = action.input().get() {
            apply(theme);
        }
    });
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
        <ActionForm action=action attr:class="flex gap-1" attr:aria-label="Colours">
            {button(Theme::System, "System")}
            {button(Theme::Light, "Light")}
            {button(Theme::Dark, "Dark")}
        </ActionForm>
    }
}

/// Changes the page at once, before the server has answered.
fn apply(theme: Theme) {
    if let Some(root) = document().document_element() {
        root.set_class_name(theme.as_str());
    }
}
