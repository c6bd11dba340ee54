//! The switch of blur mode.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{Glyph, Icon};
use crate::{blur::Blur, server_fns::session::SetBlur};

/// A button that stays pressed while text is blurred. Without JavaScript it is a form.
#[component]
pub(crate) fn BlurSwitch() -> impl IntoView {
    let blur = expect_context::<Blur>();
    view! {
        <form
            class="inline-flex"
            method="post"
            action=SetBlur::url()
            on:submit=move |event| {
                event.prevent_default();
                blur.toggle();
            }
        >
            <input type="hidden" name="on" value=move || (!blur.is_on()).to_string() />
            <button
                class="inline-flex items-center gap-1.5 h-8 px-2 rounded-md text-sm text-muted hover:bg-raised hover:text-ink aria-pressed:bg-accent-soft aria-pressed:text-accent cursor-pointer"
                aria-pressed=move || blur.is_on().to_string()
                title="Hide text until it is pointed at or focused (b)"
            >
                <Icon glyph=Glyph::Blur/>"Blur"
            </button>
        </form>
    }
}
