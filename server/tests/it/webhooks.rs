//! Waycore's deliveries (docs/reference.md, Webhooks).

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use futures_util::FutureExt as _;
use serde_json::{Value, json};
use server::clock::{Clock as _, SystemClock};
use sqlx::Connection as _;
use waycore::webhook::sign;

use crate::browser::Browser;
use crate::host::TestHost;
use crate::soak::sample_or_all;

const SECRET: &str = "whsec_of_the_test";
const OLDER: &str = "whsec_before_that";

fn seconds() -> i64 {
    SystemClock.now().as_millis() / 1_000
}

fn delivery(id: &str, kind: &str, data: &Value) -> Vec<u8> {
    json!({ "id": id, "type": kind, "createdAt": "2026-03-04T12:00:00Z", "data": data })
        .to_string()
        .into_bytes()
}

async fn post(host: &TestHost, body: Vec<u8>, signatures: &[&str]) -> u16 {
    let mut request = Request::builder().method("POST").uri("/webhooks/waycore");
    for signature in signatures {
        request = request.header("Waycore-Signature", *signature);
    }
    let Ok(request) = request.body(Body::from(body)) else { return 0 };
    host.send(request).await.status.as_u16()
}

async fn signed(host: &TestHost, body: Vec<u8>) -> u16 {
    let signature = sign(&SECRET.into(), seconds(), &body);
    post(host, body, &[&signature]).await
}

/// A connected bank; its id. Nothing happens to it by itself, so it is read because of a delivery alone.
async fn connected(host: &TestHost, person: &Browser<'_>) -> String {
    let id = person.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let state = json!({ "status": "active", "kind": "ready", "syncStatus": "idle" });
    host.waycore.put_connection(&id, state).await;
    person.connection(&id).await.ok();
    id
}

