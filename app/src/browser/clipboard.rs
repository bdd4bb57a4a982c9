//! Copy buttons.

use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event};

use super::{announce, closest, element, find, page::listen, reveal, window};
use crate::copy::{Say, say};

/// Serves every `[data-copy]` of the present page.
pub(crate) fn attach() {
    let Some(main) = find("main") else { return };
    listen(&main, "click", |event: Event| {
        if let Some(button) = closest(&event, "[data-copy]") {
            leptos::task::spawn_local(copy(button));
        }
    });
}

async fn copy(button: Element) {
    let value = button.get_attribute("data-copy").unwrap_or_default();
    if write(&value).await {
        let _ = button.set_attribute("data-done", "");
        announce(&button.get_attribute("data-copied").unwrap_or_default());
    } else {
        failed(&button);
    }
}

/// Says so below the value, which can still be selected.
fn failed(button: &Element) {
    let text = say(Say::CopyFailed);
    // An earlier copy may have worked.
    let _ = button.remove_attribute("data-done");
    if let Ok(Some(row)) = button.closest(".detail-row") {
        if let Ok(Some(before)) = row.query_selector(".copy-failed") {
            before.remove();
        }
        let message = element("dd", "copy-failed", &text);
        let _ = row.append_child(&message);
        // The button was the last that could be seen, perhaps.
        reveal(&message);
    }
    announce(&text);
}

/// Puts a text on the clipboard; `false` where the browser does not allow it.
async fn write(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    // Absent on pages without a secure context.
    !clipboard.is_undefined() && JsFuture::from(clipboard.write_text(text)).await.is_ok()
}
