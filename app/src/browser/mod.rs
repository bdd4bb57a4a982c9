//! The only place that touches the browser: storage, timers, clipboard, navigation.

pub mod bank_search;
pub mod clipboard;
pub mod coach;
pub mod draft_list;
pub mod drafts;
pub mod follow;
pub mod form;
mod live;
pub mod navigation;
pub mod page;
mod swap;
mod time;

use domain::timestamp::Timestamp;
use wasm_bindgen::{JsCast, UnwrapThrowExt, prelude::Closure};
use web_sys::{
    Document, Element, Event, EventTarget, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition, Window,
};

use crate::copy::{Say, say};
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
    Paths::new(&meta("connect-base"), "")
}

/// What the page says of itself.
pub(crate) fn meta(name: &str) -> String {
    let meta = document().query_selector(&["meta[name=", name, "]"].concat()).ok().flatten();
    meta.and_then(|meta| meta.get_attribute("content")).unwrap_or_default()
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

pub(crate) fn by_id(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}

/// Every element that a selector finds.
pub(crate) fn all(selector: &str) -> impl Iterator<Item = Element> {
    let found = document().query_selector_all(selector).ok();
    let count = found.as_ref().map_or(0, web_sys::NodeList::length);
    (0..count).filter_map(move |index| found.as_ref()?.get(index)?.dyn_into().ok())
}

/// The elements directly in one.
pub(crate) fn children(parent: &Element) -> impl Iterator<Item = Element> + use<> {
    let mut next = parent.first_element_child();
    std::iter::from_fn(move || {
        let child = next.take()?;
        next = child.next_element_sibling();
        Some(child)
    })
}

/// A new element that holds a text.
pub(crate) fn element(tag: &str, class: &str, text: &str) -> Element {
    let element = document().create_element(tag).expect_throw("is an element's name");
    if !class.is_empty() {
        element.set_class_name(class);
    }
    element.set_text_content(Some(text));
    element
}

/// Handles an event for as long as its target exists: soft navigation replaces `<main>`, and the listeners go with it.
pub(crate) fn listen(target: &EventTarget, event: &str, handle: impl Fn(Event) + 'static) {
    let handle = Closure::<dyn Fn(Event)>::new(handle);
    let _ = target.add_event_listener_with_callback(event, handle.as_ref().unchecked_ref());
    handle.forget();
}

/// Says something to a screen reader. Whoever sees the page sees it there.
pub(crate) fn announce(text: &str) {
    tell("visually-hidden", text);
}

/// Says something to everybody, until something else is said or another page comes.
pub(crate) fn complain(said: Say) {
    tell("complaint", &say(said));
}

fn tell(class: &str, text: &str) {
    if let Some(announcer) = by_id("announcer") {
        announcer.set_class_name(class);
        announcer.set_text_content(Some(text));
    }
}

/// Takes back what was complained of.
pub(crate) fn reconcile() {
    if let Ok(Some(complaint)) = document().query_selector(".complaint") {
        complaint.set_class_name("visually-hidden");
    }
}

/// Says what a part of the page says.
pub(crate) fn announce_part(part: &Element) {
    if let Some(part) = part.dyn_ref::<HtmlElement>() {
        announce(&part.inner_text());
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
