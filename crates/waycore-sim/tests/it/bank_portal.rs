//! The simulated bank: creating the delegated user there, as a person does it.

use serde_json::{Value, json};

use crate::support::{Answer, Host};

/// The fields of a connection's delegated user, ready to be posted.
async fn issued(host: &Host, connection: &str) -> Vec<(String, String)> {
    let instructions = host.read(connection).await["setup"]["instructions"].clone();
    let names = ["firstName", "lastName", "address", "email", "phoneNumber", "username"];
    let mut fields: Vec<(String, String)> = names
        .iter()
        .map(|name| ((*name).to_owned(), instructions[*name].as_str().unwrap_or_default().to_owned()))
        .collect();
    fields.push(("access".to_owned(), "view".to_owned()));
    fields.push(("accounts".to_owned(), "Operating".to_owned()));
    fields
}

async fn add(host: &Host, bank: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    host.form(&format!("/bank/{bank}/users"), &fields).await
}

/// The value under a term of the page.
#[track_caller]
fn shown<'a>(page: &'a Answer, term: &str) -> &'a str {
    let (_, rest) = page.text.split_once(&format!("<dt>{term}</dt><dd>")).expect(term);
    rest.split_once("</dd>").expect("an end").0
}

#[tokio::test]
async fn a_user_as_issued_is_created_and_credentials_are_shown_once() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    let fields = issued(&host, &connection).await;
    let empty = host.page("/bank/sim-standard").await;
    assert!(empty.text.contains("Standard Test Bank") && empty.text.contains("No delegated users yet"));
    let created = add(&host, "sim-standard", &fields).await;
    assert_eq!(created.status, 200, "{}", created.text);
    let password = shown(&created, "Password").to_owned();
    assert!(shown(&created, "Username").starts_with("DU") && shown(&created, "Customer ID").len() == 8);
    assert_eq!(created.headers["cache-control"], "no-store");
    let listed = host.page("/bank/sim-standard").await;
    assert!(listed.text.contains(&fields[5].1) && listed.text.contains("Active"));
    assert!(!listed.text.contains(&password));
    assert!(!format!("{:?}", host.journal("").await).contains(&password));
}

#[tokio::test]
async fn what_is_not_as_issued_is_refused_beside_its_field() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    let good = issued(&host, &connection).await;
    for (place, what) in [
        (0, "First name is not what Waycore issued"),
        (1, "Last name is not what Waycore issued"),
        (2, "Address is not what Waycore issued"),
        (3, "E-mail address is not what Waycore issued"),
        (4, "Phone number is not what Waycore issued"),
        (5, "We have no order for this username"),
        (6, "may only view"),
        (7, "at least one account"),
    ] {
        let mut fields = good.clone();
        fields[place].1 = "<b>wrong</b>".to_owned();
        let refused = add(&host, "sim-standard", &fields).await;
        assert_eq!(refused.status, 422, "{what}");
        assert!(refused.text.contains(what), "{what}: {}", refused.text);
        assert!(!refused.text.contains("<b>wrong"), "what was typed is escaped");
        if place < 6 {
            assert!(refused.text.contains("&lt;b&gt;wrong"), "and kept");
        }
    }
    assert_eq!(add(&host, "sim-instant", &good).await.status, 422, "it was issued for another bank");
    add(&host, "sim-standard", &good).await;
    let twice = add(&host, "sim-standard", &good).await;
    assert!(twice.status == 422 && twice.text.contains("exists already"));
}

#[tokio::test]
async fn what_is_not_issued_yet_cannot_be_typed() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-provisioning").await;
    let early = add(&host, "sim-provisioning", &issued(&host, &connection).await).await;
    assert!(
        early.status == 422 && early.text.contains("has not issued the e-mail address yet"),
        "{}",
        early.text
    );
    host.advance(120.0).await;
    assert_eq!(add(&host, "sim-provisioning", &issued(&host, &connection).await).await.status, 200);
}

#[tokio::test]
async fn a_second_administrator_may_have_to_approve() {
    let host = Host::with(json!({ "requireBankApproval": true })).await;
    let connection = host.new_connection("sim-strict").await;
    let waiting = add(&host, "sim-strict", &issued(&host, &connection).await).await;
    assert!(
        waiting.text.contains("Waiting for a second administrator") && !waiting.text.contains("Password")
    );
    host.complete(&connection).await.json(200);
    host.advance(20.0).await;
    assert_eq!(host.state(&connection).await, "setup/errored", "the user cannot sign in yet");
    let approved = host.form(&format!("/bank/sim-strict/users/{connection}/approval"), &[]).await;
    assert!(shown(&approved, "Password").len() > 8);
    assert_eq!(host.state(&connection).await, "ready/active/syncing", "Waycore tries again by itself");
}

#[tokio::test]
async fn a_strict_bank_is_content_with_a_user_that_was_created() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-strict").await;
    assert_eq!(add(&host, "sim-strict", &issued(&host, &connection).await).await.status, 200);
    host.complete(&connection).await.json(200);
    host.advance(20.0).await;
    assert_eq!(host.state(&connection).await, "ready/active/syncing");
}

#[tokio::test]
async fn an_unlisted_bank_has_a_portal_once_somebody_connects_it() {
    let host = Host::new().await;
    let create = json!({ "entityId": host.entity("acme").await, "portalUrl": "https://rare.example/login" });
    let connection = crate::support::id(&host.post("/v1/connections", create).await.json(201));
    host.overrule(&connection, json!({ "kind": "ready", "status": "active" })).await;
    let bank = host.read(&connection).await["institutionId"].as_str().expect("an id").to_owned();
    assert_eq!(host.page(&format!("/bank/{bank}")).await.status, 200);
    assert_eq!(host.simulator.bank_portal(&connection), Some(format!("/bank/{bank}")));
    assert_eq!(host.simulator.bank_portal("conn_none"), None);
    assert_eq!(host.page("/bank/unlisted-0000000000000000").await.status, 404);
    assert_eq!(host.page("/bank/no-such-bank").await.status, 404);
}

#[tokio::test]
async fn another_sites_page_cannot_post_here() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    for path in [
        "/bank/sim-standard/users".to_owned(),
        format!("/console/{}/reset", host.organization_id),
        "/_sim/reset".to_owned(),
    ] {
        let request = axum::http::Request::post(&path)
            .header("sec-fetch-site", "cross-site")
            .header("origin", "https://evil.example")
            .body(axum::body::Body::from("{}"))
            .expect("a request");
        assert_eq!(crate::support::send(&host.router, request).await.status, 403, "{path}");
    }
    assert_ne!(host.read(&connection).await, Value::Null, "nothing was reset");
}
