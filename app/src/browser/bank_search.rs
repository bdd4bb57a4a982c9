//! The bank search: an editable combobox with a list and manual selection, after the ARIA Authoring Practices.
//!
//! The server writes the field, the empty list and all that surrounds them; here is only what moves.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement, KeyboardEvent};

use super::{by_id, children, closest, data, document, element, form, page, page::listen, reveal, verbatim};
use crate::copy::{Say, say};
use crate::model::Institution;

struct Combobox {
    input: HtmlInputElement,
    list: Element,
    news: Element,
    /// The form field that carries the choice.
    chosen: HtmlInputElement,
    portals: Element,
    /// The banks that the company has, each with where it leads.
    held: Option<Element>,
    banks: RefCell<Vec<Institution>>,
    /// The option that the keyboard is on; it is not chosen before Enter.
    active: Cell<Option<usize>>,
    open: Cell<bool>,
    /// One request at a time: while it runs, only the newest text counts.
    asking: Cell<bool>,
    /// Something was searched for on this page.
    has_asked: Cell<bool>,
}

/// A search that has not answered by then will not.
const TIMEOUT_MILLIS: i32 = 8_000;

/// What a browser says of a key that belongs to an input method, where it does not say so otherwise.
const COMPOSING_KEY: u32 = 229;

/// Brings the page's search field to life.
pub(crate) fn attach() {
    let Some(combobox) = Combobox::of_page() else { return };
    let combobox = Rc::new(combobox);
    let on = |target: &Element, event: &'static str, handle: fn(&Rc<Combobox>, Event)| {
        let combobox = combobox.clone();
        listen(target, event, move |event| handle(&combobox, event));
    };
    on(&combobox.input, "input", |combobox, _| combobox.typed());
    on(&combobox.input, "keydown", |combobox, event| combobox.key(event.unchecked_ref()));
    on(&combobox.input, "focus", |combobox, _| combobox.ask_once());
    on(&combobox.input, "blur", |combobox, _| combobox.close());
    // Keeps the focus in the field, so that its blur does not close the list before the click.
    on(&combobox.list, "mousedown", |_, event| event.prevent_default());
    on(&combobox.list, "click", |combobox, event| combobox.clicked(&event));
    combobox.restore();
    if document().active_element().is_some_and(|focused| focused.id() == combobox.input.id()) {
        combobox.ask_once();
    }
}

impl Combobox {
    fn of_page() -> Option<Self> {
        Some(Self {
            input: by_id("bank")?.dyn_into().ok()?,
            list: by_id("bank-options")?,
            news: by_id("bank-news")?,
            chosen: by_id("bank-chosen")?.dyn_into().ok()?,
            portals: by_id("bank-portals")?,
            held: by_id("bank-held"),
            banks: RefCell::default(),
            active: Cell::new(None),
            open: Cell::new(false),
            asking: Cell::new(false),
            has_asked: Cell::new(false),
        })
    }

    /// Free text. It never becomes a choice by itself.
    fn text(&self) -> String {
        self.input.value()
    }

    fn typed(self: &Rc<Self>) {
        self.take(None);
        self.active.set(None);
        self.open.set(true);
        self.ask();
    }

    /// Searches for what the field holds. An answer to an older text is not shown.
    fn ask(self: &Rc<Self>) {
        if self.asking.replace(true) {
            return;
        }
        self.has_asked.set(true);
        let this = self.clone();
        leptos::task::spawn_local(async move {
            loop {
                let text = this.text();
                if text.trim().is_empty() {
                    this.found(Vec::new(), "");
                    break;
                }
                let answer = crate::api::search_institutions(Some(text.clone()), Some("true".to_owned()));
                let answer = page::within(TIMEOUT_MILLIS, answer).await;
                // An option that is replaced while it is pressed is never clicked.
                while this.list.matches(":active").unwrap_or_default() {
                    page::sleep(100).await;
                }
                if this.text() != text {
                    continue;
                }
                match answer {
                    None => this.found(Vec::new(), &say(Say::SearchFailed)),
                    Some(Ok(found)) => this.found(found.institutions, &found.news),
                    // That nothing came back is all that a browser knows; a server says why.
                    Some(Err(error)) if error.0.message.is_empty() => {
                        this.found(Vec::new(), &say(Say::SearchFailed));
                    }
                    Some(Err(error)) => {
                        this.found(Vec::new(), &error.0.message);
                        // Where somebody has to sign in again, this leads there and back.
                        let retry = element("a", "", &say(Say::Retry));
                        let _ = retry.set_attribute("href", "");
                        let _ = this.news.append_with_str_1(" ");
                        let _ = this.news.append_child(&retry);
                    }
                }
                break;
            }
            this.asking.set(false);
        });
    }

