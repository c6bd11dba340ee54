//! The quota, at the top of the page.

use leptos::prelude::*;

use crate::{
    components::{QuotaMeter, TimeAgo},
    server_fns::usage::StatsReport,
};

/// What the upstream said last.
#[component]
pub(super) fn Quota(
    /// The page's figures.
    report: StatsReport,
) -> impl IntoView {
    let asked = report.quota.as_ref().map(|sample| {
        let who = if report.embedded { "The embedded detector" } else { "ActiveLayer" };
        view! { <p class="mt-2 text-sm text-muted">{who}" was asked "<TimeAgo time=sample.taken_at/>"."</p> }
    });
    view! { <QuotaMeter quota=report.quota/>{asked} }
}
