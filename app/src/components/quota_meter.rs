//! The quota: how much is used, how much is left, how long it lasts.

use domain::{QuotaForecast, UsageSample, paging::grouped, usage::QUOTA_WARNING_PERCENT};
use leptos::prelude::*;

use crate::{decisions::Decisions, live::Live, server_fns::usage::get_quota, zone::Zone};

/// What is left follows what is spent, but is not asked for more often than this.
const ASK_AGAIN: std::time::Duration = std::time::Duration::from_secs(2);

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
    let zone = expect_context::<Zone>();
    let trend = forecast.trend();
    let Some(sample) = quota else {
        return view! { <p class="text-muted">"The spam service has not reported its usage yet."</p> }
            .into_any();
    };
    let used = sample.used_words();
    let plan = (!sample.plan.is_empty()).then(|| format!(" · plan {}", sample.plan));
    let (left, period, unread) = (sample.left_words(), sample.period_words(), sample.unread_words());
    let bar = sample.percentage.map(|percentage| view! { <Bar percentage=percentage label=used.clone()/> });
    view! {
        <div class="flex flex-col gap-2">
            <div class="flex items-baseline justify-between gap-4">
                <span class="text-2xl font-semibold tabular-nums">{left}</span>
                <span class="text-sm text-muted tabular-nums">
                    {sample.percentage.map(|percentage| format!("{percentage:.1} % used"))}
                </span>
            </div>
            {bar}
            <p class="text-sm text-muted tabular-nums">{used}{plan}</p>
            <p class="text-sm text-muted empty:hidden">{period}</p>
            <p class="text-sm text-unsure break-words empty:hidden">{unread}</p>
            <p class="text-sm empty:hidden">{move || forecast.sentence_in(&zone.get())}</p>
            <p class="text-sm text-muted tabular-nums empty:hidden">{trend}</p>
        </div>
    }
    .into_any()
}

/// The quota in the top bar. It is asked for again on every page, and once something was checked: the figures are a minute old at most,
/// and cost one indexed row.
#[component]
pub(super) fn Quota(
    /// The address of the page.
    path: Memo<String>,
) -> impl IntoView {
    let (live, decisions) = (expect_context::<Live>(), expect_context::<Decisions>());
    let spent = RwSignal::new(0_usize);
    let waits = StoredValue::new(false);
    Effect::new(move |before: Option<()>| {
        live.arrived.track();
        let _ = decisions.version();
        if before.is_none() || waits.get_value() {
            return;
        }
        waits.set_value(true);
        set_timeout(
            move || {
                // The page may be gone by then.
                let _ = waits.try_set_value(false);
                let _ = spent.try_update(|spent| *spent += 1);
            },
            ASK_AGAIN,
        );
    });
    let quota = Resource::new(move || (path.get(), spent.get()), |_| get_quota());
    view! {
        <Transition>
            {move || Suspend::new(async move { view! { <QuotaMini quota=quota.await.ok().flatten()/> } })}
        </Transition>
    }
}

#[component]
fn QuotaMini(quota: Option<UsageSample>) -> impl IntoView {
    quota.map(|sample| {
        let left = match sample.remaining {
            Some(left) => format!("{} checks left", grouped(left)),
            None => sample.left_words(),
        };
        let bar = sample.percentage.map(|percentage| {
            view! { <Bar percentage=percentage label=format!("Quota: {percentage:.1} % used")/> }
        });
        view! {
            <a class="hidden sm:flex flex-col gap-1 w-28 text-xs text-muted tabular-nums hover:text-ink" href="/stats">
                <span>{left}</span>
                {bar}
            </a>
        }
    })
}
