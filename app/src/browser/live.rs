//! Hears what changed about the connections that the page shows, and brings it up to date: the server renders the page
//! again, and it is fetched softly.
//!
//! The page says what it knows: `data-live` up to which event, `data-open` which connection it is about, and each
//! `[data-connection]` in which version and words.

use std::cell::{Cell, RefCell};

use js_sys::{JSON, Reflect};
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, EventSource, HtmlInputElement, MessageEvent, Response, VisibilityState};

use super::{
    all, announce, complain, data, document, listen, navigation, now, page, paths, reconcile, window,
};
use crate::copy::{self, Say};
use crate::paths::encode;

/// After so many failures in a row the page asks every five seconds instead, for a minute.
const MOST_FAILURES: u32 = 3;
const ASKS_FOR_MILLIS: i64 = 60_000;

/// A stream that lasted so long was none of those failures.
const LASTING_MILLIS: i64 = 10_000;

/// What happened is told again for a day. A page that is older than half of one, when it is back from sleep, is fetched anew.
const OLD_MILLIS: i64 = 12 * 3_600_000;

/// Something that a stream told.
struct Told {
    kind: &'static str,
    /// The connection's; of what is only known to have happened, the last event's.
    id: String,
    version: i64,
    step: Option<String>,
    /// It has just happened.
    is_news: bool,
}

thread_local! {
    static STREAM: RefCell<Option<EventSource>> = const { RefCell::new(None) };
    static FAILURES: Cell<u32> = const { Cell::new(0) };
    /// When it tries to listen again; the pages that somebody goes through meanwhile do not put that off.
    static ASKS_UNTIL: Cell<i64> = const { Cell::new(0) };
    /// When the present page was put there.
    static SHOWN_AT: Cell<i64> = const { Cell::new(0) };
    /// When the present stream began, if it has.
    static OPENED: Cell<Option<i64>> = const { Cell::new(None) };
    /// The page is being fetched again.
    static UPDATING: Cell<bool> = const { Cell::new(false) };
    /// What was told, and the page was not looked at for yet.
    static MEANWHILE: RefCell<Vec<Told>> = const { RefCell::new(Vec::new()) };
    /// Somebody already notices when the page is hidden and shown.
    static NOTICED: Cell<bool> = const { Cell::new(false) };
}

/// Follows what the present page shows, while it can be seen.
pub(crate) fn attach() {
    if !NOTICED.replace(true) {
        listen(&document(), "visibilitychange", |_| {
            if is_hidden() {
                leave();
            } else if FAILURES.get() < MOST_FAILURES {
                connect();
            }
        });
    }
    SHOWN_AT.set(now().as_millis());
    connect();
}

/// The page is not looked at any more, or needs the line: a browser has six to one site.
pub(super) fn leave() {
    if let Some(stream) = STREAM.take() {
        stream.close();
    }
}

fn is_hidden() -> bool {
    document().visibility_state() == VisibilityState::Hidden
}

/// Where the page hears what happened after what it shows.
fn address() -> Option<String> {
    let page = data("main [data-live]")?;
    Some([&paths().events(), "?open=", &encode(&page("open")), "&after=", &page("live")].concat())
}

/// Listens, or asks now and then.
pub(super) fn connect() {
    leave();
    OPENED.set(None);
    let Some(address) = address().filter(|_| !is_hidden()) else { return };
    if FAILURES.get() >= MOST_FAILURES {
        return spawn_local(poll(address));
    }
    let Ok(stream) = EventSource::new(&address) else { return };
    for kind in ["connection", "removed", "transactions"] {
        listen(&stream, kind, move |event| {
            if let Some(event) = event.dyn_ref::<MessageEvent>() {
                // What comes without a number was so before, and the page knows of it or does not show it.
                let is_news = !event.last_event_id().is_empty();
                heard(kind, &event.data().as_string().unwrap_or_default(), is_news);
            }
        });
    }
    listen(&stream, "open", |_| {
        let now = now().as_millis();
        OPENED.set(Some(now));
        if now - SHOWN_AT.get() > OLD_MILLIS {
            take(Told { kind: "more", id: String::new(), version: 0, step: None, is_news: true });
        }
    });
    listen(&stream, "error", |_| failed());
    STREAM.set(Some(stream));
}

