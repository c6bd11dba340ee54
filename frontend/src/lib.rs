//! The browser's entry point: takes over the page that the server rendered, and does nothing else.

#![recursion_limit = "512"] // the frame's view is one deep type

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's hydration script once the wasm module is loaded.
#[wasm_bindgen]
pub fn hydrate() {
    // Without the hook a panic in the browser reads "unreachable executed" and nothing more.
    console_error_panic_hook::set_once();
    app::take_over();
}
