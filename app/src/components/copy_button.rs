//! Copying a value to the clipboard.

use leptos::prelude::*;

use super::{Glyph, Icon, Kbd};
use crate::keys::Command;

/// A button that copies. It shows itself once it can: not without JavaScript, nor where the browser has no clipboard. Its
/// place is kept meanwhile, so that nothing moves.
#[component]
pub(crate) fn CopyButton(
    /// What to copy. A path of this site is copied with the site before it.
    text: String,
    /// What the button says.
    #[prop(default = "Copy")]
    words: &'static str,
    /// What is copied, for screen readers, where several buttons say the same.
    #[prop(optional)]
    what: &'static str,
    /// The key that presses it.
    #[prop(optional)]
    command: Option<Command>,
) -> impl IntoView {
    let (offered, set_offered) = signal(false);
    let (said, set_said) = signal(words);
    // Browsers have a clipboard for pages on https and on loopback only.
    Effect::new(move |_| set_offered.set(window().is_secure_context()));
    let copy = move |_| {
        #[cfg(feature = "hydrate")]
        {
            let site = text.starts_with('/').then(|| window().location().origin().unwrap_or_default());
            let whole = format!("{}{text}", site.unwrap_or_default());
            let written = window().navigator().clipboard().write_text(&whole);
            leptos::task::spawn_local(async move {
                let agreed = wasm_bindgen_futures::JsFuture::from(written).await.is_ok();
                set_said.set(if agreed { "Copied" } else { "Not copied" });
            });
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = (&text, set_said);
    };
    let class = move || {
        if offered.get() {
            "inline-flex items-center gap-1 h-6 px-1.5 rounded text-xs text-muted hover:bg-raised hover:text-ink cursor-pointer"
        } else {
            "inline-flex items-center gap-1 h-6 px-1.5 rounded text-xs invisible"
        }
    };
    let what = (!what.is_empty()).then(|| view! { <span class="sr-only">" "{what}</span> });
    view! {
        <button class=class type="button" aria-keyshortcuts=command.map(Command::aria) on:click=copy>
            <Icon glyph=Glyph::Copy/>
            {said}{what}{command.map(|command| view! { <Kbd command=command/> })}
        </button>
    }
}
