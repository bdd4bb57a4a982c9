//! The table of bad days: whatever the other side does, a call ends as a typed result, in time, with bounded memory, and
//! sends nothing too early. The number of cases is printed.

use std::{
    io::Write as _,
    sync::atomic::{AtomicUsize, Ordering},
};

use waycore::{
    Error, ListAccounts, ListBalances, ListConnections, ListTransactions, SyncTransactions, Unclear, Waycore,
    client::{BODY_LIMIT, Client, Nonsense, seams::SendError},
    wire::{Connection, EntityCreate},
};

use super::world::{Answer, Reply, World, answer};
use super::*;

/// Every body of the documents with the call that reads it.
const READS: [&str; 9] = [
    "entity.json",
    "connection-ready.json",
    "connection-setup.json",
    "list-connections.json",
    "account.json",
    "transaction.json",
    "transactions-sync.json",
    "transactions-sync-first.json",
    "webhook-created.json",
];

/// Reads a body as the call that the fixture belongs to.
async fn read(client: &Client, name: &str) -> Result<(), Error> {
    let id = connection_id();
    match name {
        "entity.json" => {
            let entity = EntityCreate { external_entity_id: "acme".to_owned(), name: None, metadata: None };
            client.create_entity(&entity).await.map(drop)
        }
        "connection-ready.json" | "connection-setup.json" => client.get_connection(&id).await.map(drop),
        "list-connections.json" => client.list_connections(&ListConnections::default()).await.map(drop),
        "account.json" => {
            let id = domain::ids::AccountId::parse("acc").expect("an id");
            client.get_account(&id).await.map(drop)
        }
        "transaction.json" => {
            let id = domain::ids::TransactionId::parse("tx").expect("an id");
            client.get_transaction(&id).await.map(drop)
        }
        "transactions-sync.json" | "transactions-sync-first.json" => {
            client.sync_transactions(&SyncTransactions::default()).await.map(drop)
        }
        "webhook-created.json" => {
            let id = domain::ids::WebhookId::parse("wh").expect("an id");
            client.get_webhook(&id).await.map(drop)
        }
        other => panic!("{other}"),
    }
}

/// The body as that call gets it: a single webhook comes bare.
fn body_of(name: &str) -> Value {
    match name {
        "webhook-created.json" => fixture(name)["webhook"].clone(),
        name => fixture(name),
    }
}

/// What an unreadable success is to this call: only creating the entity is a write.
fn nonsense(name: &str, what: Nonsense) -> Error {
    match name {
        "entity.json" => Error::Unknown(Unclear::Nonsense(what)),
        _ => Error::Nonsense(what),
    }
}

/// Counts what was tried; the last line of each table says how much that was.
#[derive(Default)]
struct Cases(AtomicUsize);

impl Cases {
    async fn run(&self, name: &str, reply: impl Into<Reply>) -> Result<(), Error> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let world = World::new([reply.into()]);
        let result = read(&world.client(), name).await;
        assert!(*world.read.lock().expect("whole") <= BODY_LIMIT + 16 * 1_024, "memory is bounded");
        result
    }

    /// Says how much was tried: past the test runner, which keeps what a passing test prints to itself.
    fn tell(&self, what: &str) {
        let line = format!("{what}: {} cases\n", self.0.load(Ordering::Relaxed));
        std::io::stderr().write_all(line.as_bytes()).expect("standard error is open");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_cut_at_any_byte() {
    let cases = Cases::default();
    for name in READS {
        let body = body_of(name).to_string().into_bytes();
        for length in 0..body.len() {
            let part = || answer(200).body(&body[..length]);
            let broken = cases.run(name, part().breaking_off()).await;
            assert_eq!(broken, Err(nonsense(name, Nonsense::BrokenOff)), "{name} cut at {length}");
            let ended = cases.run(name, part()).await;
            assert_eq!(ended, Err(nonsense(name, Nonsense::Body)), "{name} ended at {length}");
        }
        assert_eq!(cases.run(name, answer(200).body(body)).await, Ok(()), "{name}");
    }
    cases.tell("bodies cut at every byte");
}

/// Every place in a body, as a JSON pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    if !at.is_empty() {
        found.push(at.to_owned());
    }
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| places(field, &format!("{at}/{name}"), found))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| places(item, &format!("{at}/{index}"), found))
        }
        _ => {}
    }
}

