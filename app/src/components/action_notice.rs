//! What went wrong with a decision, until the next one.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::{decisions::Decisions, error::AppError};

/// Says why the last label or undo was refused; the row has been put back by then.
#[component]
pub(crate) fn ActionNotice() -> impl IntoView {
    let problem = expect_context::<Decisions>().problem();
    move || {
        problem().map(|problem| {
            let words = match &problem {
                AppError::Invalid(fields) => {
                    fields.iter().map(|field| field.problem.as_str()).collect::<Vec<_>>().join(" ")
                }
                other => other.to_string(),
            };
            view! {
                <p class="mb-4 flex items-center gap-2 rounded-lg border border-spam bg-spam-soft text-ink px-4 py-3" role="alert">
                    <Icon glyph=Glyph::Warning/>{words}
                </p>
            }
        })
    }
}
