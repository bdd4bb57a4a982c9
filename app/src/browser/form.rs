//! Step 1's form as the browser sees it: its fields by name.

use domain::draft::Draft;
use wasm_bindgen::JsCast;
use web_sys::{Event, EventInit, HtmlAnchorElement, HtmlInputElement};

use super::{all, by_id, closest, data, drafts, find, navigation, page::listen, paths};
use crate::api::PORTAL_OF;

/// Step 1's form, as the page marks it.
const FORM: &str = "main form[data-draft]";

/// Says that a script has changed a field, as typing would.
pub(crate) fn changed(id: &str) {
    let bubbling = EventInit::new();
    bubbling.set_bubbles(true);
    if let (Some(field), Ok(event)) = (by_id(id), Event::new_with_event_init_dict("change", &bubbling)) {
        let _ = field.dispatch_event(&event);
    }
}

/// The draft that the page goes on with.
pub(crate) fn draft() -> Option<Draft> {
    let form = data(FORM)?;
    drafts::find(&form("scope"), &form("draft"))
}

/// Goes on with the page's draft, then saves every change of the form.
pub(crate) fn keep() {
    set("scripted", "true");
    if let Some(draft) = draft() {
        if let Some(connection) = &draft.connection_id {
            return navigation::replace(&paths().setup(connection.as_str()));
        }
        let unlisted = draft.institution_id.is_empty()
            && chosen("institution_id").is_none()
            && !(draft.requested_name.is_empty() && draft.portal_url.is_empty());
        if unlisted
            && field("requested_name").is_none()
            && !navigation::has_field(&navigation::query(), "listed")
        {
            return navigation::replace(&paths().resume_unlisted_draft(draft.id.as_str()));
        }
        restore(&draft);
    }
    let (Some(form), Some(page)) = (find(FORM), data(FORM)) else { return };
    let scope = page("scope");
    // Also of a draft that is resumed and not changed: Cancel deletes it.
    if draft().is_some() {
        say_saved();
    }
    // Whoever came by a bank's link has chosen it.
    if chosen("institution_id").is_some() {
        save(&scope);
    }
    let link_scope = scope.clone();
    let saves = move |_| {
        // What the search does with the same event comes first.
        let scope = scope.clone();
        leptos::task::spawn_local(async move { save(&scope) });
    };
    listen(&form, "input", saves.clone());
    listen(&form, "change", saves);
    // A bank that is chosen by its link goes into the same draft, so that whoever comes back and chooses another has one.
    listen(&form, "click", move |event| {
        if closest(&event, "[data-cancel]").is_some() {
            drafts::discard(&link_scope, &value("draft"));
        }
        let link = closest(&event, "a[href*='institution=']").and_then(|link| link.dyn_into().ok());
        let Some(link): Option<HtmlAnchorElement> = link else { return };
        if !navigation::has_field(&link.search(), "draft") {
            save(&link_scope);
            link.set_href(&navigation::with_draft(&link.href(), &value("draft")));
        }
    });
}

fn save(scope: &str) {
    if let Some(saved) = drafts::save(scope, &value("draft"), read) {
        set("draft", &saved);
        carry_over(&saved);
        navigation::note_draft(&saved);
        say_saved();
    }
}

fn say_saved() {
    if let Some(note) = by_id("draft-saved") {
        let _ = note.remove_attribute("hidden");
    }
}

/// The form's fields in a draft. Fields of the other form of step 1 keep what they had.
fn read(draft: Draft) -> Draft {
    let text = |name: &str, before: String| field(name).map_or(before, |field| field.value());
    let bank = chosen("institution_id");
    let (search_text, institution_id) = match &bank {
        Some(bank) => (bank.get_attribute("data-name").unwrap_or_default(), bank.value()),
        None => (text("query", draft.search_text), text("institution_id", draft.institution_id.clone())),
    };
    let portal = match &bank {
        Some(bank) => chosen(&[PORTAL_OF, &bank.value()].concat()),
        None => chosen("portal_url"),
    };
    // A portal that was chosen with a bank goes with it.
    let before = if draft.institution_id.is_empty() { draft.portal_url } else { String::new() };
    Draft {
        institution_name: if institution_id.is_empty() { String::new() } else { search_text.clone() },
        search_text,
        institution_id,
        requested_name: text("requested_name", draft.requested_name),
        portal_url: match portal {
            _ if field("portal_not_listed").is_some_and(|field| field.checked()) => value("own_portal"),
            Some(portal) => portal.value(),
            None => text("portal_url", before),
        },
        not_listed: field("not_listed").map_or(draft.not_listed, |field| field.checked()),
        ..draft
    }
}

/// Which radio button of a group is chosen.
fn chosen(name: &str) -> Option<HtmlInputElement> {
    let selector = [FORM, " input[type=radio]:checked"].concat();
    let radios = all(&selector);
    radios.filter_map(|radio| radio.dyn_into().ok()).find(|radio: &HtmlInputElement| radio.name() == name)
}

/// Fills the fields of an unlisted bank, except where the page already carries something newer.
fn restore(draft: &Draft) {
    for (name, value) in [("requested_name", &draft.requested_name), ("portal_url", &draft.portal_url)] {
        if let Some(field) = field(name).filter(|field| field.value().is_empty()) {
            field.set_value(value);
        }
    }
    if let Some(field) = field("not_listed") {
        field.set_checked(draft.not_listed);
    }
}

/// A field of the form by its name; of the portals of a bank, none.
fn field(name: &str) -> Option<HtmlInputElement> {
    let selector = [FORM, " input[name=", name, "]:not([type=radio])"].concat();
    find(&selector)?.dyn_into().ok()
}

/// What a field holds; nothing if there is no such field.
pub(crate) fn value(name: &str) -> String {
    field(name).map(|field| field.value()).unwrap_or_default()
}

pub(crate) fn set(name: &str, value: &str) {
    if let Some(field) = field(name) {
        field.set_value(value);
    }
}

pub(crate) fn tick(name: &str, ticked: bool) {
    if let Some(field) = field(name) {
        field.set_checked(ticked);
    }
}

/// The other form of step 1 goes on with the same draft.
fn carry_over(draft: &str) {
    let paths = paths();
    let links = [
        ("main [data-switch=unlisted]", paths.resume_unlisted_draft(draft)),
        ("main [data-switch=listed]", paths.resume_listed_draft(draft)),
    ];
    for (selector, href) in links {
        if let Some(link) = find(selector) {
            let _ = link.set_attribute("href", &href);
        }
    }
}
