//! Puts a fetched page in place of the present one, and says so when none came.

use wasm_bindgen::JsCast;
use web_sys::{Document, DomParser, Element, HtmlElement, HtmlFormElement, SupportedType};

use super::{announce_part, document, element, live, page, reconcile, window};
use crate::copy::{self, Say};

/// Whether this is a page of ours, of whatever build.
pub(super) fn is_page(html: &str) -> bool {
    html.contains("<meta name=\"connect-base\"")
}

/// A page of this very build.
pub(super) struct Fetched {
    page: Document,
    main: Element,
}

impl Fetched {
    /// `None` for what is no page of ours, or one of another build: it does not fit this wasm.
    pub(super) fn parse(html: &str) -> Option<Self> {
        let page = DomParser::new().ok()?.parse_from_string(html, SupportedType::TextHtml).ok()?;
        let main = page.query_selector("main").ok()??;
        let build = |page: &Document| {
            let style = page.query_selector("link[rel=stylesheet]").ok().flatten();
            style.and_then(|style| style.get_attribute("href"))
        };
        if build(&page) != build(&document()) {
            return None;
        }
        // The parser knows of no scripts, so it takes what is for browsers without them for part of the page.
        let unscripted = main.query_selector_all("noscript").ok()?;
        for index in 0..unscripted.length() {
            if let Some(element) = unscripted.get(index).and_then(|node| node.dyn_into::<Element>().ok()) {
                element.remove();
            }
        }
        Some(Self { page, main })
    }

    /// Swaps `<main>` and the title, and the header where another person's stands in it.
    pub(super) fn put(&self) {
        page::mark_hydrated(false);
        live::leave();
        reconcile();
        let header = |page: &Document| page.query_selector("body > header").ok().flatten();
        if let (Some(old), Some(new)) = (header(&document()), header(&self.page))
            && old.outer_html() != new.outer_html()
        {
            let _ = old.replace_with_with_node_1(&new);
        }
        if let Ok(Some(old)) = document().query_selector("main") {
            let _ = old.replace_with_with_node_1(&self.main);
        }
        document().set_title(&self.page.title());
    }
}

/// Where the person is on a page.
pub(super) struct Place {
    heading: Option<String>,
    focused: Option<Element>,
    /// What was unfolded, by its words.
    unfolded: Vec<Option<String>>,
}

impl Place {
    pub(super) fn of_page() -> Self {
        let focused = document()
            .active_element()
            .filter(|element| element.closest("main").is_ok_and(|main| main.is_some()));
        let unfolded = super::all("main details[open] > summary").map(|summary| summary.text_content());
        Self {
            heading: heading().and_then(|heading| heading.text_content()),
            focused,
            unfolded: unfolded.collect(),
        }
    }

    /// The page that stands now is the same one, with news in it.
    pub(super) fn is_same_screen(&self) -> bool {
        self.heading == heading().and_then(|heading| heading.text_content())
    }

    /// What was unfolded is again, the focus goes back to where it was, and the page does not move.
    pub(super) fn return_to(&self) {
        for summary in super::all("main details > summary") {
            if let (true, Some(details)) =
                (self.unfolded.contains(&summary.text_content()), summary.parent_element())
            {
                let _ = details.set_attribute("open", "");
            }
        }
        let Some(before) = &self.focused else { return };
        // By its id, else the element that leads to the same, or says the same.
        let is_same = |element: &Element| {
            let same = |name: &str| before.get_attribute(name) == element.get_attribute(name);
            let says = |element: &Element| element.text_content().unwrap_or_default();
            match before.id().is_empty() {
                true => {
                    same("href")
                        && same("aria-label")
                        && (before.has_attribute("href") || says(before) == says(element))
                }
                false => before.id() == element.id(),
            }
        };
        let alike = ["main ", &before.tag_name()].concat();
        if let Some(element) = super::all(&alike).find(is_same) {
            focus(&element);
        }
    }
}

/// A new screen is read from its heading.
pub(super) fn begin(position: f64) {
    if let Some(heading) = heading() {
        let _ = heading.set_attribute("tabindex", "-1");
        focus(&heading);
    }
    window().scroll_to_with_x_and_y(0.0, position);
    // What is there from the beginning is news to nobody's screen reader.
    if let Ok(Some(said)) = document().query_selector("main [data-said]") {
        announce_part(&said);
    }
}

/// A form that did not reach the server keeps what was typed.
pub(super) fn not_sent(form: &HtmlFormElement) {
    if let Ok(Some(old)) = form.query_selector("[data-not-sent]") {
        old.remove();
    }
    let alert = element("p", "field-error", &copy::say(Say::NotSent));
    let _ = alert.set_attribute("role", "alert");
    let _ = alert.set_attribute("data-not-sent", "");
    let _ = form.prepend_with_node_1(&alert);
}

/// The page that says that the page could not be fetched; its link tries again.
pub(super) fn offline(url: &str) {
    let Ok(Some(main)) = document().query_selector("main") else { return };
    live::leave();
    let column = element("div", "column", "");
    let retry = element("a", "button button-primary", &copy::say(Say::Retry));
    let _ = retry.set_attribute("href", url);
    let actions = element("div", "actions", "");
    let _ = actions.append_child(&retry);
    let title = element("h1", "", &copy::say(Say::OfflineTitle));
    for part in [title, element("p", "lead", &copy::say(Say::Offline)), actions] {
        let _ = column.append_child(&part);
    }
    main.set_text_content(None);
    let _ = main.append_child(&column);
    document().set_title(&copy::say(Say::OfflineTitle));
    begin(0.0);
    page::mark_hydrated(true);
}

fn heading() -> Option<Element> {
    document().query_selector("main h1").ok().flatten()
}

pub(super) fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}
