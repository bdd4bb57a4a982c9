//! The only place that touches the browser: storage, timers, clipboard, navigation.

pub mod clipboard;
pub mod drafts;
pub mod follow;
pub mod form;
pub mod navigation;
pub mod page;
mod swap;

use domain::timestamp::Timestamp;
use wasm_bindgen::UnwrapThrowExt;
use web_sys::{Document, ScrollIntoViewOptions, ScrollLogicalPosition, Window};

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

/// Reads the `data-` attributes of one element of the page, if it is there.
pub(crate) fn data(selector: &str) -> Option<impl Fn(&str) -> String> {
    let element = document().query_selector(selector).ok()??;
    Some(move |name: &str| element.get_attribute(&["data-", name].concat()).unwrap_or_default())
}

/// Says something to a screen reader.
pub(crate) fn announce(text: &str) {
    if let Some(announcer) = document().get_element_by_id("announcer") {
        announcer.set_text_content(Some(text));
    }
}

/// Keeps an element in sight.
pub(crate) fn reveal(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        let nearest = ScrollIntoViewOptions::new();
        nearest.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&nearest);
    }
}
