//! Judging again: the verdict that stands beside the ones before it.

use domain::{DetectionStory, Judgement, PastVerdict};
use leptos::prelude::*;

use crate::{
    components::{Kbd, TimeAgo, VerdictBadge, classes::BUTTON, score_words},
    decisions::Decisions,
    keys::Command,
    server_fns::rechecks::Recheck,
};

/// The button, and a table of verdicts once there is more than one.
#[component]
pub(super) fn Verdicts(story: DetectionStory, may_label: bool) -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let id = story.detection.id.0;
    let recheck = ServerAction::<Recheck>::new();
    Effect::new(move |_| match recheck.value().get() {
        Some(Ok(id)) => decisions.was_rejudged(id),
        Some(Err(error)) => decisions.set_problem(Some(error)),
        None => {}
    });
    let button = may_label.then(|| {
        view! {
            <ActionForm action=recheck attr:class="inline-flex">
                <input type="hidden" name="id" value=id.to_string() />
                <button class=BUTTON aria-keyshortcuts=Command::Recheck.aria() disabled=move || recheck.pending().get()>
                    {move || if recheck.pending().get() { "Rechecking…" } else { "Recheck" }}
                    <Kbd command=Command::Recheck/>
                </button>
            </ActionForm>
        }
    });
    let past = story.past_verdicts;
    let table = (!past.is_empty()).then(|| view! { <Table now=story.detection.judgement past=past/> });
    view! { <div class="mt-3 flex flex-col items-start gap-2">{button}{table}</div> }
}

#[component]
fn Table(now: Judgement, past: Vec<PastVerdict>) -> impl IntoView {
    let before = past
        .into_iter()
        .rev()
        .map(|one| {
            view! {
                <tr class="border-t border-line">
                    <td class="py-1 pr-4 text-muted">"Until "<TimeAgo time=one.replaced_at/></td>
                    <td class="py-1 pr-4"><VerdictBadge verdict=one.verdict judged_by=one.judged_by/></td>
                    <td class="py-1 pr-4 text-right tabular-nums">{score_words(one.score, one.judged_by)}</td>
                    <td class="py-1 text-muted">{one.judged_by.to_string()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="text-sm text-left" aria-label="Verdicts">
            <thead class="text-muted">
                <tr>
                    <th class="pr-4 font-normal" scope="col">"When"</th>
                    <th class="pr-4 font-normal" scope="col">"Verdict"</th>
                    <th class="pr-4 font-normal text-right" scope="col">"Score"</th>
                    <th class="font-normal" scope="col">"Decided by"</th>
                </tr>
            </thead>
            <tbody>
                <tr class="border-t border-line">
                    <td class="py-1 pr-4 font-medium">"Now"</td>
                    <td class="py-1 pr-4"><VerdictBadge verdict=now.verdict() judged_by=now.judged_by/></td>
                    <td class="py-1 pr-4 text-right tabular-nums font-medium">{score_words(now.score, now.judged_by)}</td>
                    <td class="py-1">{now.judged_by.to_string()}</td>
                </tr>
                {before}
            </tbody>
        </table>
    }
}
