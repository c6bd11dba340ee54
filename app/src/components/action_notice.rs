//! What went wrong with a decision, until the next one.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::{decisions::Decisions, error::AppError};

/// Says why the last label or undo was refused; the row has been put back by then.
#[component]
pub(crate) fn ActionNotice() -> impl IntoView {
    view! { <Refusal error=Signal::derive(expect_context::<Decisions>().problem())/> }
}

/// Says why something was refused, while there is an error.
#[component]
pub(crate) fn Refusal(error: Signal<Option<AppError>>) -> impl IntoView {
    move || {
        error.get().map(|error| {
            view! {
                <p class="mb-4 flex items-center gap-2 rounded-lg border border-spam bg-spam-soft text-ink px-4 py-3" role="alert">
                    <Icon glyph=Glyph::Warning/>{error.words()}
                </p>
            }
        })
    }
}
