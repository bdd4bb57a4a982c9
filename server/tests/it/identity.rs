//! Who gets in, as it looks from outside. Every way for a token to be wrong has its row in the unit tests.

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
