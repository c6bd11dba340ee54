//! The evidence for a verdict, in words.

use domain::Signal as Evidence;
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
                    <span class="min-w-0 break-words">{signal.description}</span>
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
