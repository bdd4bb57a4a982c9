//! The page that is shown: its islands, its listeners, and waiting.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Event, EventTarget, RequestInit, Response};

use super::{all, document, drafts, listeners::Listeners, time, window};

thread_local! {
    /// The listeners on elements of the page that is shown.
    static LISTENERS: RefCell<Listeners> = RefCell::default();
}

/// Makes every island of `<main>` interactive, then says so on `<html>`.
pub(crate) fn hydrate_islands() {
    drafts::erase_expired();
    let hydrate =
        Reflect::get(&window(), &"__connectIsland".into()).ok().and_then(|f| f.dyn_into::<Function>().ok());
    if let Some(hydrate) = hydrate {
        for island in all("main leptos-island") {
            let name = island.get_attribute("data-component").unwrap_or_default();
            let _ = hydrate.call2(&JsValue::NULL, &island, &name.into());
        }
    }
    time::attach();
    mark_hydrated(true);
}

/// Handles an event of an element of `<main>` until another page takes its place.
pub(crate) fn listen(target: &EventTarget, event: &'static str, handle: impl Fn(Event) + 'static) {
    LISTENERS.with_borrow_mut(|listeners| listeners.add(target, event, handle));
}

/// Releases what belongs to a page that has been replaced, so that nothing keeps it in memory.
pub(super) fn release() {
    drop(LISTENERS.take());
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

/// Waits for `future`, but no longer than `millis`.
pub(crate) async fn within<T>(millis: i32, future: impl Future<Output = T>) -> Option<T> {
    let (mut future, mut timeout) = (pin!(future), pin!(sleep(millis)));
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => timeout.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// Fetches a text, but waits no longer than `millis` for all of it.
pub(super) async fn fetch(
    url: &str,
    request: &RequestInit,
    millis: i32,
) -> Result<(Response, String), JsValue> {
    let stop = AbortController::new()?;
    request.set_signal(Some(&stop.signal()));
    let fetched = async {
        let response = JsFuture::from(window().fetch_with_str_and_init(url, request)).await?;
        let response: Response = response.dyn_into()?;
        let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
        Ok((response, text))
    };
    let fetched = within(millis, fetched).await;
    fetched.unwrap_or_else(|| {
        stop.abort();
        Err(JsValue::UNDEFINED)
    })
}
