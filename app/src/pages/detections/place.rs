//! Where somebody was in the list, for when they come back.

use leptos::prelude::*;

/// From this width on list and pane stand side by side, in CSS pixels (`lg`).
const SIDE_BY_SIDE: f64 = 1024.0;

/// A place in the list: how far it was scrolled, in CSS pixels, and which row was opened last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) scrolled: f64,
    pub(super) row: Option<i64>,
}

impl Place {
    /// The place as the window stands.
    pub(super) fn here(row: Option<i64>) -> Self {
        Self { scrolled: window().scroll_y().unwrap_or_default(), row }
    }

    /// Keeps the place for as long as the tab lives, with the address of the list that it is in.
    pub(super) fn keep(self, address: &str) {
        #[cfg(feature = "hydrate")]
        if let Ok(Some(storage)) = window().session_storage() {
            let row = self.row.map(|row| row.to_string()).unwrap_or_default();
            // A full storage only means to start from the top.
            let _ = storage.set_item(STORED, &format!("{}\n{row}\n{address}", self.scrolled));
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = (self, address);
    }

    /// The place that was kept for this address.
    pub(super) fn kept(address: &str) -> Option<Self> {
        #[cfg(feature = "hydrate")]
        {
            let stored = window().session_storage().ok()??.get_item(STORED).ok()??;
            let mut lines = stored.splitn(3, '\n');
            let (scrolled, row) = (lines.next()?.parse().ok()?, lines.next()?.parse().ok());
            (lines.next()? == address).then_some(Self { scrolled, row })
        }
        #[cfg(not(feature = "hydrate"))]
        {
            let _ = address;
            None
        }
    }

    /// Goes there: the row has the focus again, and everything stands where it stood.
    pub(super) fn restore(self) {
        #[cfg(feature = "hydrate")]
        {
            use leptos::wasm_bindgen::JsCast;

            let row = self
                .row
                .and_then(|row| document().query_selector(&format!("[data-row='{row}'] a")).ok().flatten());
            if let Some(row) = row.and_then(|row| row.dyn_into::<leptos::web_sys::HtmlElement>().ok()) {
                let _ = row.focus();
            }
            window().scroll_to_with_x_and_y(0.0, self.scrolled);
        }
    }
}

/// Name of the entry in the tab's storage.
#[cfg(feature = "hydrate")]
const STORED: &str = "gavel_place";

/// Whether list and pane take turns: a phone.
pub(super) fn takes_turns() -> bool {
    window().inner_width().ok().and_then(|width| width.as_f64()).is_some_and(|width| width < SIDE_BY_SIDE)
}
