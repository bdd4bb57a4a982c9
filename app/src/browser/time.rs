//! Times: the person's own instead of UTC, and waits that count down.

use js_sys::{Date, Object, Reflect};
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::{all, document, navigation, page};

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
    let seconds = countdown.get_attribute("data-countdown").and_then(|text| text.parse::<u32>().ok());
    let end = Date::now() + f64::from(seconds.unwrap_or_default()) * 1_000.0;
    while navigation::visit_count() == visit {
        let left = ((end - Date::now()) / 1_000.0).ceil().max(0.0) as u32;
        let two = |number: u32| [if number < 10 { "0" } else { "" }, &number.to_string()].concat();
        let text = [&(left / 60).to_string(), ":", &two(left % 60)].concat();
        countdown.set_text_content(Some(&text));
        if left == 0 {
            return;
        }
        page::sleep(1_000).await;
    }
}
