//! The evidence for a verdict, in words.

use domain::{DetectionId, Signal as Evidence};
use leptos::prelude::*;

/// Signals, strongest first, each with the direction it pulls.
#[component]
pub(crate) fn Signals(
    /// Strongest first.
    signals: Vec<Evidence>,
) -> impl IntoView {
    if signals.is_empty() {
        return None;
    }
    let items = signals
        .into_iter()
        .map(|signal| {
            let (class, sign) = if signal.weight < 0.0 {
                ("text-ham tabular-nums w-20 shrink-0", "towards ham")
            } else {
                ("text-spam tabular-nums w-20 shrink-0", "towards spam")
            };
            view! {
                <li class="flex gap-3 py-1 text-sm">
                    <span class=class title=sign>{format!("{:+.2}", signal.weight)}<span class="sr-only">{sign}</span></span>
                    <span class="min-w-0 break-words">{signal.description}<Like ids=signal.like/></span>
                </li>
            }
        })
        .collect_view();
    Some(view! {
        <section class="mt-4">
            <h3 class="text-sm font-semibold text-muted">"Signals"</h3>
            <ul class="mt-1">{items}</ul>
        </section>
    })
}

/// The messages that a signal goes back to, as links.
#[component]
fn Like(ids: Vec<DetectionId>) -> impl IntoView {
    if ids.is_empty() {
        return None;
    }
    let link = |(place, DetectionId(id)): (usize, DetectionId)| {
        let before = if place == 0 { ": " } else { ", " };
        view! { {before}<a class="text-accent underline" href=format!("/detections/{id}")>{format!("message {id}")}</a> }
    };
    Some(ids.into_iter().enumerate().map(link).collect_view())
}
