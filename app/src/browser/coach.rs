//! Help beside the fields of an unlisted bank, while they are filled in.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

use super::{by_id, document, form, page, page::listen};

/// Help that has not come by then is not shown.
const TIMEOUT_MILLIS: i32 = 8_000;

/// Asks about what was typed whenever a field is left. It only speaks: nothing is chosen or changed.
pub(crate) fn attach() {
    let Some(notes) = by_id("portal-coach") else { return };
    for id in ["requested_name", "portal_url"] {
        if let Some(field) = by_id(id) {
            let notes = notes.clone();
            listen(&field, "change", move |_| leptos::task::spawn_local(advise(notes.clone())));
        }
    }
}

async fn advise(notes: Element) {
    let typed = || (form::value("requested_name"), form::value("portal_url"));
    let asked = typed();
    let advice = crate::api::coach_portal(Some(asked.0.clone()), Some(asked.1.clone()));
    let advice = page::within(TIMEOUT_MILLIS, advice).await;
    // What appears would move away the button that is being pressed.
    while document().query_selector("main :active").is_ok_and(|pressed| pressed.is_some()) {
        page::sleep(50).await;
    }
    if typed() != asked {
        return;
    }
    notes.set_text_content(None);
    // Help that does not come is not missed.
    let Some(Ok(advice)) = advice else { return };
    ask_to_check(&advice.confirm);
    // Written by the server, like every other part of a page.
    notes.set_inner_html(&advice.html);
}

/// Shows the box that confirms a suspicious host, or hides it. What was ticked for one host counts for no other.
fn ask_to_check(host: &str) {
    let Some(row) = by_id("address-check") else { return };
    let _ = row.toggle_attribute_with_force("hidden", host.is_empty());
    let field = by_id("address_checked").and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    if let Some(field) = field.filter(|field| field.value() != host) {
        field.set_value(host);
        field.set_checked(false);
    }
}
