//! Hears what changed about the connections that the page shows, and brings it up to date: the server renders the page
//! again, and it is fetched softly.
//!
//! The page says what it knows: `data-live` up to which event, `data-open` which connection it is about, and each
//! `[data-connection]` in which version and words.

use std::cell::{Cell, RefCell};

use js_sys::{JSON, Reflect};
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, EventSource, HtmlInputElement, MessageEvent, RequestInit, VisibilityState};

use super::{
    ANNOUNCER, all, announce, complain, data, document, element, find, listeners::Listeners, navigation, now,
    page, paths, reconcile, window,
};
use crate::copy::{self, Say};
use crate::paths::encode;

/// After so many failures in a row the page asks every five seconds instead, for a minute.
const MOST_FAILURES: u32 = 3;
const ASKS_FOR_MILLIS: i64 = 60_000;

/// A stream that lasted so long was none of those failures.
const LASTING_MILLIS: i64 = 10_000;

/// A stream without an event for so long does not come through, whatever the browser thinks of it: a proxy holds it back, or
/// the connection is gone without a word. The first event comes at once, and then one every ten seconds.
const FIRST_EVENT_MILLIS: i64 = 5_000;
const NEXT_EVENT_MILLIS: i64 = 25_000;
/// How long a browser waits before it opens a stream again, as the server asks it to.
const RETRY_MILLIS: i64 = 2_000;

/// A page that asks does so every five seconds, and an answer that has not come by then will not come.
const ASK_EVERY_MILLIS: i64 = 5_000;
const ASK_TIMEOUT_MILLIS: i32 = 10_000;
/// The shortest pause between two polls: a person's pages share a limit of ten a second.
const ASK_AGAIN_MILLIS: i64 = 500;

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

/// An open stream, which is closed when this is dropped.
struct Stream {
    source: EventSource,
    _listeners: Listeners,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}

thread_local! {
    static STREAM: RefCell<Option<Stream>> = const { RefCell::new(None) };
    /// Grows with each time that the page listens, asks or stops: what belongs to an earlier time ends.
    static PERIOD: Cell<u32> = const { Cell::new(0) };
    /// The page listens or asks.
    static LISTENING: Cell<bool> = const { Cell::new(false) };
    /// When the next event has to have come.
    static EXPECTED_BY: Cell<i64> = const { Cell::new(0) };
    /// Everybody was told that updates are interrupted.
    static TROUBLE: Cell<bool> = const { Cell::new(false) };
    /// When the page asked last.
    static ASKED_AT: Cell<i64> = const { Cell::new(0) };
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
        Listeners::forever(
            &document(),
            "visibilitychange",
            |_| if is_hidden() { leave() } else { connect() },
        );
        // The way back may lead to the page as it was left, which is to listen no more.
        Listeners::forever(&window(), "pageshow", |_| {
            if !is_listening() {
                connect();
            }
        });
    }
    SHOWN_AT.set(now().as_millis());
    // What was complained of went with the page before.
    TROUBLE.set(false);
    connect();
}

/// The page is not looked at any more, or needs the line: a browser has six to one site.
pub(super) fn leave() {
    PERIOD.set(PERIOD.get() + 1);
    LISTENING.set(false);
    drop(STREAM.take());
}

pub(super) fn is_listening() -> bool {
    LISTENING.get()
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
    let period = PERIOD.get();
    LISTENING.set(true);
    if FAILURES.get() >= MOST_FAILURES {
        return spawn_local(poll(address, period));
    }
    let Ok(source) = EventSource::new(&address) else { return };
    let mut listeners = Listeners::default();
    listeners.add(&source, "beat", |_| expect_next(NEXT_EVENT_MILLIS));
    for kind in ["connection", "removed", "transactions"] {
        listeners.add(&source, kind, move |event| {
            expect_next(NEXT_EVENT_MILLIS);
            if let Some(event) = event.dyn_ref::<MessageEvent>() {
                // What comes without a number was so before, and the page knows of it or does not show it.
                let is_news = !event.last_event_id().is_empty();
                heard(kind, &event.data().as_string().unwrap_or_default(), is_news);
            }
        });
    }
    listeners.add(&source, "open", |_| {
        let now = now().as_millis();
        OPENED.set(Some(now));
        if now - SHOWN_AT.get() > OLD_MILLIS {
            take(Told { kind: "more", id: String::new(), version: 0, step: None, is_news: true });
        }
    });
    listeners.add(&source, "error", |_| failed());
    STREAM.set(Some(Stream { source, _listeners: listeners }));
    expect_next(FIRST_EVENT_MILLIS);
    spawn_local(watch(period));
}

/// Gives the stream so long for its next event.
fn expect_next(millis: i64) {
    EXPECTED_BY.set(now().as_millis() + millis);
}

