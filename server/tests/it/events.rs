//! What open pages hear (docs/reference.md, Events).

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use serde_json::json;
use server::config::ConnectionLimits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::host::TestHost;
use crate::listener::Listener;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_hears_the_present_state_and_then_every_change() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let mut page = ana.listen("/events", None).await;
    assert_eq!(page.headers["content-type"], "text/event-stream");
    assert_eq!(page.headers["cache-control"], "no-store, no-transform");
    let present = page.present().await;
    let [state] = &present[..] else { panic!("{present:?}") };
    assert_eq!(state["connectionId"], id);
    assert_eq!((&state["kind"], &state["status"]), (&json!("setup"), &json!("draft")));
    assert_eq!((&state["syncStatus"], &state["step"]), (&json!(null), &json!("delegatedUser")));
    let before = page.last_id.clone().unwrap();

    host.waycore.put_connection(&id, json!({ "status": "active", "kind": "ready" })).await;
    ana.connection(&id).await.ok();
    let heard = page.until(&id, "active").await;
    assert_eq!(heard.kind, "connection");
    assert_eq!(heard.data["step"], "connected");
    assert!(heard.data["version"].as_i64() > state["version"].as_i64());
    let number = |id: &str| id.parse::<u64>().unwrap();
    assert!(number(heard.id.as_deref().unwrap()) > number(&before));

    // Whoever was away hears what was missed, once; whoever missed nothing, nothing.
    let mut back = ana.listen("/events", Some(&before)).await;
    assert_eq!(back.next().await.unwrap(), heard);
    let removal = [("connection_id", id.as_str()), ("confirmation", "Standard Test Bank")];
    let mut idle = ana.listen("/events", heard.id.as_deref()).await;
    ana.post_api("remove_connection", &removal).await.ok();
    for page in [&mut page, &mut back, &mut idle] {
        let heard = page.next().await.unwrap();
        assert_eq!((heard.kind.as_str(), &heard.data), ("removed", &json!({ "connectionId": id })));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_hears_of_nobody_else() {
    let host = TestHost::start().await;
    let (ana, bo) = (host.signed_in_as("ana", "acme").await, host.signed_in_as("bo", "globex").await);
    let (mut page, mut theirs) = (ana.listen("/events", None).await, bo.listen("/events", None).await);
    for page in [&mut page, &mut theirs] {
        assert_eq!(page.present().await, Vec::<serde_json::Value>::new());
    }
    let id = |page: &Listener| page.last_id.as_ref().unwrap().parse::<u64>().unwrap();
    let (own_before, theirs_before) = (id(&page), id(&theirs));
    bo.start("sim-standard").await;
    theirs.next().await.unwrap();
    let theirs_grew_by = id(&theirs) - theirs_before;
    for bank in ["sim-portals", "sim-slow", "sim-paused", "sim-revoked"] {
        bo.start(bank).await;
    }
    let theirs = bo.start("sim-instant").await["id"].as_str().unwrap().to_owned();
    let own = ana.start("sim-slow").await["id"].as_str().unwrap().to_owned();
    let heard = page.next().await.unwrap();
    assert_eq!(heard.data["connectionId"], own, "the first that is heard is the first of one's own");
    assert_eq!(id(&page) - own_before, theirs_grew_by, "a first event's id, whatever others did before it");
    // Another's id is no event of one's own, so the present state is heard; one's own connections alone.
    let mut other = bo.listen("/events", None).await;
    other.present().await;
    for foreign in [other.last_id.clone().unwrap(), "99999".to_owned(), "x".to_owned()] {
        let mut page = ana.listen(&format!("/events?open={theirs}"), Some(&foreign)).await;
        let present = page.present().await;
        assert_eq!(present.len(), 1, "{foreign}");
        assert_eq!(present[0]["connectionId"], own);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_page_hears_without_any_delivery_and_without_asking() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let finish = [("connection_id", id.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
    ana.post_api("submit_finish", &finish).await.ok();
    let mut page = ana.listen(&format!("/events?open={id}"), None).await;
    page.present().await;
    host.waycore.wait_virtually(60).await;
    // server/src/events/tests holds the six seconds in virtual time.
    page.until(&id, "active").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_present_state_can_be_asked_for_alone() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let answer = ana.get("/events?snapshot").await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("event: connection\ndata: ") && answer.body.contains(&id), "{answer:?}");
    assert_eq!(host.signed_out().get("/events").await.error(), (401, "signed_out".to_owned()));
    assert_eq!(host.signed_out().get("/events?snapshot").await.error(), (401, "signed_out".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_streams_of_that_person_alone() {
    let host = TestHost::start().await;
    let (ana, vic) = (host.signed_in_as("ana", "acme").await, host.signed_in_as("vic", "acme").await);
    let (mut page, mut other) = (ana.listen("/events", None).await, vic.listen("/events", None).await);
    page.present().await;
    other.present().await;
    ana.post_form("/demo/sign-out", &[]).await;
    assert!(page.ends().await);
    ana.start("sim-standard").await;
    assert!(other.next().await.is_some());
}

/// A stream on a socket of its own, as `serve` and `demo` serve it.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_served_by_the_socket_itself_and_ends_with_the_server() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(server::connections::run(
        listener,
        host.router(),
        ConnectionLimits::default(),
        host.shutdown.clone(),
    ));
    let session = host.signed_out().post_form("/demo/sign-in", &[("user", "ana")]).await;
    let session = session.cookie().unwrap().to_owned();

    let mut socket = TcpStream::connect(address).await.unwrap();
    // Two requests on one connection: the page, and then its stream.
    socket.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut text = String::new();
    read_until(&mut socket, &mut text, "ok").await;
    let stream = format!("GET /events HTTP/1.1\r\nhost: x\r\ncookie: {session}\r\n\r\n");
    socket.write_all(stream.as_bytes()).await.unwrap();
    text.clear();
    read_until(&mut socket, &mut text, "id: ").await;
    assert!(text.to_lowercase().contains("transfer-encoding: chunked"), "{text}");
    ana.start("sim-standard").await;
    read_until(&mut socket, &mut text, "event: connection").await;

    // An old client gets it as an ordinary body.
    let mut old = TcpStream::connect(address).await.unwrap();
    let stream = format!("GET /events HTTP/1.0\r\nhost: x\r\ncookie: {session}\r\n\r\n");
    old.write_all(stream.as_bytes()).await.unwrap();
    let mut old_text = String::new();
    read_until(&mut old, &mut old_text, "event: connection").await;

    host.shutdown.cancel();
    read_until(&mut socket, &mut text, "0\r\n\r\n").await;
    tokio::time::timeout(Duration::from_secs(20), serving).await.expect("it ends").unwrap().unwrap();
}

async fn read_until(socket: &mut TcpStream, text: &mut String, end: &str) {
    let mut bytes = [0; 4_096];
    while !text.contains(end) {
        let read = tokio::time::timeout(Duration::from_secs(20), socket.read(&mut bytes)).await;
        let count = read.expect("something comes").unwrap();
        assert!(count > 0, "ended: {text}");
        text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_pages_that_hear_of_a_change_share_what_is_read() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    host.waycore.put_connection(&id, json!({ "status": "active", "kind": "ready" })).await;
    ana.connection(&id).await.ok();
    let page = format!("/connections/{id}");
    let reads = async || {
        let requests = host.waycore.requests().await;
        let of_it = requests.iter().filter(|request| {
            let path = request["path"].as_str().unwrap_or_default();
            ["/v1/connections", "/v1/accounts", "/v1/transactions"].iter().any(|read| path.starts_with(read))
        });
        of_it.count()
    };
    let before = reads().await;
    ana.get(&page).await;
    let one = reads().await - before;
    assert!(one >= 4, "itself, its accounts, and transactions for the list and the chart: {one}");

    let ana = ana.after_news();
    let before = reads().await;
    let pages = futures_util::future::join_all((0..30).map(|_| ana.get(&page))).await;
    assert!(pages.iter().all(|page| page.status == 200 && page.body.contains("class=\"transactions\"")));
    let lists = futures_util::future::join_all((0..10).map(|_| ana.get("/"))).await;
    assert!(lists.iter().all(|list| list.body.contains("Connected")));
    let many = reads().await - before;
    // For two seconds: on a busy machine all of them together may take longer.
    assert!(many < 4 * one, "{many} reads for forty pages, {one} for one");
    // Nobody is shown another's, whatever a request says of news.
    let bo = host.signed_in_as("bo", "globex").await.after_news();
    assert_eq!(bo.get(&page).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_pages_that_hear_of_a_removal_cost_waycore_nothing() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let fields = [("connection_id", id.as_str()), ("confirmation", "Standard Test Bank")];
    assert_eq!(ana.post_api("remove_connection", &fields).await.status, 200);
    let requests = host.waycore.requests().await.len();
    let ana = ana.after_news();
    for _ in 0..5 {
        assert_eq!(ana.get(&format!("/connections/{id}")).await.status, 404);
        assert!(ana.get("/").await.body.contains("Connect your first bank"), "the only one is gone");
    }
    assert_eq!(host.waycore.requests().await.len(), requests);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_no_place_for_other_methods() {
    let host = TestHost::start().await;
    let request = Request::builder().method("POST").uri("/events").body(Body::empty()).unwrap();
    assert_eq!(host.send(request).await.status, 405);
}
