//! Boxes that have to be ticked before a form is sent. The server checks the same, but its answer holds no password: one that
//! was typed would be lost.
//!
//! The server marks such a box with `data-missing`, which is what to say beside one that is not ticked.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlFormElement, HtmlInputElement};

use super::{all, by_id, document, element, listeners::Listeners, swap};

const REQUIRED: &str = "main input[data-missing]";

/// Takes the message away from each box that is ticked.
pub(super) fn listen() {
    Listeners::forever(&document(), "change", |event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some(input) = input.filter(|input| input.checked() && input.has_attribute("data-missing")) {
            if let Some(message) = by_id(&message_id(&input)) {
                message.remove();
            }
            let _ = input.remove_attribute("aria-invalid");
        }
    });
}

/// Whether a box of the form has to be ticked first. Each says so, and the first takes the focus.
pub(super) fn are_missing(form: &HtmlFormElement) -> bool {
    let missing: Vec<HtmlInputElement> = all(REQUIRED)
        .filter_map(|input| input.dyn_into().ok())
        .filter(|input: &HtmlInputElement| !input.checked() && input.form().as_ref() == Some(form))
        .collect();
    missing.iter().for_each(say_beside);
    match missing.first() {
        Some(first) => {
            swap::focus(first);
            true
        }
        None => false,
    }
}

fn say_beside(input: &HtmlInputElement) {
    let _ = input.set_attribute("aria-invalid", "true");
    let id = message_id(input);
    if by_id(&id).is_some() {
        return;
    }
    let text = input.get_attribute("data-missing").unwrap_or_default();
    let message = element("p", "field-error", &text);
    message.set_id(&id);
    if let Ok(Some(field)) = input.closest(".field") {
        let _ = field.prepend_with_node_1(&message);
    }
}

/// The box names it in `aria-describedby`.
fn message_id(input: &Element) -> String {
    [&input.id(), "-error"].concat()
}
