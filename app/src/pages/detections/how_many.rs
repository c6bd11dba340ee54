//! How many detections match, on all pages.

use domain::BoundedCount;
use leptos::prelude::*;

use crate::error::AppError;

/// How many match a search, once that is known.
pub(super) type Count = Resource<Result<BoundedCount, AppError>>;

/// In words; nothing where the search cannot be read.
#[component]
pub(super) fn HowMany(count: Count) -> impl IntoView {
    let words = |count: BoundedCount| {
        format!("{count} {}", if count.count == 1 { "detection" } else { "detections" })
    };
    view! {
        <p class="text-sm text-muted tabular-nums">
            <Transition>{move || Suspend::new(async move { count.await.ok().map(words) })}</Transition>
        </p>
    }
}
