//! What happened to a detection, in sentences.

use domain::{Decision, Detection, Endpoint, JudgedBy, Origin};
use leptos::prelude::*;

use crate::components::TimeAgo;

/// The story, oldest first.
#[component]
pub(super) fn Story(detection: Detection, decisions: Vec<Decision>) -> impl IntoView {
    let upstream = match detection.judgement.judged_by {
        JudgedBy::ActiveLayer => "ActiveLayer",
        JudgedBy::Detector => "The embedded detector",
        JudgedBy::Fallback => "The fallback",
    };
    let entries = decisions
        .into_iter()
        .map(|decision| {
            let words = decided(&decision, upstream);
            view! { <li><span class="text-muted"><TimeAgo time=decision.decided_at/>" – "</span>{words}</li> }
        })
        .collect_view();
    view! {
        <h3 class="mt-4 mb-1 text-sm font-semibold text-muted">"Story"</h3>
        <ol class="flex flex-col gap-1 text-sm">
            <li>
                <span class="text-muted"><TimeAgo time=detection.created_at/>" – "</span>
                {arrived(&detection)}" "{upstream}" said "<strong>{detection.judgement.verdict().to_string()}</strong>"."
            </li>
            {entries}
        </ol>
    }
}

fn arrived(detection: &Detection) -> String {
    let how = match detection.origin {
        Origin::Paste => "Pasted on the Check page",
        Origin::Import => "Imported",
        Origin::Api => "Sent by an app",
        Origin::Recheck => "Checked again",
    };
    let check = match detection.endpoint {
        Endpoint::Check => "full check",
        Endpoint::CheckComment => "comment check",
    };
    let site = detection.site.as_ref().map(|site| format!(" of {site}")).unwrap_or_default();
    format!("{how}{site} ({check}).")
}

fn decided(decision: &Decision, upstream: &str) -> String {
    let mut words = format!("{} marked this as {}.", decision.user_name, decision.label);
    match (decision.undone_at, decision.sent_at, &decision.last_error) {
        (Some(_), None, _) => words.push_str(" It was taken back before feedback left."),
        (Some(_), Some(_), _) => words.push_str(" It was taken back later; the opposite feedback follows."),
        (None, Some(sent), _) => {
            let seconds = (sent - decision.decided_at).num_seconds();
            words.push_str(&format!(" {upstream} accepted it {seconds} s later."));
        }
        (None, None, Some(error)) => words.push_str(&format!(" Sending it failed: {error}.")),
        (None, None, None) => words.push_str(" Feedback is waiting."),
    }
    words
}
