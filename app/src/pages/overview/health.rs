//! How the spam service is doing.

use domain::UpstreamHealth;
use leptos::prelude::*;

use crate::components::{Glyph, Icon, TimeAgo};

/// How the upstream is doing, in a sentence or two.
#[component]
pub(crate) fn Health(
    /// What the last calls told.
    health: UpstreamHealth,
    /// Whether it is the embedded detector.
    embedded: bool,
) -> impl IntoView {
    let name = if embedded { "The built-in detector" } else { "ActiveLayer" };
    let (class, glyph, state) = match (&health.error, health.key_valid) {
        (Some(error), _) => (
            "flex items-center gap-2 font-medium text-spam",
            Glyph::Warning,
            format!("{name} fails: {error}"),
        ),
        (None, Some(false)) => (
            "flex items-center gap-2 font-medium text-spam",
            Glyph::Warning,
            "The API key is not valid.".to_owned(),
        ),
        (None, Some(true)) => {
            ("flex items-center gap-2 font-medium text-ham", Glyph::Ham, format!("{name} is working."))
        }
        (None, None) => (
            "flex items-center gap-2 font-medium text-muted",
            Glyph::Info,
            format!("{name} has not been asked yet."),
        ),
    };
    let usage = health.usage_error.map(|error| {
        view! { <p class="text-sm text-unsure break-words">"Its figures of usage cannot be read: "{error}"."</p> }
    });
    let latency = health.latency_ms.map(|ms| {
        if ms < 1.0 { "Answered in less than 1 ms. ".to_owned() } else { format!("Answered in {ms:.0} ms. ") }
    });
    let since = health
        .failing_since
        .map(|time| view! { <p class="text-sm text-muted">"Failing since "<TimeAgo time=time/></p> });
    // The built-in detector has no key.
    let verified = health.verified_at.filter(|_| !embedded);
    let verified = verified.map(|time| view! { "Key verified "<TimeAgo time=time/>"." });
    let key = health.key_name.filter(|_| !embedded).map(|key| {
        let owner = health.owner.map(|owner| format!(" of {owner}")).unwrap_or_default();
        view! { <p class="text-sm text-muted">{format!("Key \u{201c}{key}\u{201d}{owner}.")}</p> }
    });
    view! {
        <div class="flex flex-col gap-1">
            <p class=class><Icon glyph=glyph/>{state}</p>
            {since}
            {usage}
            {key}
            <p class="text-sm text-muted tabular-nums">{latency}{verified}</p>
        </div>
    }
}
