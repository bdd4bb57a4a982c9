//! Puts a fetched page in place of the present one, and says so when none came.

use std::cell::RefCell;

use wasm_bindgen::JsCast;
use web_sys::{Document, DomParser, Element, HtmlElement, SupportedType};

use super::submission::Submission;
use super::{
    all, announce_part, by_id, document, element, find, find_in, live, meta_of, page, prototype, reconcile,
    window,
};
use crate::copy::{self, Say};
use crate::paths;

thread_local! {
    /// The language that the server wrote the page in. What `<html>` says may be that of a translation by the browser.
    static LANGUAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What of the page around `<main>` depends on its person and language.
const AROUND_MAIN: [&str; 4] =
    ["meta[name=connect-words]", "body > .skip-link", "body > header", "body > .page-footer"];

/// Notes in which language the first page is.
pub(super) fn start() {
    LANGUAGE
        .set(document().document_element().and_then(|html| html.get_attribute("lang")).unwrap_or_default());
}

/// What came for a page.
pub(super) enum Fetched {
    Page(NextPage),
    /// A page of ours that does not fit this program.
    OtherBuild,
    NoPage,
}

/// A page of this very build.
pub(super) struct NextPage {
    page: Document,
    main: Element,
}

impl Fetched {
    pub(super) fn parse(html: &str) -> Self {
        let page =
            DomParser::new().and_then(|parser| parser.parse_from_string(html, SupportedType::TextHtml));
        let Ok(page) = page else { return Self::NoPage };
        match (meta_of(&page, paths::BUILD), find_in(&page, "main")) {
            (build, _) if build.is_empty() => Self::NoPage,
            (build, Some(main)) if build == meta_of(&document(), paths::BUILD) => {
                // The parser knows of no scripts, so it takes what is for browsers without them for part of the page.
                while let Ok(Some(unscripted)) = main.query_selector("noscript") {
                    unscripted.remove();
                }
                Self::Page(NextPage { page, main })
            }
            _ => Self::OtherBuild,
        }
    }
}

impl NextPage {
    /// Swaps `<main>`, the title, and what around it is for another person or in another language now.
    pub(super) fn put(&self) {
        page::mark_hydrated(false);
        live::leave();
        reconcile();
        self.speak();
        for selector in AROUND_MAIN {
            if let (Some(old), Some(new)) = (find(selector), find_in(&self.page, selector))
                && old.outer_html() != new.outer_html()
            {
                let _ = old.replace_with_with_node_1(&new);
            }
        }
        if let Some(old) = find("main") {
            let _ = old.replace_with_with_node_1(&self.main);
        }
        page::release();
        set_title(find_in(&self.page, TITLE).and_then(|title| title.text_content()));
    }

    /// What the page of a problem says, without what only a page needs. `None` for any other page.
    pub(super) fn problem(&self) -> Option<Element> {
        let problem = find_in(&self.page, "[data-screen=problem]")?;
        for selector in ["h1", ".actions"] {
            if let Ok(Some(part)) = problem.query_selector(selector) {
                part.remove();
            }
        }
        Some(problem)
    }

    /// Says on `<html>` in which language the page is, if that is another one now.
    fn speak(&self) {
        let (Some(old), Some(new)) = (document().document_element(), self.page.document_element()) else {
            return;
        };
        let language = new.get_attribute("lang").unwrap_or_default();
        if LANGUAGE.replace(language.clone()) != language {
            for name in ["lang", "dir"] {
                let _ = old.set_attribute(name, &new.get_attribute(name).unwrap_or_default());
            }
        }
    }
}

/// Where the person is on a page. Words tell nothing here: a browser may have translated them.
pub(super) struct Place {
    screen: String,
    focused: Option<Spot>,
    unfolded: Vec<Spot>,
}

impl Place {
    pub(super) fn of_page() -> Self {
        let focused =
            document().active_element().filter(|_| has_focus("body > :is(main, header, #announcer) *"));
        Self {
            screen: screen(),
            focused: focused.map(|element| Spot::of(&element)),
            unfolded: all("main details[open]").map(|details| Spot::of(&details)).collect(),
        }
    }

    /// The page that stands now is the same one, with news in it.
    pub(super) fn is_same_screen(&self) -> bool {
        self.screen == screen()
    }

    /// What was unfolded is again, the focus goes back to where it was, and the page does not move.
    pub(super) fn return_to(&self) {
        if !self.return_to_focus() && self.focused.is_some() {
            focus_heading();
        }
    }

    /// Unfolds what was unfolded and focuses the element that had the focus. Returns false if that is gone.
    pub(super) fn return_to_focus(&self) -> bool {
        for details in self.unfolded.iter().filter_map(Spot::find) {
            let _ = details.set_attribute("open", "");
        }
        match self.focused.as_ref().and_then(Spot::find) {
            Some(element) => {
                focus_in_place(&element);
                true
            }
            None => false,
        }
    }
}

/// An element of a page, as it is found again on the same page with news in it.
struct Spot {
    tag: String,
    /// What says which one it is: its values of `IDENTIFYING`, and what its form does.
    identity: Vec<Option<String>>,
    /// Its index among elements of the same tag and identity.
    index: usize,
    tab_index: Option<String>,
}

const IDENTIFYING: [&str; 5] = ["id", "href", "name", "data-copy", "data-discard"];

impl Spot {
    fn of(element: &Element) -> Self {
        let spot = Self {
            tag: element.tag_name(),
            identity: identity(element),
            index: 0,
            tab_index: element.get_attribute("tabindex"),
        };
        let index = spot.alike().position(|other| other == *element);
        Self { index: index.unwrap_or_default(), ..spot }
    }

    fn alike(&self) -> impl Iterator<Item = Element> {
        all(&self.tag).filter(|element| identity(element) == self.identity)
    }

    fn find(&self) -> Option<Element> {
        let found = self.alike().nth(self.index)?;
        if let Some(tab_index) = &self.tab_index {
            let _ = found.set_attribute("tabindex", tab_index);
        }
        Some(found)
    }
}

/// A button is that of its form.
fn identity(element: &Element) -> Vec<Option<String>> {
    let form = prototype::closest(element, "form").and_then(|form| prototype::attribute(&form, "action"));
    let own = IDENTIFYING.iter().map(|name| prototype::attribute(element, name));
    own.chain([form]).collect()
}

/// Which screen is shown: its address, and which of those at one address it is, such as a step of the setup.
fn screen() -> String {
    let named = find("main [data-screen]").and_then(|screen| screen.get_attribute("data-screen"));
    [&window().location().pathname().unwrap_or_default(), " ", &named.unwrap_or_default()].concat()
}

/// Begins a new screen: at the place that the address names, at the field that a refused form asks for, else at the heading.
pub(super) fn begin(position: f64, fragment: &str) {
    window().scroll_to_with_x_and_y(0.0, position);
    if let Some(place) = by_id(fragment) {
        let _ = place.set_attribute("tabindex", "-1");
        focus_in_place(&place);
        place.scroll_into_view();
    } else if let Some(field) = find("main [autofocus]") {
        focus(&field);
    } else {
        focus_heading();
    }
    announce_result();
}

/// Says what the page has to say of what was just done. What is there from the beginning is news to nobody's screen reader.
pub(super) fn announce_result() {
    if let Some(said) = find("main [data-said]") {
        announce_part(&said);
    }
}

/// Says above a form that it was not accepted: because of a problem, or because no answer of ours came. The form keeps
/// what was typed.
pub(super) fn not_sent(form: &Submission, problem: Option<Element>) {
    all("main [data-not-sent]").for_each(|old| old.remove());
    let alert = problem.unwrap_or_else(|| element("p", "", &copy::say(Say::NotSent)));
    alert.set_class_name("field-error");
    let _ = alert.set_attribute("role", "alert");
    let _ = alert.set_attribute("data-not-sent", "");
    form.say_above(&alert);
}

/// The page that says that the page could not be fetched; its link tries again.
pub(super) fn offline(url: &str) {
    let Some(main) = find("main") else { return };
    live::leave();
    let column = element("div", "column", "");
    let _ = column.set_attribute("data-screen", "offline");
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
    page::release();
    set_title(Some(copy::say(Say::OfflineTitle)));
    begin(0.0, "");
    page::mark_hydrated(true);
}

/// Not `document.title`, which is a form of that name where the host's part of the page has one.
const TITLE: &str = "head > title";

fn set_title(text: Option<String>) {
    if let Some(title) = find(TITLE) {
        title.set_text_content(text.as_deref());
    }
}

fn focus_heading() {
    if let Some(heading) = find("main h1") {
        let _ = heading.set_attribute("tabindex", "-1");
        focus_in_place(&heading);
    }
}

/// Gives the focus to what was pressed, as not every browser does, so that it is known where the person is. A field in which
/// Enter was pressed keeps it.
pub(super) fn focus_pressed(element: &Element) {
    if !has_focus("main :is(input, select)") {
        focus_in_place(element);
    }
}

fn has_focus(selector: &str) -> bool {
    document().active_element().is_some_and(|element| element.matches(selector).is_ok_and(|matches| matches))
}

/// Moves the focus and not the page. Not every field heeds `preventScroll`: a date does not in Chromium.
fn focus_in_place(element: &Element) {
    let position = window().scroll_y().unwrap_or_default();
    focus(element);
    window().scroll_to_with_x_and_y(0.0, position);
}

pub(super) fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}
