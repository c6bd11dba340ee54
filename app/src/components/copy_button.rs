//! Copying a value to the clipboard.

use leptos::prelude::*;

use super::{Glyph, Icon};

/// A button that copies. It shows itself once the page is alive: without JavaScript it could do nothing.
#[component]
pub(crate) fn CopyButton(
    /// What to copy.
    text: String,
) -> impl IntoView {
    let (alive, set_alive) = signal(false);
    let (copied, set_copied) = signal(false);
    Effect::new(move |_| set_alive.set(true));
    let copy = move |_| {
        #[cfg(feature = "hydrate")]
        if let Some(window) = web_sys::window() {
            // The promise's outcome changes nothing: a browser that refuses has told the person itself.
            let _ = window.navigator().clipboard().write_text(&text);
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = &text;
        set_copied.set(true);
    };
    view! {
        <button
            class="inline-flex items-center gap-1 h-7 px-2 rounded text-xs text-muted hover:bg-raised hover:text-ink cursor-pointer"
            type="button"
            hidden=move || !alive.get()
            on:click=copy
        >
            <Icon glyph=Glyph::Copy/>
            {move || if copied.get() { "Copied" } else { "Copy" }}
        </button>
    }
}
