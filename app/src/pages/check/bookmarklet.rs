//! How to check what one has selected on another page: a bookmark that opens this page with it.

use leptos::prelude::*;

use crate::components::CopyButton;

/// So much of a selection is taken along, in characters: an address must not get too long.
const SELECTION_MAX: usize = 2_000;

/// The instructions, with the bookmark's address to copy. It only fills the form in.
#[component]
pub(super) fn Bookmarklet() -> impl IntoView {
    // A bookmark with a script is of no use without JavaScript, which is also who knows this Gavel's address.
    let address = RwSignal::new(String::new());
    Effect::new(move |_| {
        let origin = window().location().origin().unwrap_or_default();
        address.set(format!(
            "javascript:void open('{origin}/check?text='+encodeURIComponent(String(getSelection()).slice(0,{SELECTION_MAX})))"
        ));
    });
    view! {
        <details class="text-sm">
            <summary class="cursor-pointer text-accent">"Check text from any page"</summary>
            <p class="mt-2">
                "Links to "<code class="bg-raised rounded px-1">"/check?text=…"</code>" open this page with the text filled in; nothing is checked until you press the button. "
                "Make a bookmark with this as its address. Select a text on any page, then open the bookmark:"
            </p>
            {move || {
                let address = address.get();
                (!address.is_empty()).then(|| view! {
                    <p class="mt-2 flex flex-wrap items-start gap-2" data-bookmarklet="">
                        <code class="min-w-0 break-all bg-raised rounded px-1">{address.clone()}</code>
                        <CopyButton text=address what="the bookmark's address"/>
                    </p>
                })
            }}
        </details>
    }
}
