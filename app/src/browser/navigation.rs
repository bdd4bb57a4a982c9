//! Soft navigation: links and forms fetch the next page and swap `<main>`, with the history, the focus and the scroll
//! position of an ordinary visit. Whatever it cannot do well it leaves to the browser.

use std::cell::{Cell, RefCell};

use js_sys::Reflect;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Event, Headers, HtmlAnchorElement, MouseEvent, RequestInit, Response, ScrollRestoration, UrlSearchParams,
};

use super::submission::{Submission, is_external};
use super::swap::Fetched;
use super::{closest, confirmations, document, listeners::Listeners, live, meta, page, swap, window};
use crate::paths;

thread_local! {
    /// Grows with each visit: an answer that comes after another visit has begun is dropped.
    static VISITS: Cell<u32> = const { Cell::new(0) };
    /// The visit that is under way; 0 for none.
    static UNDER_WAY: Cell<u32> = const { Cell::new(0) };
    /// The address of the page that is shown. What stands behind a `#` is a place on it.
    static SHOWN: RefCell<String> = const { RefCell::new(String::new()) };
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
    if let (false, Ok(history)) = (has_field(&query(), "draft"), window().history()) {
        let address = with_draft(&here(), draft);
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
        note_shown();
    }
}

/// The query of the present address.
pub(crate) fn query() -> String {
    window().location().search().unwrap_or_default()
}

