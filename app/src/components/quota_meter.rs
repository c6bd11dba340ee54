//! The quota: how much is used, how much is left, how long it lasts.

use domain::{QuotaForecast, UsageSample, paging::grouped, usage::QUOTA_WARNING_PERCENT};
use leptos::prelude::*;

use crate::server_fns::usage::get_quota;

/// Colour of the used part: calm, warning from 80 %, exhausted from 100 %.
fn fill(percentage: f64) -> &'static str {
    if percentage >= 100.0 {
        "fill-spam"
    } else if percentage >= QUOTA_WARNING_PERCENT {
        "fill-unsure"
    } else {
        "fill-accent"
    }
}

#[component]
fn Bar(percentage: f64, label: String) -> impl IntoView {
    view! {
        <svg class="w-full h-2" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=label>
            <rect class="fill-track" width="100" height="8" />
            <rect class=fill(percentage) width=percentage.clamp(0.0, 100.0).to_string() height="8" />
        </svg>
    }
}

/// The whole story of the quota.
#[component]
pub(crate) fn QuotaMeter(
    /// The newest figures, if the upstream ever gave any.
    quota: Option<UsageSample>,
    /// How long it lasts.
    #[prop(optional)]
    forecast: QuotaForecast,
) -> impl IntoView {
    let Some(sample) = quota else {
        return view! { <p class="text-muted">"The upstream has not told its usage yet."</p> }.into_any();
    };
    let used = format!("{} of {} checks used", grouped(sample.used), grouped(sample.total));
    let period = match (sample.period, sample.resets_at()) {
        (Some((month, year)), Some(resets)) => {
            format!("Period {month:02}/{year}; starts anew on {}.", resets.format("%-d %b %Y"))
        }
        _ => "Lifetime plan: the quota does not start anew.".to_owned(),
    };
    view! {
        <div class="flex flex-col gap-2">
            <div class="flex items-baseline justify-between gap-4">
                <span class="text-2xl font-semibold tabular-nums">{grouped(sample.remaining)}" left"</span>
                <span class="text-sm text-muted tabular-nums">{format!("{:.1} % used", sample.percentage)}</span>
            </div>
            <Bar percentage=sample.percentage label=used.clone()/>
            <p class="text-sm text-muted tabular-nums">{used}" · plan "{sample.plan}</p>
            <p class="text-sm text-muted">{period}</p>
            <p class="text-sm empty:hidden">{forecast.sentence()}</p>
            <p class="text-sm text-muted tabular-nums empty:hidden">{forecast.trend()}</p>
        </div>
    }
    .into_any()
}

/// The quota in the top bar. It is asked for again on every page: the figures are a minute old at most, and cost one indexed row.
#[component]
pub(super) fn Quota(
    /// The address of the page.
    path: Memo<String>,
) -> impl IntoView {
    let quota = Resource::new(move || path.get(), |_| get_quota());
    view! {
        <Transition>
            {move || Suspend::new(async move { view! { <QuotaMini quota=quota.await.ok().flatten()/> } })}
        </Transition>
    }
}

#[component]
fn QuotaMini(quota: Option<UsageSample>) -> impl IntoView {
    quota.map(|sample| {
        let label = format!("Quota: {:.1} % used", sample.percentage);
        view! {
            <a class="hidden sm:flex flex-col gap-1 w-28 text-xs text-muted tabular-nums hover:text-ink" href="/stats">
                <span>{grouped(sample.remaining)}" checks left"</span>
                <Bar percentage=sample.percentage label=label/>
            </a>
        }
    })
}
