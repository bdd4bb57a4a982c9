//! The only place that touches the browser: storage, timers, clipboard, navigation.

pub mod drafts;
pub mod navigation;
pub mod page;

use domain::timestamp::Timestamp;
use wasm_bindgen::UnwrapThrowExt;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Window};

use crate::paths::Paths;

/// Starts the browser's side: server function URLs, soft navigation, islands.
pub fn start() {
    leptos::server_fn::client::set_server_url(Box::leak(paths().base().to_owned().into_boxed_str()));
    navigation::listen();
    leptos::task::spawn_local(page::hydrate_islands());
}

pub(crate) fn window() -> Window {
    web_sys::window().expect_throw("runs in a page")
}

pub(crate) fn document() -> Document {
    window().document().expect_throw("runs in a page")
}

/// The URLs of the mount that served this page.
pub(crate) fn paths() -> Paths {
    let meta = document().query_selector("meta[name=connect-base]").ok().flatten();
    Paths::new(&meta.and_then(|meta| meta.get_attribute("content")).unwrap_or_default(), "")
}

pub(crate) fn now() -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit an i64 for ages")]
    Timestamp::from_millis(js_sys::Date::now() as i64)
}

/// Says something to a screen reader.
pub(crate) fn announce(text: &str) {
    if let Some(announcer) = document().get_element_by_id("announcer") {
        announcer.set_text_content(Some(text));
    }
}

/// Puts a text on the clipboard; `false` where the browser does not allow it.
pub(crate) async fn copy(text: &str) -> bool {
    let navigator = window().navigator();
    // Absent on pages without a secure context.
    if !js_sys::Reflect::has(&navigator, &"clipboard".into()).unwrap_or(false) {
        return false;
    }
    let clipboard = navigator.clipboard();
    if clipboard.is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}
