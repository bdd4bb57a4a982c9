//! What an operator sees of a running server: metrics, traces, and what Waycore said when it refused.

use std::io::{ErrorKind, Read as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::host::host_token;
use crate::program::{Program, request};
use crate::served::{borrowed, manager, serve, settings};
use crate::simulated::SimulatedWaycore;

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_and_name_nobody() {
    let (waycore, folder) = (SimulatedWaycore::start().await, tempfile::tempdir().unwrap());
    let mut settings = settings(&waycore, folder.path());
    settings.push(("CONNECT_METRICS_ADDR", "127.0.0.1:0".to_owned()));
    let program = Program::start(&["serve"], &borrowed(&settings));
    let addr = |line: String| {
        let line: Value = serde_json::from_str(&line).expect("JSON");
        format!("http://{}", line["addr"].as_str().expect("an address"))
    };
    let metrics = addr(program.log_line_with("\"message\":\"metrics\""));
    let server = addr(program.log_line_with("listening"));
    let bank = [("institution_id", "sim-standard")];
    let started = request(&format!("{server}/api/start_connection"), &manager(), Some(&bank)).ok();
    let id = started["connection"]["id"].as_str().expect("an id");
    request(&format!("{server}/api/get_connection"), &manager(), Some(&[("connection_id", id)])).ok();
    request(&format!("{server}/connections/{id}/setup"), &manager(), None);
    request(&format!("{server}/acme/of/nobody"), &manager(), None);
    let shown = request(&format!("{metrics}/metrics"), "", None);
    assert_eq!(shown.status, 200);
    for line in [
        r#"connect_requests_total{method="POST",route="/api/start_connection",status="200"} 1"#,
        r#"connect_requests_total{method="GET",route="/connections/{id}/setup",status="200"} 1"#,
        r#"connect_requests_total{method="GET",route="other",status="404"} 1"#,
        r#"waycore_calls_total{call="create_connection",outcome="ok"} 1"#,
        "waycore_breaker_open 0",
        "connect_requests_in_flight 0",
        "connect_turns_waiting 0",
    ] {
        assert!(shown.body.lines().any(|shown| shown == line), "{line} in\n{}", shown.body);
    }
    for name in [id, "acme", "sim-standard", "ana"] {
        assert!(!shown.body.contains(name), "{name} is in\n{}", shown.body);
    }
    assert_eq!(request(&format!("{server}/metrics"), &manager(), None).status, 404, "customers see none");
    // Connections to it are few, so that idle ones use up no open files, and they keep out nobody.
    let open =
        || std::net::TcpStream::connect(metrics.trim_start_matches("http://")).expect("it is accepted");
    let mut idle: Vec<_> = (0..100).map(|_| open()).collect();
    assert_eq!(request(&format!("{metrics}/metrics"), "", None).status, 200);
    // The first has made room, long before its silence would end it. A reset is an end as well.
    idle[0].set_read_timeout(Some(Duration::from_secs(5))).expect("a time limit");
    match idle[0].read(&mut [0]) {
        Ok(0) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        other => panic!("it is still open: {other:?}"),
    }
    assert!(program.end("TERM").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_tells_what_waycore_said_and_nothing_that_was_sent() {
    let (waycore, folder) = (SimulatedWaycore::start().await, tempfile::tempdir().unwrap());
    let (program, server) = serve(&settings(&waycore, folder.path()));
    let error =
        json!({ "code": "bank_unknown", "message": "no bank sim-standard here", "requestId": "req_77" });
    let effect = json!({ "status": 422, "body": { "error": error } });
    waycore.fail(json!({ "match": { "method": "POST", "path": "/v1/connections" }, "effect": effect })).await;
    let bank = [("institution_id", "sim-standard")];
    let refused = request(&format!("{server}/api/start_connection"), &manager(), Some(&bank));
    assert_eq!(refused.error(), (422, "invalid_input".to_owned()));
    assert!(!refused.body.contains("no bank"), "{refused:?}");
    let line: Value = serde_json::from_str(&program.log_line_with("Waycore refused a call")).expect("JSON");
    assert_eq!(line["call"], "create_connection");
    assert_eq!(line["status"], 422);
    assert_eq!(line["waycore_request_id"], "req_77");
    assert_eq!(line["waycore_code"], "bank_unknown");
    assert_eq!(line["waycore_message"], "no bank [sent] here");
    assert_eq!(line["span"]["support_code"], refused.json()["supportCode"], "support finds it");
    // So do those of requests that no page sends.
    let backend = host_token(json!({ "sub": "backend", "org": "host", "roles": ["provisioner"] }));
    waycore.fail(json!({ "match": { "method": "GET" }, "effect": { "status": 422 } })).await;
    for (path, cookie) in [
        ("/host/connections?org=acme", format!("session={backend}")),
        ("/host/connections/nobody/history?org=acme", format!("session={backend}")),
        ("/connections/nobody/transactions.csv", manager()),
    ] {
        assert!(request(&format!("{server}{path}"), &cookie, None).status.as_u16() >= 400, "{path}");
    }
    program.log_line_with("\"status\":404,");
    let log = program.log();
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let told: Vec<_> = lines.iter().filter(|line| line["code"].is_string()).collect();
    assert!(told.len() >= 4, "{told:?}");
    for line in told {
        assert_eq!(line["support_code"], line["span"]["support_code"], "{line}");
        assert!(line["support_code"].as_str().is_some_and(|code| code.len() > 30), "{line}");
    }
    assert!(program.end("TERM").success());
}

/// Takes whatever is sent, and keeps it.
async fn recorder(status: StatusCode) -> (String, Arc<Mutex<Vec<(Uri, HeaderMap, Bytes)>>>) {
    let received = Arc::new(Mutex::new(Vec::new()));
    let keep = received.clone();
    let router = Router::new().fallback(async move |uri: Uri, headers: HeaderMap, body: Bytes| {
        keep.lock().expect("no reader panics").push((uri, headers, body));
        status
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, received)
}

/// The lines of the security log so far.
fn security_events(program: &Program) -> Vec<Value> {
    let log = program.log();
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["target"] == "security").collect()
}

/// Who watches for attacks sees the event, the address, the customer and the person in each line.
#[tokio::test(flavor = "multi_thread")]
async fn the_security_log_names_the_client_the_customer_and_the_person() {
    let (waycore, folder) = (SimulatedWaycore::start().await, tempfile::tempdir().unwrap());
    let mut settings = settings(&waycore, folder.path());
    settings.push(("CONNECT_TRUSTED_PROXIES", "127.0.0.1".to_owned()));
    settings.push(("WAYCORE_WEBHOOK_SECRET", "whsec_of_the_test".to_owned()));
    settings.push(("CONNECT_METRICS_ADDR", "127.0.0.1:0".to_owned()));
    let program = Program::start(&["serve"], &borrowed(&settings));
    let addr = |line: String| {
        let line: Value = serde_json::from_str(&line).expect("JSON");
        format!("http://{}", line["addr"].as_str().expect("an address"))
    };
    let metrics = addr(program.log_line_with("\"message\":\"metrics\""));
    let server = addr(program.log_line_with("listening"));
    let from = |cookie: &str| format!("{cookie}\r\nX-Forwarded-For: 198.51.100.7:51234");
    let viewer = host_token(json!({ "sub": "vic", "org": "acme", "roles": ["viewer"] }));
    let viewer = from(&format!("session={viewer}"));
    let bank = [("institution_id", "sim-standard")];
    let refused = request(&format!("{server}/api/start_connection"), &viewer, Some(&bank));
    assert_eq!(refused.error(), (403, "forbidden".to_owned()));
    let stranger = host_token(json!({ "sub": "eve", "org": "acme", "aud": "elsewhere" }));
    let stranger = from(&format!("session={stranger}"));
    assert_eq!(request(&format!("{server}/api/list_connections"), &stranger, Some(&[])).status, 401);
    // With and without the slash that some consoles add.
    for path in ["/webhooks/waycore", "/webhooks/waycore/"] {
        assert_eq!(request(&format!("{server}{path}"), &from(""), Some(&[])).status, 401, "{path}");
    }
    let shown = request(&format!("{metrics}/metrics"), "", None).body;
    for line in [
        r#"connect_deliveries_refused_total{reason="signature_missing"} 2"#,
        r#"connect_security_events_total{event="forbidden_role"}"#,
        r#"connect_security_events_total{event="webhook_refused"} 2"#,
    ] {
        assert!(shown.lines().any(|shown| shown.starts_with(line)), "{line} in\n{shown}");
    }
    program.log_line_with("webhook_refused");
    let found = security_events(&program);
    let event = |name: &str| {
        found.iter().find(|line| line["event"] == name).unwrap_or_else(|| panic!("{name}: {found:?}"))
    };
    let forbidden = event("forbidden_role");
    assert_eq!(
        (&forbidden["client"], &forbidden["issuer"], &forbidden["customer"], &forbidden["person"]),
        (&json!("198.51.100.7"), &json!("host"), &json!("acme"), &json!("vic"))
    );
    assert_eq!(forbidden["span"]["support_code"], refused.json()["supportCode"], "support finds the request");
    let token = event("token_refused");
    assert_eq!(token["client"], "198.51.100.7");
    assert!(token["reason"].as_str().is_some_and(|reason| reason.contains("aud")), "{token}");
    let webhook = event("webhook_refused");
    assert_eq!(
        (&webhook["client"], &webhook["reason"]),
        (&json!("198.51.100.7"), &json!("signature_missing"))
    );
    assert!(program.end("TERM").success());
}

/// A client cannot make its requests part of somebody's trace.
#[tokio::test(flavor = "multi_thread")]
async fn a_trace_that_no_trusted_proxy_passes_on_is_not_joined() {
    let folder = tempfile::tempdir().unwrap();
    let (collector, _) = recorder(StatusCode::OK).await;
    let (waycore, calls) = recorder(StatusCode::SERVICE_UNAVAILABLE).await;
    let mut settings = settings(&SimulatedWaycore::start().await, folder.path());
    settings.retain(|(name, _)| *name != "WAYCORE_BASE_URL");
    settings.push(("WAYCORE_BASE_URL", format!("{waycore}/v1")));
    settings.push(("OTEL_EXPORTER_OTLP_ENDPOINT", collector));
    let (program, server) = serve(&settings);
    let hex = "ab".repeat(16);
    let cookie = format!("{}\r\ntraceparent: 00-{hex}-00000000000000aa-01", manager());
    request(&format!("{server}/api/search_institutions"), &cookie, Some(&[("query", "harbour")]));
    assert!(program.end("TERM").success());
    let calls = calls.lock().expect("no writer panics");
    let passed_on: Vec<_> =
        calls.iter().filter_map(|(_, headers, _)| headers.get("traceparent")?.to_str().ok()).collect();
    assert!(!passed_on.is_empty() && passed_on.iter().all(|trace| !trace.contains(&hex)), "{passed_on:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_goes_from_the_host_through_here_to_waycore() {
    const TRACE: [u8; 16] = *b"host-began-trace";
    let folder = tempfile::tempdir().unwrap();
    let (collector, traces) = recorder(StatusCode::OK).await;
    let (waycore, calls) = recorder(StatusCode::SERVICE_UNAVAILABLE).await;
    let simulated = SimulatedWaycore::start().await;
    let mut settings = settings(&simulated, folder.path());
    settings.retain(|(name, _)| *name != "WAYCORE_BASE_URL");
    settings.push(("WAYCORE_BASE_URL", format!("{waycore}/v1")));
    settings.push(("OTEL_EXPORTER_OTLP_ENDPOINT", collector));
    settings.push(("CONNECT_TRUSTED_PROXIES", "127.0.0.1".to_owned()));
    settings.push(("RUST_LOG", "info".to_owned()));
    let (program, server) = serve(&settings);
    let hex: String = TRACE.iter().map(|byte| format!("{byte:02x}")).collect();
    let cookie = format!("{}\r\ntraceparent: 00-{hex}-00000000000000aa-01", manager());
    request(&format!("{server}/api/search_institutions"), &cookie, Some(&[("query", "harbour")]));
    assert!(program.end("TERM").success(), "the last traces are sent before the end");
    let calls = calls.lock().expect("no writer panics");
    // The mirror of the catalog is read for nobody.
    let calls: Vec<_> = calls.iter().filter(|(path, ..)| !path.to_string().contains("limit=500")).collect();
    let passed_on = calls.iter().filter_map(|(_, headers, _)| headers.get("traceparent")?.to_str().ok());
    let passed_on: Vec<_> = passed_on.collect();
    assert!(!passed_on.is_empty() && passed_on.len() == calls.len(), "{calls:?}");
    for traceparent in passed_on {
        assert!(traceparent.starts_with(&format!("00-{hex}-")), "{traceparent}");
        assert!(!traceparent.contains("00000000000000aa"), "the span is ours: {traceparent}");
    }
    let traces = traces.lock().expect("no writer panics");
    let sent = traces.iter().filter(|(uri, ..)| uri.path() == "/v1/traces");
    assert!(sent.into_iter().any(|(.., body)| body.windows(16).any(|part| part == TRACE)), "{traces:?}");
}
