//! The page.

use domain::Days;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::{
    charts,
    filters::{Choices, Filters},
    labels::Matrix,
    people::People,
    quota::Quota,
    reasons::Reasons,
    spending::Spenders,
    tops::TopLists,
    totals::Totals,
    what_if::WhatIfPanel,
};
use crate::{
    components::{ErrorPanel, chart::ChartFigure, classes::CARD},
    error::AppError,
    server_fns::stats::{Asked, ChartsReport, get_charts},
};

/// The page.
#[component]
pub(crate) fn StatsPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| Asked::of(&query.read()));
    // Moving the threshold changes no chart.
    let shown = Memo::new(move |_| Asked { threshold: String::new(), ..asked.get() });
    let report = Resource::new_blocking(move || shown.get(), get_charts);
    view! {
        <Title text="Stats"/>
        <h1 class="text-xl font-semibold mb-4">"Stats"</h1>
        <section class=format!("{CARD} mb-4")>
            <h2 class="text-sm font-semibold text-muted mb-2">"Quota"</h2>
            <Quota/>
        </section>
        <Transition>
            {move || Suspend::new(async move {
                let report = report.await;
                let choices = match &report {
                    Ok(report) => Choices { sites: report.sites.clone(), searches: report.searches.clone() },
                    Err(_) => Choices::default(),
                };
                let problems = match &report {
                    Err(AppError::Invalid(problems)) => problems.clone(),
                    _ => Vec::new(),
                };
                view! {
                    <Filters asked=asked choices=choices problems=problems/>
                    {match report {
                        Ok(report) => view! { <Report report=report asked=asked/> }.into_any(),
                        Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                    }}
                }
            })}
        </Transition>
    }
}

/// Everything below the form.
#[component]
fn Report(report: ChartsReport, asked: Memo<Asked>) -> impl IntoView {
    let navigate = use_navigate();
    let zoom = Callback::new(move |days: Days| {
        navigate(&asked.get_untracked().on(days).address("/stats"), NavigateOptions::default());
    });
    let files = asked.get_untracked().file_address();
    let (short, long) = (charts::zoom(&report.charts), charts::long_zoom(&report.charts));
    let current = report.charts.threshold;
    let scores = 2;
    let figures = charts::all(&report)
        .into_iter()
        .enumerate()
        .map(|(index, chart)| {
            let days = if index < scores { short.clone() } else { long.clone() };
            let files = files.clone();
            let class = if index == 0 { "grid min-w-0 xl:col-span-2" } else { "grid min-w-0" };
            let figure = if index == scores {
                view! { <ChartFigure chart=chart files=files/> }.into_any()
            } else {
                view! { <ChartFigure chart=chart files=files zoom=days on_zoom=zoom/> }.into_any()
            };
            view! { <div class=class>{figure}</div> }
        })
        .collect_view();
    view! {
        <Totals report=report.clone()/>
        <div class="grid gap-4 xl:grid-cols-2">
            {figures}
            <Matrix report=report.clone()/>
            <People report=report.clone()/>
        </div>
        <Reasons asked=asked/>
        <Spenders report=report/>
        <TopLists asked=asked/>
        <WhatIfPanel asked=asked current=current/>
    }
}

impl Asked {
    /// Where files of the charts are, without chart and format.
    fn file_address(&self) -> String {
        let address = self.address("/stats/file");
        if address.contains('?') { address } else { format!("{address}?range=30d") }
    }
}
