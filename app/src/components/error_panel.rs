//! What a page shows when it has nothing to show.

use leptos::prelude::*;

use super::{Glyph, Icon, classes::CARD};
use crate::error::AppError;

/// What happened, what was kept, what to try. While the server renders, it also sets the answer's status.
#[component]
pub(crate) fn ErrorPanel(
    /// The error.
    error: AppError,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    let error = error.with_status();
    let next_step = match &error {
        AppError::Upstream(problem) => Some(problem.next_step.clone()),
        _ => None,
    };
    let log_in = matches!(error, AppError::LoggedOut)
        .then(|| view! { <a class="text-accent underline" href="/login" rel="external">"Log in"</a> });
    view! {
        <div class=CARD role="alert">
            <h2 class="flex items-center gap-2 font-semibold text-spam">
                <Icon glyph=Glyph::Warning/>{error.title()}
            </h2>
            <p class="mt-2">{error.to_string()}</p>
            {next_step.map(|step| view! { <p class="mt-2 text-muted">{step}</p> })}
            {log_in}
        </div>
    }
}

/// The page for an address that leads nowhere.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    view! {
        <leptos_meta::Title text="Not found"/>
        <div class="max-w-xl">
            <h1 class="text-xl font-semibold mb-4">"Not found"</h1>
            <ErrorPanel error=AppError::NotFound("page".to_owned())/>
            <p class="mt-4"><a class="text-accent underline" href="/">"Go to the overview"</a></p>
        </div>
    }
}
