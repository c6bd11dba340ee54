//! Keys that are nobody's by the table: numbers give reasons, and macros have keys of their own. The browser loads this later.

use leptos::web_sys::Element;

use super::keyboard::{Keys, press_element, query, row_id};

impl Keys {
    /// A macro is for the selection, for what is open, or for the row at hand, which is selected for it.
    pub(crate) fn use_macro(&self, press: &str) {
        if self.selection.count() > 0 {
            press_at("[data-macros]", press);
            return;
        }
        let row = self.row_to_label();
        let open = query("[data-open-detection]").and_then(|open| row_id(&open, "data-open-detection"));
        let is_open = row.is_none() || row == open;
        let place = if is_open { "[data-open-detection]" } else { "[data-macros]" };
        let Some(button) = at(place, press) else { return };
        if let Some(id) = row.filter(|_| !is_open) {
            self.selection.toggle(id);
        }
        press_element(&button);
        self.go_on(row);
    }
}

/// Presses the button within a place that shows a key.
pub(crate) fn press_at(place: &str, press: &str) {
    if let Some(button) = at(place, press) {
        press_element(&button);
    }
}

fn at(place: &str, press: &str) -> Option<Element> {
    query(&format!("{place} [aria-keyshortcuts='{press}']"))
}
