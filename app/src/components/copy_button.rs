//! Copying a value to the clipboard.

use leptos::prelude::*;

use super::{Glyph, Icon};

/// A button that copies. It shows itself once it can: not without JavaScript, nor where the browser has no clipboard.
#[component]
pub(crate) fn CopyButton(
    /// What to copy.
    text: String,
) -> impl IntoView {
    let (offered, set_offered) = signal(false);
    let (words, set_words) = signal("Copy");
    // Browsers have a clipboard for pages on https and on loopback only.
    Effect::new(move |_| set_offered.set(window().is_secure_context()));
    let copy = move |_| {
        #[cfg(feature = "hydrate")]
        {
            let written = window().navigator().clipboard().write_text(&text);
            leptos::task::spawn_local(async move {
                let agreed = wasm_bindgen_futures::JsFuture::from(written).await.is_ok();
                set_words.set(if agreed { "Copied" } else { "Not copied" });
            });
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = (&text, set_words);
    };
    view! {
        <button
            class="inline-flex items-center gap-1 h-7 px-2 rounded text-xs text-muted hover:bg-raised hover:text-ink cursor-pointer"
            type="button"
            hidden=move || !offered.get()
            on:click=copy
        >
            <Icon glyph=Glyph::Copy/>
            {words}
        </button>
    }
}
