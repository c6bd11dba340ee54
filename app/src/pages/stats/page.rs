//! The page.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::quota::Quota;
use crate::{
    components::{DailyChart, classes::CARD},
    server_fns::usage::get_stats,
};

/// The ranges on offer, in days.
const RANGES: [u32; 3] = [7, 30, 90];

/// The page.
#[component]
pub(crate) fn StatsPage() -> impl IntoView {
    let query = use_query_map();
    let days = Memo::new(move |_| {
        let asked = query.read().get("days").and_then(|days| days.parse().ok());
        asked.filter(|days| RANGES.contains(days)).unwrap_or(30)
    });
    let report = Resource::new_blocking(move || days.get(), get_stats);
    let ranges = move || {
        RANGES
            .map(|range| {
                view! {
                    <a
                        class="px-3 h-9 inline-flex items-center rounded-md text-sm font-medium text-muted hover:bg-raised aria-[current=true]:bg-accent-soft aria-[current=true]:text-accent"
                        href=format!("/stats?days={range}")
                        aria-current=(days.get() == range).then_some("true")
                    >
                        {range}" days"
                    </a>
                }
            })
            .collect_view()
    };
    view! {
        <Title text="Stats"/>
        <h1 class="text-xl font-semibold mb-4">"Stats"</h1>
        <Transition>
            <div class="grid gap-4 xl:grid-cols-3">
                <section class=format!("{CARD} xl:col-span-1")>
                    <h2 class="text-sm font-semibold text-muted mb-2">"Quota"</h2>
                    <Quota/>
                </section>
                <section class=format!("{CARD} xl:col-span-2")>
                    <div class="flex items-center justify-between mb-2">
                        <h2 class="text-sm font-semibold text-muted">"Checks a day"</h2>
                        <nav class="flex gap-1" aria-label="Range">{ranges}</nav>
                    </div>
                    {move || Suspend::new(async move {
                        report.await.ok().map(|report| view! { <DailyChart days=report.daily/> })
                    })}
                </section>
            </div>
        </Transition>
    }
}
