//! Functions of elements, called on their prototypes.
//!
//! A field hides the property of its form that has its name: `form.method` is the field called `method`, if there is one, and
//! with a field called `closest`, `form.closest(…)` fails. No field hides these.

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::{Element, FormData, HtmlElement, HtmlFormElement};

#[wasm_bindgen]
extern "C" {
    /// The value of an attribute.
    #[wasm_bindgen(js_namespace = ["Element", "prototype", "getAttribute"], js_name = call)]
    pub(super) fn attribute(element: &Element, name: &str) -> Option<String>;

    /// Sets or removes an attribute without a value.
    #[wasm_bindgen(js_namespace = ["Element", "prototype", "toggleAttribute"], js_name = call)]
    pub(super) fn toggle_attribute(element: &Element, name: &str, force: bool) -> bool;

    /// The element itself, or the next one around it, that a selector finds.
    #[wasm_bindgen(js_namespace = ["Element", "prototype", "closest"], js_name = call)]
    pub(super) fn closest(element: &Element, selector: &str) -> Option<Element>;

    /// Puts an element before all others in this one.
    #[wasm_bindgen(js_namespace = ["Element", "prototype", "prepend"], js_name = call)]
    pub(super) fn prepend(element: &Element, child: &Element);

    /// Submits a form as a click on its button would.
    #[wasm_bindgen(js_namespace = ["HTMLFormElement", "prototype", "requestSubmit"], js_name = call, catch)]
    pub(super) fn request_submit(form: &HtmlFormElement, button: Option<&HtmlElement>)
    -> Result<(), JsValue>;

    /// The entries of a form, that of the button that was pressed among them.
    #[wasm_bindgen(extends = FormData, js_name = FormData)]
    pub(super) type Entries;

    #[wasm_bindgen(constructor, js_class = "FormData", catch)]
    pub(super) fn new(form: &HtmlFormElement, button: Option<&HtmlElement>) -> Result<Entries, JsValue>;
}
