//! Soft navigation: links and forms fetch the next page and swap `<main>`, with the history, the focus and the scroll
//! position of an ordinary visit. Whatever it cannot do well it leaves to the browser.

use std::cell::{Cell, RefCell};

use js_sys::Reflect;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Element, Event, FormData, Headers, HtmlAnchorElement, HtmlFormElement, MouseEvent,
    RequestInit, Response, ScrollRestoration, UrlSearchParams,
};

use super::{document, live, page, swap, window};
use crate::paths;

thread_local! {
    /// Grows with each visit: an answer that comes after another visit has begun is dropped.
    static VISITS: Cell<u32> = const { Cell::new(0) };
    /// The visit that is under way; 0 for none.
    static UNDER_WAY: Cell<u32> = const { Cell::new(0) };
    /// The address of the page that is shown. What stands behind a `#` is a place on it.
    static SHOWN: RefCell<String> = const { RefCell::new(String::new()) };
}

/// How many pages this document has shown.
pub(crate) fn visit_count() -> u32 {
    VISITS.get()
}

/// Whether a page is being fetched: what the person does comes before any news.
pub(crate) fn is_busy() -> bool {
    UNDER_WAY.get() != 0
}

/// Goes to another page.
pub(crate) fn visit(url: &str) {
    let url = url.to_owned();
    spawn_local(async move {
        go(Visit::to(&url)).await;
    });
}

/// Goes to another page in place of this one: the way back does not lead here.
pub(crate) fn replace(url: &str) {
    let url = url.to_owned();
    spawn_local(async move {
        go(Visit { history: History::Replace, ..Visit::to(&url) }).await;
    });
}

/// Notes the draft in the page's address, for a reload and for the way back.
pub(crate) fn note_draft(draft: &str) {
    let here = here();
    if let (false, Ok(history)) = (here.contains("draft="), window().history()) {
        let address = with_draft(&here, draft);
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
        note_shown();
    }
}

/// An address of step 1 that goes on with a draft.
pub(crate) fn with_draft(address: &str, draft: &str) -> String {
    let join = if address.contains('?') { "&draft=" } else { "?draft=" };
    [address, join, &paths::encode(draft)].concat()
}

/// Fetches the present page again. The server may answer with another one.
pub(crate) fn refresh() {
    replace(&here());
}

/// The same, until it is shown. The page stays as it is where nothing better came: nobody asked for another.
pub(crate) async fn refreshed() -> bool {
    go(Visit { history: History::Replace, quiet: true, ..Visit::to(&here()) }).await
}

/// Takes links, forms and the history over.
pub(super) fn listen() {
    if let Ok(history) = window().history() {
        let _ = history.set_scroll_restoration(ScrollRestoration::Manual);
    }
    on("click", |event| {
        if let Some(url) = followed_link(event) {
            event.prevent_default();
            visit(&url);
        }
    });
    on("submit", |event| {
        if let Some(form) = event.target().and_then(|t| t.dyn_into::<HtmlFormElement>().ok())
            && !event.default_prevented()
            && !is_external(&form)
        {
            event.prevent_default();
            spawn_local(submit(form));
        }
    });
    note_shown();
    let back = Closure::<dyn Fn(Event)>::new(|event: Event| {
        // A jump to another place of the same page, such as the skip link's.
        if SHOWN.with_borrow(|shown| *shown == page_address()) {
            return;
        }
        let scroll =
            Reflect::get(&event, &"state".into()).ok().and_then(|state| state.as_f64()).unwrap_or_default();
        spawn_local(async move {
            go(Visit { history: History::Back(scroll), ..Visit::to(&here()) }).await;
        });
    });
    let _ = window().add_event_listener_with_callback("popstate", back.as_ref().unchecked_ref());
    back.forget();
}

/// What the visit does to the history.
#[derive(Clone, Copy, PartialEq)]
enum History {
    Push,
    Replace,
    /// The browser has moved already; the page scrolls to where it was left.
    Back(f64),
}

struct Visit<'a> {
    url: &'a str,
    /// A POST with this body; else a GET.
    body: Option<UrlSearchParams>,
    history: History,
    form: Option<&'a HtmlFormElement>,
    /// Nobody asked for it: what failed is not shown.
    quiet: bool,
}

impl<'a> Visit<'a> {
    fn to(url: &'a str) -> Self {
        Self { url, body: None, history: History::Push, form: None, quiet: false }
    }
}

async fn submit(form: HtmlFormElement) {
    // A second click while the first is on its way is no second request.
    if form.has_attribute("data-busy") {
        return;
    }
    let Ok(data) = FormData::new_with_form(&form) else { return };
    // From one object of the browser's to another: a password is never in this program's memory.
    let Ok(fields) = UrlSearchParams::new_with_str_sequence_sequence(&data) else { return };
    let _ = form.set_attribute("data-busy", "");
    let action = form.get_attribute("action").unwrap_or_else(here);
    if form.method() == "post" {
        go(Visit { body: Some(fields), form: Some(&form), ..Visit::to(&action) }).await;
    } else {
        let query = String::from(fields.to_string());
        let url = [&action, "?", &query].concat();
        go(Visit { form: Some(&form), ..Visit::to(&url) }).await;
    }
    let _ = form.remove_attribute("data-busy");
}

