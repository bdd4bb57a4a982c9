//! The wasm entry: starts the browser side of `app`.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the page's script, after the wasm has loaded.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
    app::browser::start();
}