/// The browser comes back by itself, unless the server refused.
fn failed() {
    let refused = STREAM.with_borrow(|stream| {
        stream.as_ref().is_some_and(|stream| stream.ready_state() == EventSource::CLOSED)
    });
    let lasted = OPENED.take().is_some_and(|at| now().as_millis() - at > LASTING_MILLIS);
    let before = if lasted { 0 } else { FAILURES.get() };
    FAILURES.set(if refused { MOST_FAILURES } else { before + 1 });
    if FAILURES.get() >= MOST_FAILURES {
        ASKS_UNTIL.set(now().as_millis() + ASKS_FOR_MILLIS);
        connect();
    }
}

/// Asks for the present state every five seconds, and after a while tries to listen again.
async fn poll(address: String) {
    let visit = navigation::visit_count();
    let address = [&address, "&snapshot="].concat();
    let mut trouble = false;
    while now().as_millis() < ASKS_UNTIL.get() {
        page::sleep(5_000).await;
        page::visible().await;
        if navigation::visit_count() != visit {
            return;
        }
        match ask(&address).await {
            // What is being typed stays; its submit says that the session has ended.
            Ok((401, _)) if is_in_use() => {}
            Ok((401, _)) => return navigation::refresh(),
            Ok((200, text)) => {
                trouble = false;
                reconcile();
                for block in text.split("\n\n") {
                    // Of what happened before, only states are told.
                    if let Some((_, data)) = block.split_once("\ndata: ") {
                        heard("connection", data, false);
                    }
                }
                // What else happened is not in it; that something did, is.
                let head = text.trim_end().rsplit("id: ").next().unwrap_or_default().to_owned();
                take(Told { kind: "more", id: head, version: 0, step: None, is_news: true });
            }
            // Said once, not every five seconds.
            _ if !trouble => {
                trouble = true;
                complain(Say::LiveTrouble);
            }
            _ => {}
        }
        if navigation::visit_count() != visit {
            return;
        }
    }
    FAILURES.set(0);
    connect();
}

async fn ask(address: &str) -> Result<(u16, String), JsValue> {
    let response: Response = JsFuture::from(window().fetch_with_str(address)).await?.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?.as_string();
    Ok((response.status(), text.unwrap_or_default()))
}

/// Takes what a stream told.
fn heard(kind: &'static str, data: &str, is_news: bool) {
    let Ok(data) = JSON::parse(data) else { return };
    let field = |name: &str| Reflect::get(&data, &name.into()).unwrap_or_default();
    take(Told {
        kind,
        id: field("connectionId").as_string().unwrap_or_default(),
        // Reading a fraction from text would cost 10 kB; versions are whole numbers.
        version: field("version").as_f64().unwrap_or_default() as i64,
        step: field("step").as_string(),
        is_news,
    });
}

fn take(told: Told) {
    MEANWHILE.with_borrow_mut(|meanwhile| meanwhile.push(told));
    if !UPDATING.get() {
        catch_up();
    }
}

/// Brings the page up to date, if it shows something else than what was told: once for all that was.
fn catch_up() {
    let told: Vec<Told> = MEANWHILE.take().into_iter().filter(Told::is_missing).collect();
    if told.is_empty() {
        return;
    }
    UPDATING.set(true);
    spawn_local(async move {
        update(&told).await;
        UPDATING.set(false);
        catch_up();
    });
}

