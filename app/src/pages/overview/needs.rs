//! What needs a person, first of all.

use domain::{Alert, BoundedCount, SearchQuery, overview::Needs, paging::grouped};
use leptos::prelude::*;

use crate::components::{
    Glyph, Icon, TimeAgo,
    classes::{CARD, PRIMARY},
};

/// What waits, the most urgent first; each figure opens the rows that it counts.
#[component]
pub(super) fn NeedsPart(needs: Needs, alerts: Vec<Alert>, may_review: bool) -> impl IntoView {
    let Needs { waiting, sites, contested, late, held, failed } = needs;
    let quiet = alerts.is_empty()
        && [waiting, contested, late, held, failed].iter().all(|count| count.count == 0 && !count.more);
    let alerts = alerts
        .into_iter()
        .map(|alert| {
            view! {
                <li class="flex items-start gap-2 py-2 border-t border-line">
                    <span class="text-spam mt-1"><Icon glyph=Glyph::Warning/></span>
                    <p class="min-w-0 break-words">
                        <a class="font-medium underline" href=alert.link>{alert.kind.title()}</a>": "{alert.what}" "
                        <span class="text-sm text-muted">"Since "<TimeAgo time=alert.opened_at/></span>
                    </p>
                </li>
            }
        })
        .collect_view();
    let sites = (sites.len() > 1).then(|| {
        let rows = sites
            .into_iter()
            .map(|site| {
                let address = closest(&site.query);
                view! {
                    <li>
                        <a class="flex justify-between gap-3 py-0.5 text-sm hover:underline" href=address>
                            <span class="min-w-0 break-words">{site.name}</span>
                            <span class="tabular-nums">{grouped(site.count)}</span>
                        </a>
                    </li>
                }
            })
            .collect_view();
        view! { <ul class="mt-1 ml-3 pl-3 border-l border-line" aria-label="Waiting by site">{rows}</ul> }
    });
    let line = |count: BoundedCount, search: &'static str, name: &'static str, meaning: &'static str| {
        (count.count > 0 || count.more)
            .then(|| view! { <Line count=count search=search name=name meaning=meaning/> })
    };
    view! {
        <section class=CARD aria-labelledby="needs">
            <h2 class="font-semibold mb-2" id="needs">"Needs a person"</h2>
            <ul>
                {alerts}
                {line(held, "is:held", "Held by rules", "Rules hold these until somebody decides.")}
                <li class="py-2 border-t border-line">
                    <a class="flex items-baseline gap-2 hover:underline" href="/detections?q=is%3Awaiting%20age%3A%3C7d&order=closest">
                        <span class="text-3xl font-semibold tabular-nums">{waiting.to_string()}</span>
                        <span class="font-medium">"to review"</span>
                    </a>
                    <p class="text-sm text-muted">"Nobody has said yet what these of the last 7 days are, neither a moderator nor an app."</p>
                    {sites}
                    {may_review.then(|| view! { <p class="mt-2"><a class=PRIMARY href="/review">"Review, least certain first"</a></p> })}
                </li>
                {line(contested, "is:contested age:<7d", "Contested", "Apps say otherwise than the verdict or the label (last 7 days).")}
                {line(late, "is:late age:<7d", "Apps were told otherwise", "The app was answered the opposite of what stands now (last 7 days).")}
                {line(failed, "is:failed", "Corrections not accepted", "The spam service refused this feedback for good.")}
            </ul>
            {quiet.then(|| view! { <p class="pt-2 border-t border-line">"Nothing else: no alert is open, nothing is contested, late or refused."</p> })}
        </section>
    }
}

#[component]
fn Line(
    count: BoundedCount,
    search: &'static str,
    name: &'static str,
    meaning: &'static str,
) -> impl IntoView {
    let address = SearchQuery::parse(search).map(|query| query.address()).unwrap_or_default();
    view! {
        <li class="py-2 border-t border-line">
            <a class="flex items-baseline gap-2 hover:underline" href=address>
                <span class="text-xl font-semibold tabular-nums">{count.to_string()}</span>
                <span class="font-medium">{name}</span>
            </a>
            <p class="text-sm text-muted">{meaning}</p>
        </li>
    }
}

/// The address of the log with a search, the least certain first, as Review has it.
fn closest(query: &SearchQuery) -> String {
    format!("{}&order=closest", query.address())
}

/// What to do with a Gavel in which nothing was checked yet.
#[component]
pub(super) fn FirstSteps() -> impl IntoView {
    view! {
        <section class=format!("{CARD} mb-4") aria-labelledby="first-steps" data-first-steps="">
            <h2 class="font-semibold mb-2" id="first-steps">"First steps"</h2>
            <p>"Gavel keeps what was checked for spam, and lets people correct the verdicts. There is nothing here yet:"</p>
            <ol class="mt-2 list-decimal pl-5 flex flex-col gap-1">
                <li><a class="text-accent underline" href="/check">"Check a message"</a>" to see a verdict and why."</li>
                <li><a class="text-accent underline" href="/imports/new">"Import older messages"</a>" from a file."</li>
                <li><a class="text-accent underline" href="/settings">"Connect an app"</a>": make it a token, and give its developer the address."</li>
            </ol>
        </section>
    }
}