    /// Searches for what stands in the field already: it came with the page, or before this program.
    fn ask_once(self: &Rc<Self>) {
        if !self.has_asked.get() && self.chosen.value().is_empty() && !self.text().trim().is_empty() {
            self.open.set(true);
            self.ask();
        }
    }

    fn found(&self, banks: Vec<Institution>, news: &str) {
        // Somebody has chosen meanwhile.
        if !self.chosen.value().is_empty() {
            return;
        }
        // The keyboard stays on its bank, should that have been found again.
        let before = self.active.get().and_then(|index| self.banks.borrow().get(index).cloned());
        self.active.set(
            before
                .and_then(|bank| banks.iter().position(|found| found.institution_id == bank.institution_id)),
        );
        self.list.set_text_content(None);
        for (index, bank) in banks.iter().enumerate() {
            self.add_option(index, bank);
        }
        self.banks.replace(banks);
        self.news.set_text_content(Some(news));
        self.show();
    }

    fn add_option(&self, index: usize, bank: &Institution) {
        let option = element("li", "option", "");
        let _ = option.set_attribute("role", "option");
        option.set_id(&option_id(index));
        let badge = self.badge(bank).unwrap_or_default();
        for (class, text, parts) in [
            ("option-name", &bank.name, &bank.name_parts[..]),
            ("option-domain", &bank.domain, &bank.domain_parts),
            ("option-held", &badge, &[]),
        ] {
            let part = element("span", class, if parts.is_empty() { text } else { "" });
            if class != "option-held" {
                verbatim(&part);
            }
            for (index, text) in parts.iter().enumerate() {
                let tag = if index % 2 == 0 { "span" } else { "mark" };
                let _ = part.append_child(&element(tag, "", text));
            }
            if !text.is_empty() {
                let _ = option.append_child(&part);
                // The space is read, where the gap is only seen.
                let _ = option.append_with_str_1(" ");
            }
        }
        let _ = self.list.append_child(&option);
    }

    /// Whether the company has the bank already, in words.
    fn badge(&self, bank: &Institution) -> Option<String> {
        self.held.iter().flat_map(children).find_map(|row| {
            let ours = row.get_attribute("data-institution")? == bank.institution_id;
            if ours { row.get_attribute("data-badge") } else { None }
        })
    }

    /// Writes what moves into the page.
    fn show(&self) {
        let shown = self.shown();
        let _ = self.list.toggle_attribute_with_force("hidden", !shown);
        let _ = self.input.set_attribute("aria-expanded", if shown { "true" } else { "false" });
        let active = self.active.get();
        let _ = match active {
            Some(index) => self.input.set_attribute("aria-activedescendant", &option_id(index)),
            None => self.input.remove_attribute("aria-activedescendant"),
        };
        for (index, option) in children(&self.list).enumerate() {
            let _ =
                option.set_attribute("aria-selected", if active == Some(index) { "true" } else { "false" });
        }
    }

    fn shown(&self) -> bool {
        self.open.get() && !self.banks.borrow().is_empty()
    }

    fn close(&self) {
        self.open.set(false);
        self.active.set(None);
        self.show();
    }

    fn key(self: &Rc<Self>, event: &KeyboardEvent) {
        // The keys of an input method choose and take back characters, not banks.
        if event.is_composing() || event.key_code() == COMPOSING_KEY {
            return;
        }
        let count = self.banks.borrow().len();
        let shown = self.shown();
        let active = self.active.get().filter(|_| shown);
        match event.key().as_str() {
            key @ ("ArrowDown" | "ArrowUp") if count > 0 => {
                let next = match (active, key == "ArrowDown") {
                    (None, true) => 0,
                    (None, false) => count - 1,
                    (Some(index), true) => (index + 1) % count,
                    (Some(index), false) => (index + count - 1) % count,
                };
                event.prevent_default();
                self.open.set(true);
                self.active.set(Some(next));
                self.show();
                if let Some(option) = by_id(&option_id(next)) {
                    reveal(&option);
                }
            }
            "Enter" if shown => {
                // With the list open Enter belongs to the list; without an active option nothing is chosen or sent.
                event.prevent_default();
                if let Some(index) = active {
                    self.choose(index);
                }
            }
            "Escape" if shown => {
                event.prevent_default();
                self.close();
            }
            _ => {}
        }
    }

    fn clicked(self: &Rc<Self>, event: &Event) {
        let option = closest(event, "[role=option]");
        let index = option.and_then(|option| children(&self.list).position(|row| row == option));
        if let Some(index) = index {
            self.choose(index);
        }
    }

