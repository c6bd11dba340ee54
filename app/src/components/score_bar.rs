//! The score on a bar, with the threshold marked.

use domain::Label;
use leptos::prelude::*;

/// A score of 0 to 100 with its threshold. An SVG, so that it needs neither scripts nor inline styles.
#[component]
pub(crate) fn ScoreBar(
    /// Spam score, 0 to 100.
    score: f64,
    /// Threshold, 0 to 100.
    threshold: f64,
    /// The verdict; gives the colour.
    verdict: Label,
) -> impl IntoView {
    let label = format!("Score {score:.1} of 100, threshold {threshold:.0}");
    let fill = match verdict {
        Label::Spam => "fill-spam",
        Label::Ham => "fill-ham",
    };
    view! {
        <svg class="w-full h-3" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label=label>
            <rect class="fill-track" x="0" y="3" width="100" height="6" />
            <rect class=fill x="0" y="3" width=score.clamp(0.0, 100.0).to_string() height="6" />
            <rect class="fill-ink" x=(threshold.clamp(0.0, 100.0) - 0.25).to_string() y="0" width="0.5" height="12" />
        </svg>
    }
}
