//! A page of another site cannot pass for one of this machine's by leading its own name here (DNS rebinding).

use axum::{Router, body::Body, http::Request};
use rstest::rstest;
use serde_json::json;
use waycore_sim::{SimOptions, Simulator};

use crate::support::{Answer, Host, send};

async fn ask(router: &Router, method: &str, path: &str, named: &str, key: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", named)
        .header("authorization", format!("Bearer {key}"))
        .body(Body::from("{}"));
    send(router, request.expect("a request")).await
}

#[rstest]
#[case("GET", "/")]
#[case("PUT", "/")]
#[case("GET", "/openapi.json")]
#[case("GET", "/bank/sim-standard")]
#[case("GET", "/_sim/organizations")]
#[case("POST", "/_sim/organizations")]
#[case("GET", "/v1/entities")]
#[case("GET", "/no/such/path")]
#[tokio::test]
async fn a_request_that_names_another_host_is_refused_whatever_it_asks_for(
    #[case] method: &str,
    #[case] path: &str,
) {
    let host = Host::new().await;
    for named in ["rebind.example:3100", "192.168.0.7:3100", "0.0.0.0:3100"] {
        ask(&host.router, method, path, named, &host.key).await.refused(421, "misdirected_request");
    }
    let organizations = host.control("GET", "organizations", json!({})).await.json(200);
    assert_eq!(organizations["data"].as_array().map(Vec::len), Some(1), "none was made");
    // A developer who uses the wrong address looks into the journal first.
    let journal = host.journal("").await;
    assert_eq!(journal.len(), 3);
    assert!(journal.iter().all(|entry| entry["status"] == 421 && entry["path"] == path), "{journal:?}");
    ask(&host.router, method, path, "rebind.example:3100", "nobodys")
        .await
        .refused(421, "misdirected_request");
    assert_eq!(host.journal("").await.len(), 3);
    for named in ["localhost:3100", "127.0.0.1:3100", "[::1]:3100"] {
        assert_ne!(ask(&host.router, method, path, named, &host.key).await.status, 421, "{named}");
    }
}

#[tokio::test]
async fn a_simulator_for_other_machines_answers_to_any_name() {
    let options = SimOptions { speed: 0.0, allow_remote: true, ..SimOptions::default() };
    let host = Host::of(Simulator::new(options).expect("a simulator")).await;
    ask(&host.router, "GET", "/v1/entities", "sim:3100", &host.key).await.json(200);
}