    fn choose(self: &Rc<Self>, index: usize) {
        let bank = self.banks.borrow().get(index).cloned();
        if let Some(bank) = bank {
            self.input.set_value(&bank.name);
            // What was typed for another bank counts for no other.
            form::tick("portal_not_listed", false);
            form::set("own_portal", "");
            self.take(Some(&bank));
            self.close();
            form::changed("bank");
        }
    }

    /// Makes a bank the choice, or none.
    fn take(&self, bank: Option<&Institution>) {
        self.chosen.set_value(bank.map_or("", |bank| &bank.institution_id));
        self.portals.set_text_content(None);
        if let Some(bank) = bank {
            let named = element("span", "", &[&bank.name, ", ", &bank.domain].concat());
            verbatim(&named);
            self.news.set_text_content(None);
            let _ = self.news.append_child(&named);
            let _ = self.news.append_with_str_1(&[" ", &say(Say::Chosen)].concat());
            let _ = self.portals.append_child(&portals(bank));
        }
        if let Some(own) = by_id("own-portal") {
            let _ = own.toggle_attribute_with_force("hidden", bank.is_none());
        }
        for row in self.held.iter().flat_map(children) {
            let ours = bank.is_some_and(|bank| {
                row.get_attribute("data-institution").is_some_and(|id| id == bank.institution_id)
            });
            let _ = row.toggle_attribute_with_force("hidden", !ours);
        }
    }

    /// Takes up what a draft holds, unless the page already carries something newer.
    fn restore(self: &Rc<Self>) {
        let Some(draft) = form::draft() else { return };
        if self.text().is_empty() {
            self.input.set_value(&draft.search_text);
        }
        if draft.institution_id.is_empty() || self.text() != draft.search_text {
            return;
        }
        // The catalog is asked again: the bank may have changed since the draft was saved. Meanwhile the search is as alive
        // as ever.
        let this = self.clone();
        leptos::task::spawn_local(async move {
            let found = crate::api::search_institutions(Some(draft.institution_id.clone()), None);
            let found = page::within(TIMEOUT_MILLIS, found).await.and_then(Result::ok);
            let bank = found.and_then(|found| {
                found.institutions.into_iter().find(|bank| bank.institution_id == draft.institution_id)
            });
            if bank.is_some() && this.text() == draft.search_text && this.chosen.value().is_empty() {
                this.take(bank.as_ref());
                this.close();
            }
        });
    }
}

fn option_id(index: usize) -> String {
    ["bank-option-", &index.to_string()].concat()
}

/// The portals of a bank: the one chosen before the server had a question or the person went away, else its usual one if
/// there is one. A portal that is not among them was typed.
fn portals(bank: &Institution) -> Element {
    let asked = data("main form[data-portal]").map(|data| data("portal")).filter(|portal| !portal.is_empty());
    let draft = form::draft().filter(|draft| draft.institution_id == bank.institution_id);
    let before = asked.or_else(|| draft.map(|draft| draft.portal_url)).unwrap_or_default();
    let listed = bank.portals.iter().position(|portal| *portal == before);
    if listed.is_none() && !before.is_empty() {
        form::tick("portal_not_listed", true);
        form::set("own_portal", &before);
    }
    let usual = bank.usual_portal();
    if let [portal] = &bank.portals[..] {
        // No choice, and not sent.
        let only = element("p", "hint", "");
        let _ = only.append_child(&address(portal, usual.is_some()));
        return only;
    }
    let group = element("fieldset", "choices", "");
    let _ = group.set_attribute("role", "radiogroup");
    let _ = group.append_child(&element("legend", "", &say(Say::BankPortal)));
    for (index, portal) in bank.portals.iter().enumerate() {
        let label = element("label", "choice", "");
        let radio = element("input", "", "");
        for (name, value) in [("type", "radio"), ("name", "portal_url"), ("value", portal)] {
            let _ = radio.set_attribute(name, value);
        }
        let _ = radio.toggle_attribute_with_force("checked", listed.or(usual) == Some(index));
        let _ = label.append_child(&radio);
        let _ = label.append_child(&address(portal, usual == Some(index)));
        let _ = group.append_child(&label);
    }
    group
}

/// A portal's address, and whether it is the usual one.
fn address(portal: &str, is_usual: bool) -> Element {
    let text = element("span", "", "");
    let address = element("span", "", portal);
    verbatim(&address);
    let _ = text.append_child(&address);
    if is_usual {
        let _ = text.append_with_str_1(" ");
        let _ = text.append_child(&element("span", "muted", &say(Say::UsualPortal)));
    }
    text
}