/// Whether a query has a field of this name.
pub(crate) fn has_field(query: &str, name: &str) -> bool {
    UrlSearchParams::new_with_str(query).is_ok_and(|fields| fields.has(name))
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
    Listeners::forever(&document(), "click", |event| {
        if let Some(link) = followed_link(&event) {
            event.prevent_default();
            swap::focus_pressed(&link);
            visit(&link.href());
        }
    });
    Listeners::forever(&document(), "submit", |event| {
        if let Some(submission) = Submission::of(&event) {
            event.prevent_default();
            if !submission.is_busy() && !confirmations::are_missing(&submission.form) {
                submission.button.iter().for_each(|button| swap::focus_pressed(button));
                spawn_local(submit(submission));
            }
        }
    });
    note_shown();
    Listeners::forever(&window(), "popstate", |event| {
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
    history: History,
    /// The form that leads there.
    form: Option<&'a Submission>,
    /// Nobody asked for it: what failed is not shown.
    quiet: bool,
}

impl<'a> Visit<'a> {
    fn to(url: &'a str) -> Self {
        Self { url, history: History::Push, form: None, quiet: false }
    }

    /// What a POST sends; `None` for a GET.
    fn body(&self) -> Option<&UrlSearchParams> {
        self.form?.body.as_ref()
    }
}

async fn submit(form: Submission) {
    form.mark_busy(true);
    go(Visit { form: Some(&form), ..Visit::to(&form.url) }).await;
    form.mark_busy(false);
}

/// Whether it led anywhere.
async fn go(visit: Visit<'_>) -> bool {
    let number = VISITS.get() + 1;
    VISITS.set(number);
    UNDER_WAY.set(number);
    if visit.history == History::Push {
        remember_scroll();
    }
    live::leave();
    let fetched = fetch(&visit).await;
    if VISITS.get() != number {
        return true;
    }
    UNDER_WAY.set(0);
    let fetched = fetched.map(|(response, html)| (response, Fetched::parse(&html)));
    let nothing_better = match &fetched {
        // What is no page of ours comes from something on the way, unless the host sends people there to sign in.
        Ok((response, Fetched::NoPage)) => !response.redirected(),
        Ok((response, _)) => response.status() >= 500 || response.status() == 429,
        Err(_) => true,
    };
    match fetched {
        // Whoever asked asks again. Listening meanwhile would tell the same once more.
        _ if visit.quiet && (nothing_better || live::is_in_use()) => return false,
        Ok((response, fetched)) => show(&visit, &response, fetched),
        Err(_) => match visit.form.filter(|_| visit.body().is_some()) {
            Some(form) => swap::not_sent(form, None),
            None => {
                swap::offline(visit.url);
                record(&visit, visit.url);
            }
        },
    }
    // A page that came listens by itself. Whatever else came of the visit, the page that stays goes on listening; one that is
    // left by an ordinary visit stays too, if that leads to a file.
    if !live::is_listening() {
        live::connect();
    }
    true
}

async fn fetch(visit: &Visit<'_>) -> Result<(Response, String), JsValue> {
    /// A page that has not come by then will not come.
    const TIMEOUT_MILLIS: i32 = 30_000;
    let request = RequestInit::new();
    let headers = Headers::new()?;
    headers.set("Accept", "text/html")?;
    headers.set(paths::BUILD, &meta(paths::BUILD))?;
    if visit.quiet {
        headers.set(paths::AFTER_NEWS, "true")?;
    }
    request.set_headers(&headers);
    if let Some(body) = visit.body() {
        request.set_method("POST");
        request.set_body(body);
    }
    page::fetch(visit.url, &request, TIMEOUT_MILLIS).await
}

/// Shows the fetched page in place of the present one.
fn show(visit: &Visit<'_>, response: &Response, fetched: Fetched) {
    // To what the form sent, and not the page after it.
    let answered = visit.form.filter(|form| form.body.is_some() && !response.redirected());
    let next = match (fetched, answered) {
        // Sent again later, the form may be accepted: it stays with what was typed, and the problem is shown above it.
        (Fetched::Page(next), Some(form)) if is_temporary(response.status()) => match next.problem() {
            None => next,
            problem => return swap::not_sent(form, problem),
        },
        (Fetched::Page(next), _) => next,
        // Refused by a newer build, whose page this program cannot show: the browser can, and nothing was done yet.
        (Fetched::OtherBuild, Some(form)) if response.status() < 500 => return form.leave_to_browser(),
        // Nothing followed the form, and its own address is no page.
        (_, Some(form)) => return swap::not_sent(form, None),
        (_, None) => return leave(visit, response),
    };
    let before = swap::Place::of_page();
    next.put();
    let fragment = visit.url.split_once('#').map(|(_, fragment)| fragment).unwrap_or_default();
    // A refused form stands in its own answer: the address stays that of the page.
    if response.ok() || visit.body().is_none() {
        let join = if fragment.is_empty() { "" } else { "#" };
        record(visit, &[&response.url(), join, fragment].concat());
    }
    let is_same_screen = before.is_same_screen();
    match visit.history {
        History::Replace if is_same_screen => before.return_to(),
        // Another part of what the page shows, such as other transactions.
        History::Push if is_same_screen && visit.body().is_none() && before.return_to_focus() => {
            swap::announce_result();
        }
        History::Back(position) => swap::begin(position, ""),
        History::Push | History::Replace => swap::begin(0.0, fragment),
    }
    page::hydrate_islands();
}

/// Too many requests, or a fault of a server's.
fn is_temporary(status: u16) -> bool {
    status == 429 || status >= 500
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
    without_fragment(&here()).to_owned()
}

fn without_fragment(address: &str) -> &str {
    address.split('#').next().unwrap_or_default()
}

/// The link that a click follows, if it is one of ours and an ordinary click.
fn followed_link(event: &Event) -> Option<HtmlAnchorElement> {
    let click = event.dyn_ref::<MouseEvent>()?;
    let modified = click.meta_key() || click.ctrl_key() || click.shift_key() || click.alt_key();
    if click.button() != 0 || modified || event.default_prevented() {
        return None;
    }
    let link = closest(event, "a[href]")?.dyn_into::<HtmlAnchorElement>().ok()?;
    let ours =
        is_ours(&link) && link.target().is_empty() && !link.has_attribute("download") && !is_external(&link);
    let jump = !link.hash().is_empty() && SHOWN.with_borrow(|shown| *shown == without_fragment(&link.href()));
    (ours && !jump).then_some(link)
}

/// Whether the link leads to an address below the mount.
pub(super) fn is_ours(link: &HtmlAnchorElement) -> bool {
    window().location().origin().is_ok_and(|origin| origin == link.origin())
        && link.pathname().strip_prefix(super::paths().base()).is_some_and(|rest| rest.starts_with('/'))
}

fn remember_scroll() {
    if let (Ok(history), Ok(position)) = (window().history(), window().scroll_y()) {
        let _ = history.replace_state_with_url(&JsValue::from_f64(position), "", None);
    }
}

pub(super) fn here() -> String {
    window().location().href().unwrap_or_default()
}
