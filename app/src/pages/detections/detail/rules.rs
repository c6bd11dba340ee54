//! The rule that a detection met, and rules that can be made of it.

use domain::{
    Detection, RuleAction, SearchQuery,
    rule::{making, sender_page, subjects},
    search::Term,
};
use leptos::prelude::*;

/// Which rule applied, in a sentence.
#[component]
pub(super) fn MetRule(detection: Detection) -> impl IntoView {
    detection.rule.map(|hit| {
        let id = hit.id.0;
        let what = if hit.held { " holds it for a person. " } else { " decided about it. " };
        view! {
            <p class="mt-2 text-sm" data-met-rule=id>
                <a class="text-accent underline" href=format!("/rules?id={id}")>{format!("Rule {id}")}</a>{what}
                <a class="text-accent underline" href=format!("/detections?q=rule%3A{id}")>"All that it met"</a>
            </p>
        }
    })
}

/// "Always spam from this sender": each leads to a rule that is filled in, with what it would have done.
#[component]
pub(super) fn MakeRules(detection: Detection) -> impl IntoView {
    let lines = subjects(&detection.content, detection.ip_is_apps)
        .into_iter()
        .map(|(words, kind)| {
            let query = SearchQuery { terms: vec![Term { negated: false, kind }] }.to_string();
            let link = |action: RuleAction| {
                let words = action.title();
                view! { <a class="text-accent underline" href=making(&query, action)>{words}</a> }
            };
            view! {
                <li class="flex flex-wrap gap-x-3">
                    {link(RuleAction::Spam)}{link(RuleAction::Ham)}
                    <span>{words}</span><code class="hostile break-all">{query.clone()}</code>
                    <a class="text-accent underline" href=sender_page(&query)>"all of it"</a>
                </li>
            }
        })
        .collect_view();
    view! {
        <details class="mt-3 text-sm">
            <summary class="cursor-pointer text-accent">"Make a rule of it"</summary>
            <ul class="mt-2 grid gap-1">{lines}</ul>
        </details>
    }
}
