//! The key of a button, on the button.

use leptos::prelude::*;

use crate::keys::Command;

/// The key, small. Screen readers hear it from `aria-keyshortcuts`.
#[component]
pub(crate) fn Kbd(
    /// What the key does.
    command: Command,
) -> impl IntoView {
    view! { <kbd class=KBD aria-hidden="true">{command.key()}</kbd> }
}

/// How a key looks.
pub(crate) const KBD: &str = "key";