/// The body with the value at this place replaced, or taken out.
fn changed(body: &Value, place: &str, value: Option<Value>) -> Value {
    let mut body = body.clone();
    let (parent, name) = place.rsplit_once('/').expect("a pointer");
    let parent = body.pointer_mut(parent).expect("it is there");
    match (parent, value) {
        (Value::Object(fields), Some(value)) => drop(fields.insert(name.to_owned(), value)),
        (Value::Object(fields), None) => drop(fields.remove(name)),
        (Value::Array(items), Some(value)) => items[name.parse::<usize>().expect("an index")] = value,
        (Value::Array(items), None) => drop(items.remove(name.parse::<usize>().expect("an index"))),
        _ => panic!("{place} is in nothing"),
    }
    body
}

#[tokio::test(start_paused = true)]
async fn any_field_null_missing_or_of_another_type() {
    let cases = Cases::default();
    let others = || {
        [
            json!(null),
            json!(true),
            json!(-1.5),
            json!(u64::MAX),
            json!(""),
            json!("☃".repeat(1_000)),
            json!([]),
            json!({}),
            json!([{}]),
        ]
        .map(Some)
        .into_iter()
        .chain([None])
    };
    for name in READS {
        let body = body_of(name);
        let mut all = Vec::new();
        places(&body, "", &mut all);
        for place in all {
            for value in others() {
                let text = changed(&body, &place, value.clone()).to_string();
                match cases.run(name, answer(200).body(text)).await {
                    Ok(()) => {}
                    Err(error) => {
                        assert_eq!(error, nonsense(name, Nonsense::Body), "{name}{place} as {value:?}")
                    }
                }
            }
        }
        for whole in [json!(null), json!([]), json!({}), json!("text"), json!(1)] {
            let result = cases.run(name, answer(200).body(whole.to_string())).await;
            assert_eq!(result, Err(nonsense(name, Nonsense::Body)), "{name} as {whole}");
        }
    }
    cases.tell("fields null, missing and of another type");
}

#[tokio::test(start_paused = true)]
async fn any_text_of_an_enum() {
    let cases = Cases::default();
    let enums = [
        ("connection-ready.json", vec!["/kind", "/status", "/syncStatus"]),
        (
            "connection-setup.json",
            vec![
                "/kind",
                "/status",
                "/setup/status",
                "/setup/nextAction",
                "/setup/actionRequiredBy",
                "/setup/instructions/emailProvisioningStatus",
                "/setup/instructions/phoneNumberProvisioningStatus",
            ],
        ),
        ("account.json", vec!["/type", "/status"]),
        ("transaction.json", vec!["/status", "/entryType", "/rail"]),
        ("transactions-sync.json", vec!["/events/0/type", "/events/1/transaction/rail"]),
        ("webhook-created.json", vec!["/events/0"]),
    ];
    for (name, places) in enums {
        for place in places {
            for text in ["", "unheard-of", "ACTIVE", "activé", "draft ", "null"] {
                let body = changed(&body_of(name), place, Some(json!(text))).to_string();
                assert_eq!(
                    cases.run(name, answer(200).body(body)).await,
                    Ok(()),
                    "{name}{place} as {text:?}"
                );
            }
        }
    }
    cases.tell("texts that no enum lists");
}

