//! Blur mode: what people wrote stays unreadable until it is pointed at or focused.

use leptos::prelude::*;

use crate::context::{cookie, remember};

/// Name of the cookie that remembers the choice.
pub(crate) const BLUR_COOKIE: &str = "gavel_blur";

/// Whether text is blurred, for every page within the shell. The choice is kept in a cookie, so the first paint is right.
#[derive(Clone, Copy)]
pub(crate) struct Blur {
    on: RwSignal<bool>,
}

impl Blur {
    /// As the cookie says.
    pub(crate) fn new() -> Self {
        Self { on: RwSignal::new(cookie(BLUR_COOKIE).as_deref() == Some("on")) }
    }

    /// Whether text is blurred now.
    pub(crate) fn is_on(self) -> bool {
        self.on.get()
    }

    /// Turns it on or off at once, and remembers it.
    pub(crate) fn toggle(self) {
        let on = !self.on.get_untracked();
        self.on.set(on);
        remember(BLUR_COOKIE, if on { "on" } else { "off" });
    }
}