impl Told {
    /// Whether the page does not show it yet.
    fn is_missing(&self) -> bool {
        if self.kind == "more" {
            let shown = data("main [data-live]").map(|page| page("live")).unwrap_or_default();
            return !shown.is_empty() && shown != self.id;
        }
        let shown =
            all("main [data-connection]").find(|shown| attribute(shown, "data-connection") == self.id);
        match (shown, self.kind) {
            (Some(shown), "connection") => {
                let version = attribute(&shown, "data-version").parse::<i64>().unwrap_or_default();
                let is_step = |step: &String| *step == attribute(&shown, "data-step");
                version < self.version || version == self.version && !self.step.as_ref().is_some_and(is_step)
            }
            // Only its own page shows a connection's transactions.
            (Some(shown), "transactions") => shown.has_attribute("data-follow"),
            (Some(_), _) => true,
            // A list may be of those in one state, and this one in it now.
            (None, _) => self.is_news && self.kind == "connection" && document_has_list(),
        }
    }
}

fn document_has_list() -> bool {
    all("main [data-live][data-open='']").next().is_some()
}

/// Whose connections these are, where all of them are on the page.
fn whose_list() -> Option<String> {
    data("main [data-whole]").map(|page| page("whole"))
}

/// Fetches the page again and says what is new about it.
async fn update(told: &[Told]) {
    let main = || document().query_selector("main").ok().flatten();
    let looked_at = main();
    // A thousand pages that heard the same do not ask in the same moment.
    page::sleep(random(300)).await;
    if main() != looked_at {
        return;
    }
    let (whose, before) = loop {
        // What is being done, and where the person is going, is worth more than news.
        while navigation::is_busy() || is_in_use() {
            page::sleep(500).await;
            if main() != looked_at {
                return;
            }
        }
        let before: (_, Vec<_>) = (whose_list(), words().collect());
        if navigation::refreshed().await {
            break before;
        }
        // It came, but something is being done by now.
        if is_in_use() {
            continue;
        }
        page::sleep(2_000 + random(2_000)).await;
        if main() != looked_at {
            return;
        }
    };
    let after: Vec<_> = words().collect();
    let mut news: Vec<String> =
        after.iter().filter(|said| !before.contains(said)).map(|(_, said)| said.clone()).collect();
    // The page of a connection that is gone says so itself.
    if document_has_list() {
        // One that only left a part of the list is not gone.
        let is_whole = whose.is_some() && whose == whose_list();
        let is_removed = |id: &str| {
            let says_so = |told: &Told| told.kind == "removed" && told.id == id;
            is_whole || told.iter().any(says_so) || MEANWHILE.with_borrow(|all| all.iter().any(says_so))
        };
        let gone =
            before.iter().filter(|(id, _)| after.iter().all(|(there, _)| there != id) && is_removed(id));
        news.extend(gone.map(|(_, said)| [said, ". ", &copy::say(Say::Gone)].concat()));
    }
    if told.iter().any(|told| told.kind == "transactions") {
        news.push(copy::say(Say::NewTransactions));
    }
    if !news.is_empty() {
        announce(&news.join(". "));
    }
}

fn random(below: i32) -> i32 {
    (js_sys::Math::random() * f64::from(below)) as i32
}

/// Each connection's id, and what would be said of it.
fn words() -> impl Iterator<Item = (String, String)> {
    all("main [data-says]")
        .map(|shown| (attribute(&shown, "data-connection"), attribute(&shown, "data-says")))
}

/// Whether something is being typed, chosen or pressed: another page in its place would take it away. What is replaced
/// while it is pressed is never clicked.
pub(super) fn is_in_use() -> bool {
    all("main input").any(|field| is_edited(&field))
        || all("main option:checked").any(|option| is_other(&option))
        || all("main :active").next().is_some()
}

/// Whether another option was chosen than the one that the page came with: the marked one, else the first.
fn is_other(option: &Element) -> bool {
    let list = option.closest("select").ok().flatten();
    let marked = list.and_then(|list| list.query_selector("[selected]").ok().flatten());
    match marked {
        Some(marked) => marked != *option,
        None => option.previous_element_sibling().is_some(),
    }
}

fn is_edited(field: &Element) -> bool {
    field.dyn_ref::<HtmlInputElement>().is_some_and(|field| {
        field.value() != field.default_value() || field.checked() != field.default_checked()
    })
}

fn attribute(element: &Element, name: &str) -> String {
    element.get_attribute(name).unwrap_or_default()
}