#[tokio::test(start_paused = true)]
async fn any_status_with_any_wait() {
    let cases = Cases::default();
    let waits = [
        None,
        Some("0"),
        Some("1"),
        Some("14"),
        Some("15"),
        Some("2700"),
        Some("99999999999999999999"),
        Some("-1"),
        Some("1.5"),
        Some("soon"),
        Some(""),
        Some("Sun, 06 Nov 1994 08:49:37 GMT"),
        Some("Fri, 31 Dec 2100 23:59:59 GMT"),
        Some("Sunday, 06-Nov-94 08:49:37 GMT"),
        Some("2026-01-01T00:00:00Z"),
    ];
    for status in 300..600 {
        for wait in waits {
            let reply: Answer = answer(status).body("no JSON");
            let reply = wait.iter().fold(reply, |reply, wait| reply.header("retry-after", *wait));
            for name in ["connection-setup.json", "entity.json"] {
                let world = World::new([reply.clone().into()]);
                cases.0.fetch_add(1, Ordering::Relaxed);
                let error = read(&world.client(), name).await.expect_err("no success");
                check_status(status, name == "entity.json", &error);
                check_not_early(&world.times(), wait);
            }
        }
    }
    cases.tell("statuses with every form of Retry-After");
}

#[track_caller]
fn check_status(status: u16, is_write: bool, error: &Error) {
    let fits = match (status, error) {
        (400 | 422, Error::Invalid)
        | (401, Error::Unauthorized)
        | (403, Error::Forbidden)
        | (404, Error::NoSuchPath)
        | (409, Error::Conflict { .. })
        | (429, Error::RateLimited { .. }) => true,
        (500.., Error::Server { status: told, .. }) => !is_write && *told == status,
        (500.., Error::Unknown(Unclear::Server(told))) => is_write && *told == status,
        (..400, Error::Nonsense(Nonsense::Redirect)) => !is_write,
        (..400, Error::Unknown(Unclear::Nonsense(Nonsense::Redirect))) => is_write,
        (_, Error::Nonsense(Nonsense::Status(told))) => !is_write && *told == status,
        (_, Error::Unknown(Unclear::Nonsense(Nonsense::Status(told)))) => is_write && *told == status,
        _ => false,
    };
    assert!(fits, "{status}: {error}");
}

