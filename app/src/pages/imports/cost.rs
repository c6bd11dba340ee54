//! The cost, before anything is checked.

use domain::{AtQuota, FileAccount, Import, ImportCost, ImportRow, paging::grouped};
use leptos::prelude::*;

use super::{account::Account, minutes_words, page::Actions, plan::GiveUp, results::FailedRows};
use crate::{
    components::{
        Glyph, Icon,
        classes::{BUTTON, CARD, PRIMARY},
    },
    zone::minute,
};

/// The stage.
#[component]
pub(super) fn Cost(
    import: Import,
    cost: ImportCost,
    account: Option<FileAccount>,
    failed: Vec<ImportRow>,
    actions: Actions,
    may: bool,
) -> impl IntoView {
    let counts = import.counts;
    let account = account.unwrap_or_default();
    let not_read = account.not_read.len() as u64 + account.further_not_read;
    let rows = [
        ("Rows in the file", counts.rows()),
        ("Skipped: duplicates", counts.duplicates),
        ("Skipped: already checked", counts.known),
        ("Skipped: older than your date", counts.old),
        ("Not readable", counts.failed),
    ];
    let left_out = (account.left_out_count() > 0)
        .then_some(("Left out as no messages, beside the rows", account.left_out_count()));
    let not_read = (not_read > 0).then_some(("Parts of the file that were not read", not_read));
    let labels = match (import.plan.labels.is_some(), import.labels.rows) {
        (_, 0) => None,
        (true, rows) => Some(("Labels to take over as decisions", rows)),
        (false, rows) => Some(("Labels to compare with the verdicts", rows)),
    };
    let feedback = (cost.feedback > 0).then_some(("Feedback to send, beside the checks", cost.feedback));
    let rows: Vec<_> = rows
        .into_iter()
        .chain(left_out)
        .chain(not_read)
        .chain([("Checks needed", cost.checks)])
        .chain(labels)
        .chain(feedback)
        .map(|(words, count)| {
            view! {
                <div class="flex justify-between gap-4 border-t border-line py-1.5">
                    <dt>{words}</dt><dd class="font-medium">{grouped(count)}</dd>
                </div>
            }
        })
        .collect();
    let problem = import.problem.clone().map(|problem| {
        view! {
            <p class="mt-3 flex items-start gap-2 rounded-md bg-unsure-soft px-3 py-2 text-sm">
                <Icon glyph=Glyph::Warning/>
                <span class="min-w-0 break-words">{problem}" What was read before that place is kept; start to check just that, or cancel."</span>
            </p>
        }
    });
    let start = may.then(|| view! { <Start id=import.id.0 cost=cost.clone() actions=actions/> });
    let has_failed = counts.failed > 0;
    view! {
        <section class=format!("{CARD} max-w-3xl") aria-labelledby="cost">
            <h2 class="font-semibold mb-2" id="cost">"What it costs"</h2>
            <dl class="tabular-nums text-sm">{rows}</dl>
            {problem}
            // Failed rows are listed below, with all that can be done about them.
            <Account account=FileAccount { failures: Vec::new(), ..account }/>
            <Quota cost=cost/>
            {start}
        </section>
        {has_failed.then(|| view! { <FailedRows import=import.clone() failed=failed may=may/> })}
        {may.then(|| view! { <GiveUp id=import.id.0 actions=actions/> })}
    }
}

#[component]
fn Quota(cost: ImportCost) -> impl IntoView {
    let time = match cost.minutes() {
        Some(minutes) => format!(
            "About {} at the present budget ({} checks a minute, fewer while moderators and apps need them).",
            minutes_words(minutes),
            grouped(u64::from(cost.per_minute.unwrap_or_default()))
        ),
        None => "The built-in detector judges: thousands of rows take a few seconds.".to_owned(),
    };
    let quota = match (cost.left, cost.left_after()) {
        (Some(left), Some(after)) if cost.is_enough() => {
            format!("{} checks of the quota are left now, {} afterwards.", grouped(left), grouped(after))
        }
        (Some(left), _) => {
            let next = match cost.resets_at {
                Some(at) => format!("the next period begins {}", minute(at)),
                None => "this plan does not start anew".to_owned(),
            };
            format!(
                "The quota does not suffice: {} checks are left, so {} rows fit and {} do not ({next}).",
                grouped(left),
                grouped(cost.fits()),
                grouped(cost.checks - cost.fits())
            )
        }
        (None, _) => "The spam service has not reported how much of the quota is left.".to_owned(),
    };
    let class = if cost.is_enough() { "mt-3 text-sm" } else { "mt-3 text-sm font-medium text-unsure" };
    view! {
        <p class=class>{quota}</p>
        <p class="mt-1 text-sm text-muted">{time}</p>
    }
}

#[component]
fn Start(id: i64, cost: ImportCost, actions: Actions) -> impl IntoView {
    let pending = actions.turn.pending();
    let choice = (!cost.is_enough()).then(|| {
        view! {
            <fieldset class="flex flex-col gap-2 text-sm">
                <legend class="font-medium mb-1">"When the quota ends"</legend>
                <label class="flex items-center gap-2">
                    <input class="w-4 h-4" type="radio" name="at_quota" value=AtQuota::Wait.as_str() checked=true/>
                    "wait for the next period and go on by itself"
                </label>
                <label class="flex items-center gap-2">
                    <input class="w-4 h-4" type="radio" name="at_quota" value=AtQuota::Stop.as_str()/>
                    "stop there"
                </label>
            </fieldset>
        }
    });
    let words = match cost.checks {
        0 => "Nothing to check: finish".to_owned(),
        1 => "Check 1 row".to_owned(),
        rows => format!("Check {} rows", grouped(rows)),
    };
    view! {
        <ActionForm action=actions.turn attr:class="mt-4 flex flex-col gap-4">
            <input type="hidden" name="id" value=id.to_string()/>
            {choice}
            <div class="flex flex-wrap gap-3">
                <button class=PRIMARY name="what" value="start" disabled=pending>{words}</button>
                <button class=BUTTON name="what" value="reopen" disabled=pending>"Back to columns and choices"</button>
            </div>
        </ActionForm>
    }
}
