//! Verdicts and labels: always a colour, an icon and a word.

use domain::{FeedbackState, JudgedBy, Label};
use leptos::prelude::*;

use super::{Glyph, Icon};

/// Spam, ham or refused, as a small badge.
#[component]
pub(crate) fn VerdictBadge(
    /// The verdict.
    verdict: Label,
    /// Who gave it; a refused submission has none.
    judged_by: JudgedBy,
) -> impl IntoView {
    let (class, word) = match verdict {
        _ if judged_by == JudgedBy::Refused => ("verdict verdict-none", "Refused"),
        Label::Spam => ("verdict verdict-spam", "Spam"),
        Label::Ham => ("verdict verdict-ham", "Ham"),
    };
    view! { <span class=class>{word}</span> }
}

/// A score with one digit; nothing for what was refused.
pub(crate) fn score_words(score: f64, judged_by: JudgedBy) -> String {
    if judged_by == JudgedBy::Refused { String::new() } else { format!("{score:.1}") }
}

/// A moderator's label, with whether it agrees with the verdict.
#[component]
pub(crate) fn LabelBadge(
    /// The label.
    label: Label,
    /// The verdict.
    verdict: Label,
    /// Who set it.
    #[prop(optional_no_strip)]
    by: Option<String>,
) -> impl IntoView {
    let words = if label == verdict { format!("Confirmed {label}") } else { format!("Corrected to {label}") };
    let by = by.map(|name| format!(" by {name}"));
    view! {
        <span class="badge bg-accent-soft text-accent">
            {format!("{words}{}", by.unwrap_or_default())}
        </span>
    }
}

/// What an app said last, with whether it agrees with the verdict.
#[component]
pub(crate) fn AppBadge(
    /// What it said.
    word: Label,
    /// The verdict.
    verdict: Label,
) -> impl IntoView {
    let class = if word == verdict {
        "badge border border-line text-muted"
    } else {
        "badge bg-unsure-soft text-unsure"
    };
    view! { <span class=class data-app-word=word.as_str()>{format!("App says {word}")}</span> }
}

/// That the app was told something else than what stands now.
#[component]
pub(crate) fn LateBadge(
    /// What it was told.
    told: Label,
) -> impl IntoView {
    view! {
        <span
            class="badge bg-unsure-soft text-unsure"
            data-told=told.as_str()
        >
            <Icon glyph=Glyph::Warning/>
            {format!("App was told {told}")}
        </span>
    }
}

/// Where the feedback is, in words; nothing when there is none.
#[component]
pub(crate) fn FeedbackNote(
    /// The state.
    state: FeedbackState,
    /// Who judged.
    judged_by: JudgedBy,
) -> impl IntoView {
    let upstream = if judged_by == JudgedBy::ActiveLayer { "ActiveLayer" } else { "the detector" };
    match state {
        FeedbackState::None => None,
        FeedbackState::Pending => Some(format!("Feedback to {upstream} is waiting to be sent.")),
        FeedbackState::Sent => Some(format!("Feedback was accepted by {upstream}.")),
        FeedbackState::Failed => Some(format!("Feedback was refused by {upstream}.")),
    }
    .map(|words| view! { <p class="text-sm text-muted">{words}</p> })
}
