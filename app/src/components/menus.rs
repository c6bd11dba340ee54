//! Menus are `<details data-menu>`, which work without JavaScript. With it they close as menus do: by Escape, and by a click beside
//! them.

use leptos::{ev, prelude::*, wasm_bindgen::JsCast, web_sys};

/// Listens for as long as the owner lives.
pub(super) fn close_as_usual() {
    Effect::new(move |_| {
        let pressed = window_event_listener(ev::keydown, |event| {
            if event.key() == "Escape"
                && let Some(menu) = open_menu()
            {
                close(&menu);
                let summary = menu.query_selector("summary").ok().flatten();
                if let Some(summary) =
                    summary.and_then(|summary| summary.dyn_into::<web_sys::HtmlElement>().ok())
                {
                    let _ = summary.focus();
                }
            }
        });
        let clicked = window_event_listener(ev::click, |event| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            if let Some(menu) = open_menu().filter(|menu| !menu.contains(target.as_ref())) {
                close(&menu);
            }
        });
        on_cleanup(move || {
            pressed.remove();
            clicked.remove();
        });
    });
}

/// At most one is open: whoever opens another clicks beside the first.
fn open_menu() -> Option<web_sys::Element> {
    document().query_selector("details[data-menu][open]").ok().flatten()
}

fn close(menu: &web_sys::Element) {
    let _ = menu.remove_attribute("open");
}
