//! What a stream says, in the words of server-sent events (docs/reference.md, Events).

use app::model::Connection;
use serde::Serialize;

use crate::onboarding::{Happened, News, Present};
use crate::store::{CustomerKey, EventKind};

/// How long a browser waits before it comes back.
pub(super) const RETRY_MILLIS: u32 = 2_000;

/// Begins each stream and comes every ten seconds, so that a page can tell a stream that works from one that a proxy holds
/// back. A comment would not do: browsers show none to the page.
pub(super) const BEAT: &str = "event: beat\ndata: {}\n\n";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct State<'a> {
    connection_id: &'a str,
    status: &'a str,
    kind: &'a str,
    sync_status: Option<&'a str>,
    step: &'a str,
    version: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Named<'a> {
    connection_id: &'a str,
}

fn state(shown: &Connection) -> String {
    let state = State {
        connection_id: &shown.id,
        status: &shown.status,
        kind: &shown.kind,
        sync_status: shown.sync_status.as_deref(),
        step: shown.step.name(),
        version: shown.version,
    };
    json(&state)
}

/// These types have nothing that JSON cannot hold.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The present state. The id comes with the last of it: whoever is interrupted before has not seen all.
pub(super) fn snapshot(customer: CustomerKey, present: &Present) -> String {
    let states = present.connections.iter();
    let states: String =
        states.map(|connection| block(EventKind::Connection, &state(&connection.shown))).collect();
    begun(customer, &states, present.head)
}

/// The beginning of a stream: what the page has to be `told`, up to the event `head`. It ends with an id of its own, so that
/// a browser that comes back always says that it does.
pub(super) fn begun(customer: CustomerKey, told: &str, head: u64) -> String {
    format!("retry: {RETRY_MILLIS}\n\n{told}id: {}\n\n", customer.event_id(head))
}

/// One thing that happened.
pub(super) fn news(customer: CustomerKey, news: &News) -> String {
    let named = |id: &domain::ids::ConnectionId| json(&Named { connection_id: id.as_str() });
    let (kind, data) = match &news.what {
        Happened::Connection(connection) => (EventKind::Connection, state(&connection.shown)),
        Happened::Removed(id) => (EventKind::Removed, named(id)),
        Happened::Transactions(id) => (EventKind::Transactions, named(id)),
    };
    format!("id: {}\n{}", customer.event_id(news.seq), block(kind, &data))
}

/// The data is JSON, which has no line breaks.
fn block(kind: EventKind, data: &str) -> String {
    format!("event: {}\ndata: {data}\n\n", kind.as_str())
}
