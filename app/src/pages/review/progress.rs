//! How far the team is today.

use domain::ReviewProgress;
use leptos::prelude::*;

use crate::{decisions::Decisions, error::AppError, server_fns::review::get_progress};

/// It is asked for again after each answer to a label: what is loaded ahead may overtake the label that asked for it.
pub(super) type Progress = Resource<Result<ReviewProgress, AppError>>;

/// Asks now, and whenever the server has answered a decision of this page.
pub(super) fn progress() -> Progress {
    let decisions: Decisions = expect_context();
    Resource::new_blocking(move || decisions.version(), |_| get_progress())
}

/// In words and as a bar.
#[component]
pub(super) fn ProgressBar(progress: Progress) -> impl IntoView {
    let bar = |progress: ReviewProgress| {
        let total = progress.total();
        view! {
            <p class="text-sm text-muted tabular-nums">{format!("{} reviewed today · {} left", progress.labelled, progress.waiting)}</p>
            <progress
                class="w-full h-2"
                aria-label="Reviewed today"
                max=total.count.max(1)
                value=progress.labelled.count
            ></progress>
        }
    };
    // Without it the queue works all the same, and says what is wrong where it is in the way.
    view! {
        <div class="mb-4 min-h-8">
            <Transition>{move || Suspend::new(async move { progress.await.ok().map(bar) })}</Transition>
        </div>
    }
}