/// Whether it led anywhere.
async fn go(visit: Visit<'_>) -> bool {
    let number = visit_count() + 1;
    VISITS.set(number);
    UNDER_WAY.set(number);
    if visit.history == History::Push {
        remember_scroll();
    }
    live::leave();
    let fetched = fetch(&visit).await;
    if visit_count() != number {
        return true;
    }
    UNDER_WAY.set(0);
    let nothing_better = match &fetched {
        Ok((response, _)) => response.status() >= 500 || response.status() == 429,
        Err(_) => true,
    };
    match fetched {
        // Whoever asked asks again. Listening meanwhile would tell the same once more.
        _ if visit.quiet && (nothing_better || live::is_in_use()) => return false,
        Ok((response, html)) => show(&visit, &response, &html).await,
        Err(_) if visit.body.is_some() => {
            if let Some(form) = visit.form {
                swap::not_sent(form);
            }
            live::connect();
        }
        Err(_) => {
            swap::offline(visit.url);
            record(&visit, visit.url);
        }
    }
    true
}

async fn fetch(visit: &Visit<'_>) -> Result<(Response, String), JsValue> {
    /// A page that has not come by then will not come.
    const PATIENCE_MILLIS: i32 = 30_000;
    let stop = AbortController::new()?;
    let request = RequestInit::new();
    request.set_signal(Some(&stop.signal()));
    let headers = Headers::new()?;
    headers.set("Accept", "text/html")?;
    if visit.quiet {
        headers.set(paths::AFTER_NEWS, "true")?;
    }
    request.set_headers(&headers);
    if let Some(body) = &visit.body {
        request.set_method("POST");
        request.set_body(body);
    }
    let timer = Closure::once_into_js(move || stop.abort());
    let timer = window()
        .set_timeout_with_callback_and_timeout_and_arguments_0(timer.unchecked_ref(), PATIENCE_MILLIS)?;
    let response = JsFuture::from(window().fetch_with_str_and_init(visit.url, &request)).await?;
    let response: Response = response.dyn_into()?;
    let html = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    window().clear_timeout_with_handle(timer);
    Ok((response, html))
}

/// Shows the fetched page in place of the present one.
async fn show(visit: &Visit<'_>, response: &Response, html: &str) {
    let Some(next) = swap::Fetched::parse(html) else {
        // To what the form sent, and not the page after it.
        let is_answer = visit.body.is_some() && !response.redirected();
        return match visit.form {
            // Refused by a newer build, whose page this program cannot show: the browser can, and nothing was done yet.
            Some(form) if is_answer && response.status() < 500 && swap::is_page(html) => {
                let _ = form.submit();
            }
            // Nothing followed the form, and its own address is no page.
            Some(form) if is_answer => swap::not_sent(form),
            _ => leave(visit, response),
        };
    };
    let before = swap::Place::of_page();
    next.put();
    // A refused form stands in its own answer: the address stays that of the page.
    if response.ok() || visit.body.is_none() {
        record(visit, &response.url());
    }
    match visit.history {
        History::Replace if before.is_same_screen() => before.return_to(),
        History::Back(position) => swap::begin(position),
        History::Push | History::Replace => swap::begin(0.0),
    }
    page::hydrate_islands().await;
}

/// An ordinary visit, where a soft one would be wrong.
fn leave(visit: &Visit<'_>, response: &Response) {
    let url = if response.url().is_empty() { visit.url.to_owned() } else { response.url() };
    let _ = window().location().assign(&url);
}

fn record(visit: &Visit<'_>, url: &str) {
    let Ok(history) = window().history() else { return };
    let url = if url.is_empty() { visit.url } else { url };
    let unchanged = url == here();
    let _ = match visit.history {
        History::Push if !unchanged => history.push_state_with_url(&JsValue::NULL, "", Some(url)),
        History::Back(_) if unchanged => Ok(()),
        _ => {
            // News leave the position that the way back needs.
            let state = if unchanged { history.state().unwrap_or_default() } else { JsValue::NULL };
            history.replace_state_with_url(&state, "", Some(url))
        }
    };
    note_shown();
}

fn note_shown() {
    SHOWN.set(page_address());
}

fn page_address() -> String {
    let here = here();
    here.split('#').next().unwrap_or_default().to_owned()
}

/// The link that a click follows, if it is one of ours and an ordinary click.
fn followed_link(event: &Event) -> Option<String> {
    let click = event.dyn_ref::<MouseEvent>()?;
    let modified = click.meta_key() || click.ctrl_key() || click.shift_key() || click.alt_key();
    if click.button() != 0 || modified || event.default_prevented() {
        return None;
    }
    let link = event.target()?.dyn_into::<Element>().ok()?.closest("a[href]").ok()??;
    let link = link.dyn_into::<HtmlAnchorElement>().ok()?;
    let ours = link.origin() == window().location().origin().ok()?
        && link.pathname().strip_prefix(super::paths().base()).is_some_and(|rest| rest.starts_with('/'))
        && link.target().is_empty()
        && !link.has_attribute("download")
        && !is_external(&link);
    let jump = !link.hash().is_empty();
    (ours && !jump).then(|| link.href())
}

/// Marked for an ordinary visit: it changes more than `<main>`, or leads elsewhere.
fn is_external(element: &Element) -> bool {
    element.has_attribute("data-external")
        || element
            .get_attribute("rel")
            .is_some_and(|rel| rel.split_ascii_whitespace().any(|word| word == "external"))
}

fn remember_scroll() {
    if let (Ok(history), Ok(position)) = (window().history(), window().scroll_y()) {
        let _ = history.replace_state_with_url(&JsValue::from_f64(position), "", None);
    }
}

fn here() -> String {
    window().location().href().unwrap_or_default()
}

fn on(event: &str, handle: fn(&Event)) {
    let closure = Closure::<dyn Fn(Event)>::new(move |event: Event| handle(&event));
    let _ = document().add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    closure.forget();
}