/// How often Waycore was asked for one connection.
async fn reads(host: &TestHost, id: &str) -> usize {
    let path = format!("/v1/connections/{id}");
    host.waycore.requests().await.iter().filter(|request| request["path"] == path.as_str()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_judged_as_the_contract_says() {
    let host = TestHost::start_with_webhooks(&[SECRET, OLDER]).await;
    let body = || delivery("evt_1", "test", &json!({}));
    let at = |off: i64, secret: &str, body: &[u8]| sign(&secret.into(), seconds() + off, body);
    let good = at(0, SECRET, &body());
    let check = async |signatures: &[&str], body: Vec<u8>, expected: u16, what: &str| {
        assert_eq!(post(&host, body, signatures).await, expected, "{what}");
    };
    check(&[&good], body(), 204, "good").await;
    check(&[&good], body(), 204, "the same again").await;
    check(&[&at(0, OLDER, &body())], body(), 204, "the secret that is being replaced").await;
    check(&[], body(), 401, "no signature").await;
    check(&[&good, &good], body(), 401, "two headers").await;
    check(&["t=1"], body(), 401, "no v1").await;
    check(&[&at(0, "another", &body())], body(), 401, "another secret").await;
    check(&[&at(-301, SECRET, &body())], body(), 401, "too old").await;
    check(&[&at(400, SECRET, &body())], body(), 401, "too early").await;
    check(&[&at(-290, SECRET, &body())], body(), 204, "late").await;
    check(&[&good], delivery("evt_2", "test", &json!({})), 401, "another body").await;
    for unusable in ["[]", "{}", "nonsense", r#"{"id":1,"type":"t"}"#, r#"{"id":"e"}"#] {
        let body = unusable.as_bytes().to_vec();
        check(&[&at(0, SECRET, &body)], body, 400, unusable).await;
    }
    let large = vec![b' '; 256 * 1024 + 1];
    check(&[&at(0, SECRET, &large)], large, 413, "too large").await;
    let unknown = delivery("evt_3", "of.tomorrow", &json!({ "connectionId": "c" }));
    check(&[&at(0, SECRET, &unknown)], unknown.clone(), 204, "a type that is not known").await;
    // It takes no other way in.
    let request = Request::builder().uri("/webhooks/waycore").body(Body::empty()).unwrap();
    assert_eq!(host.send(request).await.status, 405);
}

/// Some consoles, programs and proxies add a slash to every path.
#[tokio::test(flavor = "multi_thread")]
async fn every_address_is_taken_with_a_slash_at_the_end() {
    let host = TestHost::start_with_webhooks(&[SECRET]).await;
    let body = delivery("evt_1", "test", &json!({}));
    let request = Request::builder()
        .method("POST")
        .uri("/webhooks/waycore/")
        .header("Waycore-Signature", sign(&SECRET.into(), seconds(), &body))
        .body(Body::from(body));
    assert_eq!(host.send(request.unwrap()).await.status, 204);
    let ana = host.signed_in_as("ana", "acme").await;
    for (path, status) in [
        ("/healthz/", 200),
        ("/readyz/", 200),
        ("/events/?snapshot", 200),
        ("/host/connections/", 403),
        ("/new/?unlisted=true", 200),
        ("/connections/none/setup/", 404),
    ] {
        assert_eq!(ana.get(path).await.status, status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_secret_there_is_no_such_route() {
    let host = TestHost::start().await;
    let body = delivery("evt_1", "test", &json!({}));
    assert_eq!(signed(&host, body).await, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_a_change_because_of_its_delivery() {
    let host = TestHost::start_with_webhooks(&[SECRET]).await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let mut page = ana.listen("/events", None).await;
    page.present().await;
    host.waycore.put_connection(&id, json!({ "status": "active", "kind": "ready" })).await;
    let body = delivery("evt_1", "connection.status_changed", &json!({ "connectionId": id }));
    assert_eq!(signed(&host, body).await, 204);
    // server/src/events/tests holds the second that it may take in virtual time.
    page.until(&id, "active").await;

    // The payload is not documented: one that names no connection is looked into all the same.
    host.waycore.put_connection(&id, json!({ "status": "paused" })).await;
    let body = delivery("evt_2", "connection.status_changed", &json!({ "of": "tomorrow" }));
    assert_eq!(signed(&host, body).await, 204);
    page.until(&id, "paused").await;

    let body = delivery("evt_3", "transactions.sync_available", &json!({ "connectionId": id }));
    assert_eq!(signed(&host, body).await, 204);
    let heard = page.next().await.unwrap();
    assert_eq!((heard.kind.as_str(), &heard.data), ("transactions", &json!({ "connectionId": id })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_answered_before_anything_is_asked_of_waycore() {
    let host = TestHost::start_with_webhooks(&[SECRET]).await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/connections/{id}");
    host.waycore.fail(json!({ "match": { "path": path }, "effect": { "delayMs": 60_000 } })).await;
    let before = host.waycore.requests().await.len();
    let body = delivery("evt_1", "connection.status_changed", &json!({ "connectionId": id }));
    // Waycore is given up after fifteen seconds.
    let answered = tokio::time::timeout(Duration::from_secs(10), signed(&host, body)).await;
    assert_eq!(answered.expect("an answer"), 204);
    let reads = async || host.waycore.requests().await.split_off(before);
    host.waycore.was_asked(&path).await;
    assert!(reads().await.iter().all(|read| read["path"] != path.as_str() || read["status"].is_null()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_cannot_be_kept_is_to_come_again() {
    let host = TestHost::start_with_webhooks(&[SECRET]).await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let mut page = ana.listen("/events", None).await;
    page.present().await;
    host.waycore.put_connection(&id, json!({ "status": "active", "kind": "ready" })).await;
    let body = delivery("evt_1", "connection.status_changed", &json!({ "connectionId": id }));
    let mut other = sqlx::SqliteConnection::connect(&host.database()).await.unwrap();
    let full = "CREATE TRIGGER no_room BEFORE INSERT ON inbox BEGIN SELECT RAISE(ABORT, 'no room'); END";
    sqlx::query(full).execute(&mut other).await.unwrap();
    assert_eq!(signed(&host, body.clone()).await, 503, "the database takes nothing");
    sqlx::query("DROP TRIGGER no_room").execute(&mut other).await.unwrap();
    assert_eq!(signed(&host, body).await, 204);
    page.until(&id, "active").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_comes_again_and_again_is_looked_into_once() {
    let host = TestHost::start_with_webhooks(&[SECRET]).await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let mut page = ana.listen("/events", None).await;
    page.present().await;
    let before = reads(&host, &id).await;
    host.waycore.put_connection(&id, json!({ "status": "paused" })).await;
    for _ in 0..50 {
        let body = delivery("evt_1", "connection.status_changed", &json!({ "connectionId": id }));
        assert_eq!(signed(&host, body).await, 204);
    }
    page.until(&id, "paused").await;
    // Deliveries are processed in order: once a later one shows, the earlier ones have been processed.
    host.waycore.put_connection(&id, json!({ "status": "active" })).await;
    let body = delivery("evt_2", "connection.status_changed", &json!({ "connectionId": id }));
    assert_eq!(signed(&host, body).await, 204);
    page.until(&id, "active").await;
    assert_eq!(reads(&host, &id).await - before, 2, "one for each of the two");
}

/// A forged delivery is a signature to check and nothing else: no read of Waycore, and no other delivery waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_forged_deliveries_takes_nothing_from_the_true_ones() {
    let host = TestHost::start_with_webhooks(&[SECRET]).await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let reads = || reads(&host, &id);
    let forged = async || {
        let body = delivery("evt_forged", "connection.status_changed", &json!({ "connectionId": id }));
        post(&host, body, &[&format!("t={},v1={}", seconds(), "0".repeat(64))]).await
    };
    let flood = async || {
        for _ in 0..50 {
            let answers = futures_util::future::join_all((0..20).map(|_| forged())).await;
            assert_eq!(answers, [401; 20]);
        }
    };
    let before = reads().await;
    flood().await;
    assert_eq!(reads().await, before);

    let mut page = ana.listen("/events", None).await;
    page.present().await;
    let before = reads().await;
    host.waycore.put_connection(&id, json!({ "status": "paused" })).await;
    let shown = async {
        let body = delivery("evt_1", "connection.status_changed", &json!({ "connectionId": id }));
        assert_eq!(signed(&host, body).await, 204);
        page.until(&id, "paused").await;
    };
    tokio::join!(flood(), shown);
    assert_eq!(reads().await - before, 1, "the true one alone");
}

/// Anything but what Waycore signed: the body, the header, the time, the length; ten thousand of them, and a hundred
/// thousand in a soak.
#[tokio::test(flavor = "multi_thread")]
async fn no_mutation_of_a_delivery_is_believed() {
    let mutations = sample_or_all(4_000, 100_000);
    let host = TestHost::start_with_webhooks(&[SECRET]).await;
    let mut rng = fastrand::Rng::with_seed(6);
    let mut tried = 0;
    while tried < mutations {
        let body = delivery(
            &format!("evt_{}", tried % 7),
            "connection.status_changed",
            &json!({ "connectionId": "c" }),
        );
        let header = sign(&SECRET.into(), seconds(), &body);
        let (mutated_body, mutated_header) = mutate(&mut rng, &body, &header);
        if mutated_body == body && means_the_same(&mutated_header, &header) {
            continue;
        }
        // Sometimes there is no signature header, or a second one.
        let headers: &[&str] = match rng.u8(0..30) {
            0 => &[],
            1 => &[&header, &mutated_header],
            2 => &[&mutated_header, &header],
            _ => &[&mutated_header],
        };
        let answer = AssertUnwindSafe(post(&host, mutated_body.clone(), headers)).catch_unwind().await;
        let status = answer.unwrap_or_else(|_| panic!("a panic: {mutated_header:?} {mutated_body:?}"));
        assert!(
            matches!(status, 0 | 401 | 413),
            "{status}: {mutated_header:?} {:?}",
            String::from_utf8_lossy(&mutated_body)
        );
        // What no client can send has not been tried.
        tried += usize::from(status != 0);
    }
}

/// Capital letters of a signature, and spaces around its parts, say the same.
fn means_the_same(one: &str, other: &str) -> bool {
    let meaning = |header: &str| {
        let mut parts: Vec<String> = header.split(',').map(|part| part.trim().to_lowercase()).collect();
        parts.retain(|part| part.starts_with("t=") || part.starts_with("v1="));
        parts.sort();
        parts.dedup();
        parts
    };
    meaning(one) == meaning(other)
}

fn mutate(rng: &mut fastrand::Rng, body: &[u8], header: &str) -> (Vec<u8>, String) {
    let (mut body, mut header) = (body.to_vec(), header.as_bytes().to_vec());
    for _ in 0..rng.usize(1..4) {
        match rng.u8(0..10) {
            0 => body.insert(rng.usize(0..=body.len()), rng.u8(..)),
            1 => flip(rng, &mut body),
            2 => body.truncate(rng.usize(0..body.len().max(1))),
            3 => body.extend(std::iter::repeat_n(b' ', rng.usize(1..300))),
            4 => flip(rng, &mut header),
            5 => header.truncate(rng.usize(0..header.len().max(1))),
            6 => header.insert(rng.usize(0..=header.len()), rng.u8(b' '..b'~')),
            7 => {
                let off = [-100_000, -400, 400, 100_000, i64::MIN, i64::MAX][rng.usize(0..6)];
                header = sign(&SECRET.into(), seconds().saturating_add(off), &body).into_bytes();
            }
            8 => header = sign(&"another".into(), seconds(), &body).into_bytes(),
            _ => {
                let text = String::from_utf8_lossy(&header).into_owned();
                let (time, rest) = text.split_once(',').unwrap_or((&text, ""));
                header = format!("{},{rest}", time.replace("t=", "t=0")).into_bytes();
            }
        }
    }
    (body, String::from_utf8_lossy(&header).into_owned())
}

fn flip(rng: &mut fastrand::Rng, bytes: &mut [u8]) {
    if !bytes.is_empty() {
        let place = rng.usize(0..bytes.len());
        bytes[place] ^= 1 << rng.u8(0..8);
    }
}
