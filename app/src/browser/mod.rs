//! The only place that touches the browser: storage, timers, clipboard, navigation.

pub mod bank_search;
pub mod clipboard;
pub mod coach;
mod confirmations;
pub mod draft_list;
pub mod drafts;
pub mod follow;
pub mod form;
mod listeners;
mod live;
pub mod navigation;
pub mod page;
mod prototype;
mod submission;
mod swap;
mod time;

use domain::timestamp::Timestamp;
use wasm_bindgen::{JsCast, UnwrapThrowExt};
use web_sys::{Document, Element, Event, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition, Window};

use crate::copy::{Say, say};
use crate::paths::Paths;

/// Starts the browser's side: server function URLs, soft navigation, islands.
pub fn start() {
    // It is set once only: the program is started once.
    let _ = leptos::server_fn::client::try_set_server_url(paths().base().to_owned().leak());
    navigation::listen();
    confirmations::listen();
    swap::start();
    time::start();
    page::hydrate_islands();
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
    meta_of(&document(), name)
}

fn meta_of(page: &Document, name: &str) -> String {
    let meta = find_in(page, &["meta[name=", name, "]"].concat());
    meta.and_then(|meta| meta.get_attribute("content")).unwrap_or_default()
}

pub(crate) fn now() -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit an i64 for ages")]
    Timestamp::from_millis(js_sys::Date::now() as i64)
}

/// Reads the `data-` attributes of one element of the page, if it is there.
pub(crate) fn data(selector: &str) -> Option<impl Fn(&str) -> String> {
    let element = find(selector)?;
    Some(move |name: &str| element.get_attribute(&["data-", name].concat()).unwrap_or_default())
}

/// The first element that a selector finds.
pub(crate) fn find(selector: &str) -> Option<Element> {
    find_in(&document(), selector)
}

fn find_in(page: &Document, selector: &str) -> Option<Element> {
    page.query_selector(selector).ok().flatten()
}

/// An element of `<main>`: the host's part of the page may use the same id.
pub(crate) fn by_id(id: &str) -> Option<Element> {
    find(&["main [id=\"", id, "\"]"].concat())
}

/// The element that an event is about, or the next one around it, that a selector finds.
pub(crate) fn closest(event: &Event, selector: &str) -> Option<Element> {
    prototype::closest(&event.target()?.dyn_into().ok()?, selector)
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

/// Keeps a browser from translating a name or an address.
pub(crate) fn verbatim(element: &Element) {
    let _ = element.set_attribute("translate", "no");
}

/// Says something to a screen reader. Whoever sees the page sees it there.
pub(crate) fn announce(text: &str) {
    tell("visually-hidden", text);
}

/// Says something to everybody, until something else is said or another page comes.
pub(crate) fn complain(said: Say) {
    tell("complaint", &say(said));
}

const ANNOUNCER: &str = "body > #announcer";

fn tell(class: &str, text: &str) {
    if let Some(announcer) = find(ANNOUNCER) {
        announcer.set_class_name(class);
        announcer.set_text_content(Some(text));
    }
}

/// Takes back what was complained of.
pub(crate) fn reconcile() {
    if let Some(announcer) = find(".complaint#announcer") {
        announcer.set_class_name("visually-hidden");
        announcer.set_text_content(None);
    }
}

/// Says what a part of the page says.
pub(crate) fn announce_part(part: &Element) {
    if let Some(part) = part.dyn_ref::<HtmlElement>() {
        announce(&part.inner_text());
    }
}

/// Keeps an element in sight.
pub(crate) fn reveal(element: &Element) {
    let nearest = ScrollIntoViewOptions::new();
    nearest.set_block(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&nearest);
}
