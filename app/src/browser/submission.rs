//! A form that is submitted: what it sends and where to, with the button that was pressed.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Element, Event, HtmlAnchorElement, HtmlElement, HtmlFormElement, SubmitEvent, UrlSearchParams,
};

use super::{
    element, navigation,
    prototype::{Entries, attribute, closest, prepend, request_submit, toggle_attribute},
};

/// A form that this program sends in the browser's stead.
pub(super) struct Submission {
    pub(super) form: HtmlFormElement,
    /// The button that was pressed.
    pub(super) button: Option<HtmlElement>,
    pub(super) url: String,
    /// The body of a POST; `None` for a GET, whose fields are in the address.
    pub(super) body: Option<UrlSearchParams>,
}

impl Submission {
    /// Reads the form that `event` submits. `None` for one that is the browser's: in the host's part of the page, with an
    /// address beside the mount, in another window, with files, as a dialog, or in an encoding of its own.
    pub(super) fn of(event: &Event) -> Option<Self> {
        let button = event.dyn_ref::<SubmitEvent>()?.submitter();
        let form = event.target()?.dyn_into::<HtmlFormElement>().ok()?;
        if event.default_prevented() || closest(&form, "main").is_none() || is_external(&form) {
            return None;
        }
        // What the button says of itself comes before what the form says.
        let said = |name: &str| {
            let of_button = button.as_ref().and_then(|button| attribute(button, &["form", name].concat()));
            of_button.or_else(|| attribute(&form, name)).unwrap_or_default()
        };
        let is = |name: &str, value: &str| said(name).eq_ignore_ascii_case(value);
        if is("method", "dialog") || !(is("target", "") || is("target", "_self")) {
            return None;
        }
        let link = element("a", "", "").dyn_into::<HtmlAnchorElement>().ok()?;
        link.set_href(
            &Some(said("action")).filter(|action| !action.is_empty()).unwrap_or_else(navigation::here),
        );
        if !navigation::is_ours(&link) {
            return None;
        }
        let is_post = is("method", "post");
        if is_post && (is("enctype", "multipart/form-data") || is("enctype", "text/plain")) {
            return None;
        }
        let entries = Entries::new(&form, button.as_ref()).ok()?;
        let is_file = |entry: JsValue| !Array::from(&entry).get(1).is_string();
        if Array::from(&entries).iter().any(is_file) {
            return None;
        }
        // From one object of the browser's to another: a password is never in this program's memory.
        let fields = UrlSearchParams::new_with_str_sequence_sequence(&entries).ok()?;
        if !is_post {
            link.set_search(&String::from(fields.to_string()));
        }
        Some(Self { form, button, url: link.href(), body: is_post.then_some(fields) })
    }

    /// Whether the form is being sent already: a second click while the first is on its way is no second request.
    pub(super) fn is_busy(&self) -> bool {
        attribute(&self.form, "data-busy").is_some()
    }

    pub(super) fn mark_busy(&self, busy: bool) {
        toggle_attribute(&self.form, "data-busy", busy);
    }

    /// Lets the browser send the form, now and from now on.
    pub(super) fn leave_to_browser(&self) {
        toggle_attribute(&self.form, "data-external", true);
        let _ = request_submit(&self.form, self.button.as_ref());
    }

    /// Puts a message above the fields.
    pub(super) fn say_above(&self, message: &Element) {
        prepend(&self.form, message);
    }
}

/// Marked for an ordinary visit: it changes more than `<main>`, or leads elsewhere.
pub(super) fn is_external(element: &Element) -> bool {
    let rel = attribute(element, "rel").unwrap_or_default();
    attribute(element, "data-external").is_some()
        || rel.split_ascii_whitespace().any(|word| word == "external")
}