/// Between two requests lies at least what was asked for, and never less than the first wait.
#[track_caller]
fn check_not_early(times: &[u128], wait: Option<&str>) {
    let asked: u128 = wait.and_then(|wait| wait.parse().ok()).unwrap_or_default();
    for pair in times.windows(2) {
        assert!(pair[1] - pair[0] >= (asked * 1_000).max(200), "{times:?} for {wait:?}");
    }
    assert!(times.last().is_some_and(|last| *last < 15_000), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn two_waits_in_one_answer() {
    let reply = answer(429).header("retry-after", "3").header("retry-after", "1");
    let world =
        World::new([reply.into(), answer(200).body(fixture("connection-ready.json").to_string()).into()]);
    world.client().get_connection(&connection_id()).await.expect("the second time");
    assert_eq!(world.times(), [0, 3_000], "the first counts");
}

#[tokio::test(start_paused = true)]
async fn whatever_breaks_on_the_way() {
    let cases = Cases::default();
    for name in READS {
        let is_write = name == "entity.json";
        for broken in [SendError::Broken, SendError::Stale] {
            let expected = match is_write {
                true => Error::Unknown(Unclear::NoAnswer),
                false => Error::NoAnswer,
            };
            assert_eq!(cases.run(name, Reply::Fail(broken)).await, Err(expected), "{name}");
        }
        let expected = if is_write { Error::Unknown(Unclear::Timeout) } else { Error::Timeout };
        assert_eq!(cases.run(name, Reply::Silence).await, Err(expected), "{name}");
        let refused = cases.run(name, Reply::Fail(SendError::NotConnected("x".to_owned()))).await;
        assert_eq!(refused, Err(Error::Unreachable("x".to_owned())), "{name}");
        for page in ["<!doctype html><title>Sign in</title>", "", "\u{feff}{}", "{\"id\": NaN}", "nul\0"] {
            let result = cases.run(name, answer(200).body(page)).await;
            assert_eq!(result, Err(nonsense(name, Nonsense::Body)), "{name}");
        }
        for announced in [true, false] {
            let large = answer(200).body(vec![b' '; 2 * BODY_LIMIT]);
            let large =
                if announced { large.header("content-length", (2 * BODY_LIMIT).to_string()) } else { large };
            assert_eq!(cases.run(name, large).await, Err(nonsense(name, Nonsense::TooLarge)), "{name}");
        }
        let deep = answer(200).body("[".repeat(100_000));
        assert_eq!(cases.run(name, deep).await, Err(nonsense(name, Nonsense::Body)), "{name}");
    }
    cases.tell("answers that break");
}

/// Bytes, control characters and escapes that no text may hold cost themselves, wherever they are.
#[tokio::test(start_paused = true)]
async fn text_that_is_none_is_replaced_and_costs_no_row() {
    let page = |odd: &[u8]| {
        let row = |id: &str, name: &str| {
            let mut row = fixture("connection-ready.json");
            (row["id"], row["institutionName"]) = (json!(id), json!(name));
            row
        };
        let page = json!({ "data": [row("c1", "Bank $"), row("c2", "Other")], "pagination": {} }).to_string();
        let (before, after) = page.split_once('$').expect("a place for it");
        [before.as_bytes(), odd, after.as_bytes()].concat()
    };
    for (odd, shown) in [
        (b"\xff".as_slice(), "Bank \u{fffd}"),
        (b"\xe2\x82", "Bank \u{fffd}"),
        (b"\x01\n\t|", "Bank    |"),
        (b"\\ud83d", "Bank \u{fffd}"),
        (b"\\ud83d\\ude00", "Bank \u{1f600}"),
    ] {
        let client = World::new([answer(200).body(page(odd)).into()]).client();
        let read = client.list_connections(&ListConnections::default()).await.expect("both rows");
        let names = read.data.iter().map(|row| match row {
            Connection::Ready(row) => row.institution_name.as_deref(),
            Connection::Setup(_) | Connection::Other(_) => None,
        });
        let names: Vec<_> = names.collect();
        assert_eq!((names, read.unreadable.len()), (vec![Some(shown), Some("Other")], 0), "{odd:?}");
    }
    // What a refusal says is read in the same way: a "not found" of Waycore's stays one.
    let refusal = b"{\"code\":\"not_found\",\"message\":\"no \xff\"}";
    let client = World::new([answer(404).body(refusal.as_slice()).into()]).client();
    assert_eq!(client.get_connection(&connection_id()).await, Err(Error::NotFound));
}

/// A row that makes no sense costs no other one, in any list.
#[tokio::test(start_paused = true)]
async fn rows_that_make_no_sense_cost_themselves() {
    let good = |row: Value| {
        let odd = [json!(null), json!({}), json!({"id": 1}), json!([]), json!("row")];
        let rows: Vec<Value> = odd.into_iter().chain([row]).collect();
        let page = json!({"data": rows, "pagination": {"hasMore": false}});
        World::new([answer(200).body(page.to_string()).into()]).client()
    };
    macro_rules! check {
        ($row:expr, $client:ident => $call:expr) => {{
            let $client = good($row);
            let page = $call.await.expect("the row that makes sense");
            assert_eq!((page.data.len(), page.unreadable.len()), (1, 5), "{}", stringify!($call));
        }};
    }
    check!(fixture("entity.json"), client => client.list_entities("acme"));
    check!(json!({"institutionId": "b", "name": "B"}), client => client.search_institutions("b", 1, None));
    check!(fixture("connection-setup.json"), client => client.list_connections(&ListConnections::default()));
    check!(fixture("account.json"), client => client.list_accounts(&ListAccounts::default()));
    check!(fixture("balance.json"), client => client.list_balances(&ListBalances::default()));
    check!(fixture("transaction.json"), client => client.list_transactions(&ListTransactions::default()));
    check!(fixture("webhook-created.json")["webhook"].clone(), client => client.list_webhooks(None));
    let mut batch = fixture("transactions-sync.json");
    let events = batch["events"].as_array_mut().expect("events");
    let readable = events.len();
    events.extend([json!(null), json!({"eventId": "evt_odd", "type": "added"})]);
    let client = World::new([answer(200).body(batch.to_string()).into()]).client();
    let read = client.sync_transactions(&SyncTransactions::default()).await.expect("the other events");
    let ids: Vec<_> = read.unreadable.iter().map(|row| row.id.as_deref()).collect();
    assert_eq!((read.events.len(), ids), (readable, vec![None, Some("evt_odd")]));
}
