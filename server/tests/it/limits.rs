//! Who can use up whose requests.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use futures_util::StreamExt as _;
use serde_json::json;

use crate::answer::Answer;
use crate::host::{TestHost, host_token};
use crate::soak::sample_or_all;

/// Sends one request as a proxy on this machine does, and as a client on the internet.
struct Way {
    what: &'static str,
    peer: [u8; 4],
    forwarded_for: Option<&'static str>,
}

const WAYS: [Way; 2] = [
    Way { what: "a proxy that is not named", peer: [127, 0, 0, 1], forwarded_for: Some("198.51.100.7") },
    Way { what: "the same address", peer: [198, 51, 100, 7], forwarded_for: None },
];

impl Way {
    async fn send(&self, host: &TestHost, path: &str, token: Option<&str>) -> Answer {
        let mut request = Request::builder().uri(path).header("accept", "application/json");
        if let Some(client) = self.forwarded_for {
            request = request.header("x-forwarded-for", client);
        }
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((self.peer, 4_000))));
        host.send(request).await
    }
}

/// Whatever the way: a client without a session, or with a bad one, takes nothing from a person on the same way.
#[tokio::test(flavor = "multi_thread")]
async fn no_number_of_signed_out_requests_keeps_a_person_waiting() {
    let token = host_token(json!({ "sub": "ana", "org": "acme", "roles": ["manager"] }));
    let expired = host_token(json!({ "sub": "ana", "org": "acme", "exp": 1 }));
    for way in WAYS {
        let host = TestHost::start_with_tokens().await;
        for (path, bad) in [("/events?snapshot", None), ("/events", Some(&*expired)), ("/", None)] {
            let (mut sent, mut refused) = (0, false);
            while !refused || sent < sample_or_all(0, 10_000) {
                let answer = way.send(&host, path, bad).await;
                assert!(matches!(answer.status.as_u16(), 401 | 429), "{}: {answer:?}", way.what);
                refused |= answer.status == 429;
                sent += 1;
                assert!(sent < 100_000, "{}: {path} has a limit too", way.what);
            }
        }
        for path in ["/", "/new", "/events?snapshot"] {
            let answer = way.send(&host, path, Some(&token)).await;
            assert_eq!(answer.status, 200, "{}: {path}", way.what);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_who_asks_too_much_takes_nothing_from_a_colleague() {
    let host = TestHost::start().await;
    let (ana, vic) = (host.signed_in_as("ana", "acme").await, host.signed_in_as("vic", "acme").await);
    let mut refused = None;
    for _ in 0..2_000 {
        let answer = ana.post_api("start_connection", &[]).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    assert_eq!(refused.expect("at some point it is too much").error(), (429, "rate_limited".to_owned()));
    assert_eq!(vic.get("/").await.status, 200);
}

/// However many streams a person tries to open, and whatever browser they say that they use.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_opens_a_bounded_number_of_streams() {
    let host = TestHost::start().await;
    let session = host.signed_out().post_form("/demo/sign-in", &[("user", "vic")]).await;
    let session = session.cookie().expect("a session").to_owned();
    let mut streams = Vec::new();
    let mut refused = 0;
    for number in 0..300 {
        let request = Request::builder()
            .uri("/events")
            .header("cookie", &session)
            .header("user-agent", format!("browser {number}"))
            .body(Body::empty())
            .unwrap();
        let response = tower::ServiceExt::oneshot(host.router(), request).await.unwrap();
        match response.status().as_u16() {
            200 => streams.push(response.into_body().into_data_stream()),
            429 => refused += 1,
            status => panic!("{status}"),
        }
    }
    assert!(refused > 0, "listening anew has a limit");
    // All but the newest have to make room.
    let newest = streams.split_off(streams.len() - 24);
    for mut stream in streams {
        let ends = async { while stream.next().await.is_some() {} };
        tokio::time::timeout(Duration::from_secs(20), ends).await.expect("an old stream ends");
    }
    assert_eq!(newest.len(), 24);
    // Another person of the same customer is not affected.
    let ana = host.signed_in_as("ana", "acme").await;
    ana.listen("/events", None).await.present().await;
}

/// A page of another site cannot make a browser hold a stream open, or an export run.
#[tokio::test(flavor = "multi_thread")]
async fn another_site_opens_neither_a_stream_nor_an_export() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-instant").await["id"].as_str().unwrap().to_owned();
    host.waycore.put_connection(&id, json!({ "status": "active", "kind": "ready" })).await;
    let export = format!("/connections/{id}/transactions.csv");
    for path in ["/events", "/events/", "/events?snapshot", &export] {
        let lured = host.signed_in_as("ana", "acme").await.lured_elsewhere();
        assert_eq!(lured.get(path).await.status, 403, "{path}");
    }
    assert_eq!(ana.get("/events?snapshot").await.status, 200);
    assert_eq!(ana.get(&export).await.status, 200);
}
