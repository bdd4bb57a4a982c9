//! Who gets in, as it looks from outside. Every way for a token to be wrong has its row in the unit tests.

use axum::body::Body;
use axum::extract::Request;
use http::HeaderValue;
use serde_json::{Value, json};

use crate::host::{TestHost, host_token, sign_token};

async fn list_with(host: &TestHost, token: &str) -> (u16, String) {
    let answer = host.bearing(token).post_api("list_connections", &[]).await;
    if answer.status.is_success() { (200, String::new()) } else { answer.error() }
}

#[tokio::test]
async fn a_token_decides_who_gets_in() {
    let host = TestHost::start_with_tokens().await;
    let person = json!({ "sub": "ana", "org": "acme" });
    let with = |name: &str, value: Value| {
        let mut claims = person.clone();
        claims[name] = value;
        host_token(claims)
    };
    let signed_out = (401, "signed_out".to_owned());
    let forbidden = (403, "forbidden".to_owned());
    assert_eq!(list_with(&host, &host_token(person.clone())).await, (200, String::new()));
    assert_eq!(list_with(&host, &with("roles", json!(["viewer"]))).await, (200, String::new()));
    for (name, value) in [
        ("exp", json!(1)),
        ("exp", Value::Null),
        ("iss", json!("elsewhere")),
        ("aud", json!("elsewhere")),
        ("org", Value::Null),
        ("sub", Value::Null),
    ] {
        assert_eq!(list_with(&host, &with(name, value.clone())).await, signed_out, "{name} {value}");
    }
    let forged =
        sign_token(&json!({ "sub": "ana", "org": "acme", "iss": "host", "aud": "connect" }), "a guess");
    assert_eq!(list_with(&host, &forged).await, signed_out);
    assert_eq!(list_with(&host, "nonsense").await, signed_out);
    assert_eq!(list_with(&host, &with("roles", json!(["admin"]))).await, forbidden);
    assert_eq!(list_with(&host, &with("roles", json!(["provisioner"]))).await, forbidden);
}

/// The session of a person in a cookie, and what other products on the host and proxies in front add to a request.
#[tokio::test]
async fn what_others_add_to_a_request_signs_nobody_out() {
    let host = TestHost::start_with_token_cookie(|_, _| {}).await;
    let person = json!({ "sub": "ana", "org": "acme" });
    let session = format!("session={}", host_token(person.clone()));
    let mut stale = person;
    stale["exp"] = json!(1);
    let stale = format!("session={}", host_token(stale));
    let cookies = |parts: &[&[u8]]| parts.join(&b"; "[..]);
    for (cookie, authorization) in [
        (cookies(&[session.as_bytes()]), None),
        (cookies(&["promo=é".as_bytes(), session.as_bytes()]), None),
        (cookies(&[b"promo=\xe9", session.as_bytes()]), None),
        (cookies(&[session.as_bytes(), b"\xff\xfe=\x80"]), None),
        (cookies(&[b"session=", stale.as_bytes(), session.as_bytes()]), None),
        (cookies(&[session.as_bytes()]), Some("Basic YTpi")),
        (cookies(&[session.as_bytes()]), Some("Negotiate YII")),
    ] {
        let mut request = Request::builder()
            .uri("/")
            .header("cookie", HeaderValue::from_bytes(&cookie).unwrap())
            .header("accept", HeaderValue::from_bytes(b"\xe9/*, text/html;q=0.9").unwrap())
            .header("accept-language", HeaderValue::from_bytes(b"\xe9, es_MX;q=0.9").unwrap())
            .header("accept-language", "en;q=0.5");
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let page = host.send(request.body(Body::empty()).unwrap()).await;
        let cookie = String::from_utf8_lossy(&cookie);
        assert_eq!(page.status, 200, "{cookie}: {page:?}");
        assert!(page.body.contains("<html lang=\"es-MX\""), "{cookie}: {}", page.body);
    }
}

#[tokio::test]
async fn nobody_gets_in_without_a_session() {
    let host = TestHost::start_with_tokens().await;
    let nobody = host.signed_out();
    assert_eq!(nobody.post_api("list_connections", &[]).await.error(), (401, "signed_out".to_owned()));
    assert_eq!(nobody.get("/").await.status, 401);
    assert_eq!(host.waycore.requests().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_viewer_reads_and_changes_nothing() {
    let host = TestHost::start().await;
    let id = host.signed_in_as("ana", "acme").await.start("sim-standard").await["id"].clone();
    let id = id.as_str().unwrap();
    let before = host.waycore.changes().await;
    let viewer = host.signed_in_with_role("vera", "acme", "viewer").await;
    assert_eq!(viewer.list().await, [id]);
    assert_eq!(viewer.connection(id).await.status, 200);
    for (name, fields) in [
        ("start_connection", [("institution_id", "sim-instant"), ("", "")]),
        ("confirm_user_created", [("connection_id", id), ("", "")]),
        ("submit_finish", [("connection_id", id), ("accept_terms", "on")]),
    ] {
        assert_eq!(viewer.post_api(name, &fields).await.error(), (403, "forbidden".to_owned()), "{name}");
    }
    assert_eq!(host.waycore.changes().await, before);
}

#[tokio::test]
async fn a_host_with_tokens_has_no_demo() {
    let host = TestHost::start_with_tokens().await;
    let answer = host.signed_out().post_form("/demo/sign-in", &[("user", "ana")]).await;
    assert!(answer.status.is_client_error(), "{answer:?}");
    assert_eq!(answer.cookie(), None);
}
