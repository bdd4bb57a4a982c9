//! Times: the person's own instead of UTC, ages that grow, notices that are due, and waits that count down.

use std::cell::Cell;

use js_sys::{Array, Date, Intl::RelativeTimeFormat, Object, Reflect};
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

use super::{all, announce_part, document, window};

#[wasm_bindgen]
extern "C" {
    /// `Intl.getCanonicalLocales`, which refuses what is no language tag.
    #[wasm_bindgen(js_namespace = Intl, js_name = getCanonicalLocales, catch)]
    fn canonical_locales(tag: &str) -> Result<Array, JsValue>;
}

thread_local! {
    /// When the page that is shown was put there, in milliseconds.
    static SHOWN_AT: Cell<f64> = const { Cell::new(0.0) };
}

/// Keeps the times of whatever page is shown true from now on.
pub(super) fn start() {
    let tick = Closure::<dyn Fn()>::new(tick);
    let _ =
        window().set_interval_with_callback_and_timeout_and_arguments_0(tick.as_ref().unchecked_ref(), 1_000);
    tick.forget();
}

/// Serves every time of a page that was just put there.
pub(super) fn attach() {
    SHOWN_AT.set(Date::now());
    let language = language();
    for time in all("main time[datetime]") {
        own_time(&time, &language);
    }
    tick();
}

/// The language that the page is in now: a browser's translation changes it too. What is no language tag gives way to the
/// language of the browser, and that to English.
fn language() -> String {
    let page = document().document_element().and_then(|html| html.get_attribute("lang"));
    let canonical = |tag: String| canonical_locales(&tag).ok()?.get(0).as_string();
    page.and_then(canonical)
        .or_else(|| window().navigator().language().and_then(canonical))
        .unwrap_or_else(|| "en".to_owned())
}

/// Keeps the page true while it is open: how long ago things were, how long to wait, and what is to be said from a moment on.
fn tick() {
    let passed = (Date::now() - SHOWN_AT.get()) / 1_000.0;
    for time in all("main time[data-age]") {
        tell_age(&time, seconds(&time, "data-age") + passed);
    }
    for due in all("main [data-due][hidden]") {
        if seconds(&due, "data-due") <= passed {
            let _ = due.remove_attribute("hidden");
            announce_part(&due);
        }
    }
    for countdown in all("main :not([hidden]) > [data-countdown]") {
        count_down(&countdown, seconds(&countdown, "data-countdown") - passed);
    }
}

/// As the server says it, which leaves the first minute to it.
fn tell_age(time: &Element, age: f64) {
    let (length, unit) = if age < 3_600.0 {
        (60.0, "minute")
    } else if age < 86_400.0 {
        (3_600.0, "hour")
    } else {
        (86_400.0, "day")
    };
    let count = (age / length) as u32;
    // Text that is as it was is left alone: a browser may have translated it.
    let told = [&count.to_string(), unit].concat();
    if count == 0 || time.get_attribute("data-told").is_some_and(|before| before == told) {
        return;
    }
    if let Some(text) = time.first_child() {
        let format = RelativeTimeFormat::new(&Array::of1(&language().into()), &Object::new());
        text.set_text_content(Some(&String::from(format.format(-f64::from(count), unit))));
        let _ = time.set_attribute("data-told", &told);
    }
}

/// What the server wrote of a time, in seconds.
fn seconds(element: &Element, attribute: &str) -> f64 {
    let seconds = element.get_attribute(attribute).and_then(|text| text.parse::<u32>().ok());
    f64::from(seconds.unwrap_or_default())
}

/// The exact time, on hover and for screen readers.
fn own_time(time: &Element, language: &str) {
    let moment = Date::new(&time.get_attribute("datetime").unwrap_or_default().into());
    let style = Object::new();
    // As the server writes days: a region's habit may be another calendar.
    let options = [
        ("dateStyle", "medium"),
        ("timeStyle", "medium"),
        ("calendar", "gregory"),
        ("numberingSystem", "latn"),
    ];
    for (name, value) in options {
        let _ = Reflect::set(&style, &name.into(), &JsValue::from_str(value));
    }
    let exact = String::from(moment.to_locale_string(language, &style));
    let _ = time.set_attribute("title", &exact);
    if let Ok(Some(read)) = time.query_selector(".visually-hidden") {
        read.set_text_content(Some(&[" (", &exact, ")"].concat()));
    }
}

fn count_down(countdown: &Element, left: f64) {
    let left = left.ceil().max(0.0) as u32;
    let two = |number: u32| [if number < 10 { "0" } else { "" }, &number.to_string()].concat();
    let (hours, minutes) = (left / 3_600, left / 60 % 60);
    let start = match hours {
        0 => minutes.to_string(),
        _ => [&hours.to_string(), ":", &two(minutes)].concat(),
    };
    countdown.set_text_content(Some(&[&start, ":", &two(left % 60)].concat()));
    // There is nothing left to wait for.
    if let (0, Some(said)) = (left, countdown.parent_element()) {
        let _ = said.set_attribute("hidden", "");
    }
}
