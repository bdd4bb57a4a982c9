//! Times: the person's own instead of UTC, ages that grow, notices that are due, and waits that count down.

use js_sys::{Array, Date, Intl::RelativeTimeFormat, Object, Reflect};
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::{all, announce_part, document, navigation, page};

/// Serves every time and every countdown of the present page.
pub(crate) fn attach() {
    let language =
        document().document_element().and_then(|html| html.get_attribute("lang")).unwrap_or_default();
    for time in all("main time[datetime]") {
        own_time(&time, &language);
    }
    for countdown in all("main [data-countdown]") {
        leptos::task::spawn_local(count_down(countdown));
    }
    leptos::task::spawn_local(grow_old(language));
}

/// Keeps the page true while it is open: how long ago things were, and what is to be said from a moment on.
async fn grow_old(language: String) {
    let (visit, opened) = (navigation::visit_count(), Date::now());
    while navigation::visit_count() == visit {
        let passed = (Date::now() - opened) / 1_000.0;
        for time in all("main time[data-age]") {
            tell_age(&time, &language, seconds(&time, "data-age") + passed);
        }
        for due in all("main [data-due][hidden]") {
            if seconds(&due, "data-due") <= passed {
                let _ = due.remove_attribute("hidden");
                announce_part(&due);
            }
        }
        page::sleep(5_000).await;
    }
}

/// As the server says it, which leaves the first minute to it.
fn tell_age(time: &Element, language: &str, age: f64) {
    let (length, unit) = if age < 3_600.0 {
        (60.0, "minute")
    } else if age < 86_400.0 {
        (3_600.0, "hour")
    } else {
        (86_400.0, "day")
    };
    if let (true, Some(text)) = (age >= length, time.first_child()) {
        let format = RelativeTimeFormat::new(&Array::of1(&language.into()), &Object::new());
        text.set_node_value(Some(&String::from(format.format(-(age / length).floor(), unit))));
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
    for part in ["dateStyle", "timeStyle"] {
        let _ = Reflect::set(&style, &part.into(), &JsValue::from_str("medium"));
    }
    let exact = String::from(moment.to_locale_string(language, &style));
    let _ = time.set_attribute("title", &exact);
    if let Ok(Some(read)) = time.query_selector(".visually-hidden") {
        read.set_text_content(Some(&[" (", &exact, ")"].concat()));
    }
}

async fn count_down(countdown: Element) {
    let visit = navigation::visit_count();
    let end = Date::now() + seconds(&countdown, "data-countdown") * 1_000.0;
    while navigation::visit_count() == visit {
        let left = ((end - Date::now()) / 1_000.0).ceil().max(0.0) as u32;
        let two = |number: u32| [if number < 10 { "0" } else { "" }, &number.to_string()].concat();
        let (hours, minutes) = (left / 3_600, left / 60 % 60);
        let start = match hours {
            0 => minutes.to_string(),
            _ => [&hours.to_string(), ":", &two(minutes)].concat(),
        };
        let text = [&start, ":", &two(left % 60)].concat();
        countdown.set_text_content(Some(&text));
        if left == 0 {
            // There is nothing left to wait for.
            if let Some(said) = countdown.parent_element() {
                let _ = said.set_attribute("hidden", "");
            }
            return;
        }
        page::sleep(1_000).await;
    }
}
