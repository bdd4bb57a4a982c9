//! The page as a whole: its islands, its visibility, its timers.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, VisibilityState};

use super::{document, time, window};

/// Makes every island of `<main>` interactive, then says so on `<html>`.
pub(crate) async fn hydrate_islands() {
    let hydrate =
        Reflect::get(&window(), &"__connectIsland".into()).ok().and_then(|f| f.dyn_into::<Function>().ok());
    if let (Some(hydrate), Ok(islands)) = (hydrate, document().query_selector_all("main leptos-island")) {
        for index in 0..islands.length() {
            let Some(island) = islands.get(index).and_then(|node| node.dyn_into::<Element>().ok()) else {
                continue;
            };
            let name = island.get_attribute("data-component").unwrap_or_default();
            if let Ok(result) = hydrate.call2(&JsValue::NULL, &island, &name.into())
                && let Ok(promise) = result.dyn_into::<Promise>()
            {
                let _ = JsFuture::from(promise).await;
            }
        }
    }
    time::attach();
    mark_hydrated(true);
}

/// `data-hydrated` on `<html>`: the page is as interactive as it will be.
pub(crate) fn mark_hydrated(hydrated: bool) {
    if let Some(html) = document().document_element() {
        let _ = if hydrated {
            html.set_attribute("data-hydrated", "true")
        } else {
            html.remove_attribute("data-hydrated")
        };
    }
}

/// Waits.
pub(crate) async fn sleep(millis: i32) {
    let timer = Promise::new(&mut |resolve, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis);
    });
    let _ = JsFuture::from(timer).await;
}

/// Waits until the page can be seen.
pub(crate) async fn visible() {
    while document().visibility_state() == VisibilityState::Hidden {
        let shown = Promise::new(&mut |resolve, _| {
            let once = web_sys::AddEventListenerOptions::new();
            once.set_once(true);
            let _ = document().add_event_listener_with_callback_and_add_event_listener_options(
                "visibilitychange",
                &resolve,
                &once,
            );
        });
        let _ = JsFuture::from(shown).await;
    }
}
