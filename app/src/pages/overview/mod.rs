//! Overview: what needs a person, whether today is unusual, how long the quota lasts, whether anything is broken.

mod health;
mod month;
mod needs;
mod people;
mod today;

use leptos::prelude::*;
use leptos_meta::Title;

pub(crate) use health::Health;
use month::Month;
use needs::{FirstSteps, NeedsPart};
use people::{Disputes, Lately, WhoIsHere};
use today::Today;

use crate::{
    components::{ErrorPanel, QuotaMeter, classes::CARD},
    decisions::Decisions,
    server_fns::usage::{OverviewReport, get_overview},
    zone::Zone,
};

/// The page.
#[component]
pub(crate) fn OverviewPage() -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let zone = expect_context::<Zone>();
    // Asked again once the browser has told its zone: today is another day elsewhere.
    let report = Resource::new_blocking(move || (decisions.version(), zone.name()), |_| get_overview());
    view! {
        <Title text="Overview"/>
        <h1 class="text-xl font-semibold mb-4">"Overview"</h1>
        <Transition>
            {move || Suspend::new(async move {
                match report.await {
                    Ok(report) => view! { <Parts report=report/> }.into_any(),
                    Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// The parts in the order of the questions that one has in the morning.
#[component]
fn Parts(report: OverviewReport) -> impl IntoView {
    let OverviewReport {
        may_review,
        needs,
        alerts,
        today,
        month,
        figures,
        quota,
        forecast,
        health,
        embedded,
        bulk,
        here,
        disputes,
    } = report;
    let is_new = month.iter().all(|day| day.spam + day.ham == 0) && today.before.is_empty();
    view! {
        {(is_new && may_review).then(|| view! { <FirstSteps/> })}
        <div class="grid gap-4 items-start lg:grid-cols-2 xl:grid-cols-3">
            <div class="flex flex-col gap-4 min-w-0"><NeedsPart needs=needs alerts=alerts may_review=may_review/></div>
            <div class="flex flex-col gap-4 min-w-0">
                <Today today=today figures=figures/>
                <Month days=month/>
            </div>
            <div class="flex flex-col gap-4 min-w-0 lg:col-span-2 xl:col-span-1">
                <section class=CARD aria-labelledby="quota">
                    <h2 class="font-semibold mb-2" id="quota">"Quota"</h2>
                    <QuotaMeter quota=quota forecast=forecast/>
                </section>
                <section class=CARD aria-labelledby="service">
                    <h2 class="font-semibold mb-2" id="service">"Spam service"</h2>
                    <Health health=health embedded=embedded/>
                    <p class="mt-2 text-sm"><a class="text-accent underline" href="/health">"Connection and alerts"</a></p>
                </section>
                <Lately actions=bulk/>
                <WhoIsHere here=here/>
                <Disputes rows=disputes/>
            </div>
        </div>
    }
}
