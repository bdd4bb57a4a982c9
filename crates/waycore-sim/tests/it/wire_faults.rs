//! Faults of the connection itself, over real TCP.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::support::Host;

/// A host whose simulator listens on a port.
async fn on_a_port() -> (Host, std::net::SocketAddr) {
    let host = Host::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(waycore_sim::serve(listener, host.simulator.clone(), std::future::pending()));
    (host, address)
}

async fn fail(host: &Host, mut rule: Value) {
    rule["match"]["organizationId"] = json!(host.organization_id);
    host.control("POST", "faults", rule).await.json(201);
}

/// What comes back for a request on a connection of its own, and how the connection ends.
async fn raw(
    host: &Host,
    address: std::net::SocketAddr,
    request_line: &str,
    body: &str,
) -> (String, std::io::Result<()>) {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let request = format!(
        "{request_line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{body}",
        host.key,
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let (mut answer, mut buffer) = (Vec::new(), [0; 4_096]);
    let end = loop {
        match stream.read(&mut buffer).await {
            Ok(0) => break Ok(()),
            Ok(length) => answer.extend_from_slice(&buffer[..length]),
            Err(error) => break Err(error),
        }
    };
    (String::from_utf8_lossy(&answer).into_owned(), end)
}

#[tokio::test]
async fn a_reset_gives_no_answer_at_all() {
    let (host, address) = on_a_port().await;
    fail(&host, json!({ "match": { "path": "/v1/entities" }, "effect": { "reset": true }, "times": 1 }))
        .await;
    let (answer, end) = raw(&host, address, "GET /v1/entities", "").await;
    assert_eq!(answer, "");
    assert_eq!(end.expect_err("a reset").kind(), std::io::ErrorKind::ConnectionReset);
    let (answer, end) = raw(&host, address, "GET /v1/entities", "").await;
    assert!(answer.starts_with("HTTP/1.1 200") && end.is_ok(), "{answer}");
}

#[tokio::test]
async fn applied_says_whether_a_reset_request_took_effect() {
    for applied in [true, false] {
        let (host, address) = on_a_port().await;
        let effect = json!({ "reset": true, "applied": applied });
        fail(&host, json!({ "match": { "method": "POST" }, "effect": effect, "times": 1 })).await;
        let (answer, end) = raw(&host, address, "POST /v1/entities", r#"{"externalEntityId":"acme"}"#).await;
        assert!(answer.is_empty() && end.is_err());
        let found = host.get("/v1/entities?externalEntityId=acme").await.json(200);
        assert_eq!(found["data"].as_array().map(Vec::len), Some(usize::from(applied)));
    }
}

#[tokio::test]
async fn a_truncated_answer_announces_everything_and_breaks_off() {
    let (host, address) = on_a_port().await;
    let entity = host.entity("acme").await;
    let line = format!("GET /v1/entities/{entity}");
    let (whole, _) = raw(&host, address, &line, "").await;
    let body = whole.split_once("\r\n\r\n").expect("a head").1.to_owned();
    for length in [0, 1, 17, body.len() - 1] {
        fail(&host, json!({ "match": { "method": "GET" }, "effect": { "truncate": length }, "times": 1 }))
            .await;
        let (answer, _) = raw(&host, address, &line, "").await;
        let (head, part) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.to_lowercase().contains(&format!("content-length: {}", body.len())), "{head}");
        assert_eq!(part, &body[..length]);
    }
}

#[tokio::test]
async fn without_a_connection_an_answer_fails_in_its_body() {
    let host = Host::new().await;
    fail(&host, json!({ "effect": { "truncate": 3 } })).await;
    let request =
        axum::http::Request::get("/v1/entities").header("authorization", format!("Bearer {}", host.key));
    let request = request.body(axum::body::Body::empty()).expect("a request");
    let answer = tower::ServiceExt::oneshot(host.router.clone(), request).await.expect("an answer");
    assert!(axum::body::to_bytes(answer.into_body(), usize::MAX).await.is_err());
}

/// Which of a hundred requests failed.
async fn failed(rule: Value) -> Vec<usize> {
    let host = Host::new().await;
    fail(&host, rule).await;
    let mut failed = Vec::new();
    for number in 0..100 {
        if host.get("/v1/entities").await.status == 503 {
            failed.push(number);
        }
    }
    failed
}

#[tokio::test]
async fn chance_decides_as_its_seed_says() {
    let rule = |probability: f64, seed: u64| json!({ "effect": { "status": 503 }, "probability": probability, "seed": seed });
    let third = failed(rule(0.3, 7)).await;
    assert!((15..=45).contains(&third.len()), "{third:?}");
    assert_eq!(failed(rule(0.3, 7)).await, third);
    assert_ne!(failed(rule(0.3, 8)).await, third);
    assert_eq!(failed(rule(0.0, 1)).await.len(), 0);
    assert_eq!(failed(rule(1.0, 1)).await.len(), 100);
    let twice =
        failed(json!({ "effect": { "status": 503 }, "probability": 0.3, "seed": 7, "times": 2 })).await;
    assert_eq!(twice, third[..2], "the spared ones do not count");
}

#[tokio::test]
async fn chance_outside_its_bounds_is_refused() {
    let host = Host::new().await;
    for probability in [-0.1, 1.1] {
        let rule = json!({ "effect": { "status": 503 }, "probability": probability });
        host.control("POST", "faults", rule).await.refused(400, "invalid_request");
    }
}
