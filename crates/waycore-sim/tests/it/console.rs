//! The console, as a person without JavaScript uses it.

use serde_json::json;

use crate::support::{Answer, Host};

async fn console(host: &Host) -> Answer {
    host.page(&format!("/console/{}", host.organization_id)).await
}

async fn post(host: &Host, what: &str, fields: &[(&str, &str)]) -> Answer {
    host.form(&format!("/console/{}/{what}", host.organization_id), fields).await
}

/// The form was carried out and leads back.
#[track_caller]
fn done(host: &Host, answer: &Answer) {
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(answer.headers["location"], format!("/console/{}", host.organization_id).as_str());
}

#[tokio::test]
async fn the_first_page_says_what_this_is_and_lists_organizations() {
    let host = Host::new().await;
    let home = host.page("/").await;
    assert_eq!(home.status, 200);
    for text in
        ["Waycore simulator", &host.organization_id, "sim-strict", "/_sim/faults", "/v1/transactions/sync"]
    {
        assert!(home.text.contains(text), "{text}");
    }
    let policy = home.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
    let made = host.form("/console/organizations", &[]).await;
    let place = made.headers["location"].to_str().expect("text").to_owned();
    assert!(made.status == 303 && host.page(&place).await.status == 200);
}

#[tokio::test]
async fn an_organizations_page_shows_everything_about_it() {
    let host = Host::with(json!({ "webhookUrl": "http://127.0.0.1:9/hook" })).await;
    let connection = host.new_connection("sim-standard").await;
    host.overrule(&connection, json!({ "kind": "ready", "status": "paused" })).await;
    let page = console(&host).await;
    for text in [
        &host.key,
        &connection,
        "ready / paused",
        "POST /v1/connections",
        "connection.status_changed",
        "time stands still",
    ] {
        assert!(page.text.contains(text), "{text}");
    }
    assert_eq!(host.page("/console/nobody").await.status, 404);
}

#[tokio::test]
async fn the_clock_is_set() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    done(&host, &post(&host, "connections", &[("connection", &connection), ("move", "complete")]).await);
    done(&host, &post(&host, "clock", &[("advance", "20")]).await);
    assert_eq!(host.state(&connection).await, "ready/active/syncing");
    done(&host, &post(&host, "clock", &[("speed", "60")]).await);
    assert!(console(&host).await.text.contains("at 60 times real time"));
    for wrong in [("advance", "soon"), ("speed", "-1"), ("advance", "NaN")] {
        assert_eq!(post(&host, "clock", &[wrong]).await.status, 422, "{wrong:?}");
    }
}

#[tokio::test]
async fn connections_are_moved() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    let moved = async |what: &str, status: &str| {
        post(&host, "connections", &[("connection", &connection), ("move", what), ("status", status)]).await
    };
    done(&host, &moved("ready", "active").await);
    assert_eq!(host.state(&connection).await, "ready/active/idle");
    done(&host, &moved("sync", "").await);
    assert_eq!(host.state(&connection).await, "ready/active/syncing");
    assert_eq!(moved("sync", "").await.status, 422, "it syncs already");
    done(&host, &moved("setup", "invalidConfig").await);
    assert_eq!(host.state(&connection).await, "setup/invalidConfig");
    done(&host, &moved("release", "").await);
    assert_eq!(host.state(&connection).await, "setup/draft");
    assert_eq!(moved("fly", "").await.status, 422);
    assert_eq!(
        post(&host, "connections", &[("connection", "conn_none"), ("move", "sync")]).await.status,
        404
    );
}

#[tokio::test]
async fn faults_are_added_and_removed() {
    let host = Host::new().await;
    let fields = [
        ("method", "GET"),
        ("path", "/v1/entities"),
        ("status", "429"),
        ("retryAfter", "9"),
        ("delayMs", ""),
        ("times", ""),
    ];
    done(&host, &post(&host, "faults", &fields).await);
    let refused = host.get("/v1/entities").await;
    refused.refused(429, "rate_limited");
    assert_eq!(refused.headers["retry-after"], "9");
    let page = console(&host).await.text;
    assert!(page.contains("GET /v1/entities → 429"), "{page}");
    let number =
        page.split_once("name=\"remove\" value=\"").expect("a button").1.split_once('"').expect("an end").0;
    done(&host, &post(&host, "faults", &[("remove", number)]).await);
    host.get("/v1/entities").await.json(200);
    assert_eq!(post(&host, "faults", &[("status", "99")]).await.status, 422);
}

#[tokio::test]
async fn events_need_somebody_to_hear_them() {
    let host = Host::new().await;
    assert_eq!(post(&host, "events", &[("type", "test"), ("manner", "good")]).await.status, 422);
    let host = Host::with(json!({ "webhookUrl": "http://127.0.0.1:9/hook" })).await;
    done(&host, &post(&host, "events", &[("type", "test"), ("manner", "duplicate")]).await);
    done(&host, &post(&host, "events", &[("type", "odd.one"), ("manner", "bad")]).await);
    let page = console(&host).await.text;
    assert!(page.contains("odd.one") && page.contains("badly signed"));
    let path = format!("webhooks?organizationId={}", host.organization_id);
    let listed = host.control("GET", &path, json!({})).await.json(200);
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn an_organization_can_start_over() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    done(&host, &post(&host, "reset", &[]).await);
    host.get(&format!("/v1/connections/{connection}")).await.refused(404, "not_found");
}

#[tokio::test]
async fn what_comes_from_outside_is_escaped() {
    let host = Host::new().await;
    let nasty = "<script>alert(1)</script>";
    host.post("/v1/entities", json!({ "externalEntityId": nasty })).await.json(201);
    host.get("/v1/entities?externalEntityId=%3Cscript%3E").await;
    let fault = json!({ "match": { "path": nasty }, "effect": { "status": 500 } });
    host.control("POST", "faults", fault).await.json(201);
    assert!(!console(&host).await.text.contains("<script>alert"));
}