/// Asks instead, once the stream has not told anything for too long.
async fn watch(period: u32) {
    while PERIOD.get() == period {
        let left = EXPECTED_BY.get() - now().as_millis();
        if left <= 0 {
            return ask_instead();
        }
        // It may have to come earlier by then.
        page::sleep(left.min(1_000) as i32).await;
    }
}

/// The browser comes back by itself, unless the server refused.
fn failed() {
    let refused = STREAM.with_borrow(|stream| {
        stream.as_ref().is_some_and(|stream| stream.source.ready_state() == EventSource::CLOSED)
    });
    let lasted = OPENED.take().is_some_and(|at| now().as_millis() - at > LASTING_MILLIS);
    let before = if lasted { 0 } else { FAILURES.get() };
    FAILURES.set(before + 1);
    if refused || FAILURES.get() >= MOST_FAILURES {
        ask_instead();
    } else {
        expect_next(RETRY_MILLIS + FIRST_EVENT_MILLIS);
    }
}

/// Asks at once and for a while, in place of a stream that failed.
fn ask_instead() {
    FAILURES.set(MOST_FAILURES);
    ASKS_UNTIL.set(now().as_millis() + ASKS_FOR_MILLIS);
    ASKED_AT.set(0);
    connect();
}

/// Asks for the present state every five seconds, and after a while tries to listen again. The server answers at once when
/// something happened after the event that the page names (long polling).
/// Mirrored by `open_asking_page` of server/src/events/tests/world.rs; change both.
async fn poll(address: String, period: u32) {
    let mut known = data("main [data-live]").map(|page| page("live")).unwrap_or_default();
    loop {
        let wait = ASKED_AT.get() + ASK_EVERY_MILLIS - now().as_millis();
        page::sleep(wait.clamp(0, ASK_EVERY_MILLIS) as i32).await;
        if PERIOD.get() != period {
            return;
        }
        ASKED_AT.set(now().as_millis());
        let address = [&address, "&snapshot=", &known].concat();
        let answer = page::fetch(&address, &RequestInit::new(), ASK_TIMEOUT_MILLIS).await;
        if PERIOD.get() != period {
            return;
        }
        match answer.map(|(response, text)| (response.status(), text)) {
            // What is being typed stays; its submit says that the session has ended.
            Ok((401, _)) if is_in_use() => {}
            Ok((401, _)) => return navigation::refresh(),
            Ok((200, text)) => {
                if TROUBLE.replace(false) {
                    reconcile();
                }
                for line in text.lines() {
                    // Of what happened before, only states are told.
                    if let Some(data) = line.strip_prefix("data: ") {
                        heard("connection", data, false);
                    }
                    // What else happened is not in it; that something did, is.
                    if let Some(head) = line.strip_prefix("id: ") {
                        let id = head.to_owned();
                        if id != known {
                            // More may follow: the next answer is asked for soon.
                            ASKED_AT.set(now().as_millis() - ASK_EVERY_MILLIS + ASK_AGAIN_MILLIS);
                            known.clone_from(&id);
                        }
                        take(Told { kind: "more", id, version: 0, step: None, is_news: true });
                    }
                }
            }
            // Said once, not every five seconds.
            _ if !TROUBLE.replace(true) => complain(Say::LiveTrouble),
            _ => {}
        }
        if PERIOD.get() != period {
            return;
        }
        if now().as_millis() >= ASKS_UNTIL.get() {
            break;
        }
    }
    FAILURES.set(0);
    connect();
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
pub(super) fn whose_list() -> Option<String> {
    data("main [data-whole]").map(|page| page("whole"))
}

/// Fetches the page again and says what is new about it.
async fn update(told: &[Told]) {
    let main = || find("main");
    let looked_at = main();
    // A thousand pages that heard the same do not ask in the same moment.
    page::sleep(random(300)).await;
    if main() != looked_at {
        return;
    }
    let (whose, before) = loop {
        // What is being done, and where the person is going, is worth more than news.
        while navigation::is_busy() || is_in_use() {
            if !navigation::is_busy() && is_filled_in() {
                offer_news();
            }
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
    is_filled_in() || all("main :active").next().is_some()
}

/// Whether something was typed or chosen, by the person or by a password manager.
fn is_filled_in() -> bool {
    all("main input").any(|field| is_edited(&field))
        || all("main option:checked").any(|option| is_other(&option))
}

/// Says that the page waits with its news, because they would take away what was typed, and offers them all the same.
fn offer_news() {
    let offered = [ANNOUNCER, " button"].concat();
    if find(&offered).is_some() {
        return;
    }
    complain(Say::NewsWaiting);
    let Some(announcer) = find(ANNOUNCER) else { return };
    let show = element("button", "link-button", &copy::say(Say::ShowNews));
    let _ = show.set_attribute("type", "button");
    show.set_id("show-news");
    page::listen(&show, "click", |_| navigation::refresh());
    let _ = announcer.append_with_str_1(" ");
    let _ = announcer.append_child(&show);
    let _ = announcer.append_with_str_1(&[" ", &copy::say(Say::NewsClears)].concat());
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
