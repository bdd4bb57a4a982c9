//! `serve` as an operator starts it.

use std::path::Path;

use crate::program::{Program, request};

/// Everything that `serve` requires, on a free port. Waycore is nowhere, and that is no reason not to start.
fn complete(database: &str) -> Vec<(&'static str, String)> {
    let settings = [
        ("CONNECT_ADDR", "127.0.0.1:0"),
        ("CONNECT_PUBLIC_URL", "https://app.example.com/banks"),
        ("CONNECT_SECRET_KEY", "a secret of the server that is long enough"),
        ("WAYCORE_API_KEY", "way_live_k_s"),
        ("WAYCORE_BASE_URL", "http://127.0.0.1:9/v1"),
        ("CONNECT_JWT_KEY", "a secret that the host shares with the server"),
        ("CONNECT_JWT_ISSUER", "host"),
        ("CONNECT_JWT_AUDIENCE", "connect"),
        ("CONNECT_LOG_FORMAT", "json"),
        ("CONNECT_SHUTDOWN_DELAY_SECONDS", "0"),
    ];
    let database = ("CONNECT_DATABASE_URL", format!("sqlite://{database}"));
    settings.into_iter().map(|(name, value)| (name, value.to_owned())).chain([database]).collect()
}

fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

fn database(folder: &Path) -> String {
    folder.join("data/connect.db").to_str().expect("a Unicode path").to_owned()
}

#[test]
fn complete_settings_start_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let settings = complete(&database(folder.path()));
    let program = Program::start(&["serve"], &borrowed(&settings));
    let warned = program.log_line_with("CONNECT_SUPPORT_URL is not set");
    assert!(warned.contains("WARN") && warned.contains("app.example.com"), "{warned}");
    let line: serde_json::Value = serde_json::from_str(&program.log_line_with("listening")).unwrap();
    let server = format!("http://{}", line["addr"].as_str().unwrap());
    for probe in ["healthz", "readyz"] {
        let answer = request(&format!("{server}/banks/{probe}"), "", None);
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "ok"), "{probe}");
    }
    assert_eq!(request(&format!("{server}/healthz"), "", None).status, 404, "outside its prefix is nothing");
    let sign_in = request(&format!("{server}/banks/demo/sign-in"), "", Some(&[("user", "ana")]));
    assert_eq!(sign_in.cookie(), None, "there is no demo");
    assert!(program.end("TERM").success());
}

/// A load balancer sees that the server is not ready while requests still reach it.
#[test]
fn a_server_that_is_to_end_is_not_ready_and_still_listens() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = complete(&database(folder.path()));
    settings.retain(|(name, _)| *name != "CONNECT_SHUTDOWN_DELAY_SECONDS");
    // Longer than this test takes.
    settings.push(("CONNECT_SHUTDOWN_DELAY_SECONDS", "600".to_owned()));
    let program = Program::start(&["serve"], &borrowed(&settings));
    let line: serde_json::Value = serde_json::from_str(&program.log_line_with("listening")).unwrap();
    let server = format!("http://{}/banks", line["addr"].as_str().unwrap());
    program.signal("TERM");
    program.log_line_with("not ready any more");
    let ready = request(&format!("{server}/readyz"), "", None);
    assert_eq!((ready.status.as_u16(), ready.body.as_str()), (503, "the server is shutting down"));
    assert_eq!(request(&format!("{server}/healthz"), "", None).status, 200);
    assert_eq!(request(&format!("{server}/"), "", None).status, 401, "requests are answered");
    // Whoever asks again does not want to wait.
    assert_eq!(program.end("TERM").code(), Some(130));
}

#[test]
fn behind_a_proxy_that_strips_the_prefix_the_routes_begin_at_the_root() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = complete(&database(folder.path()));
    settings.push(("CONNECT_BASE_PATH", "/".to_owned()));
    settings.push(("CONNECT_SIGN_IN_URL", "https://app.example.com/login".to_owned()));
    let program = Program::start(&["serve"], &borrowed(&settings));
    let line: serde_json::Value = serde_json::from_str(&program.log_line_with("listening")).unwrap();
    let server = format!("http://{}", line["addr"].as_str().unwrap());
    assert_eq!(request(&format!("{server}/healthz"), "", None).status, 200);
    let page = request(&format!("{server}/new"), "", None);
    let back = "https://app.example.com/login?return_to=https%3A%2F%2Fapp.example.com%2Fbanks%2Fnew";
    assert_eq!(page.goes_to(), back);
}

#[test]
fn every_missing_setting_is_one_sentence() {
    let refusal = Program::finished(&["serve"], &[]);
    assert!(!refusal.success);
    let names: Vec<_> = refusal.err.lines().map(|line| line.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(
        names,
        [
            "CONNECT_PUBLIC_URL",
            "CONNECT_SECRET_KEY",
            "WAYCORE_API_KEY",
            "CONNECT_JWT_KEY",
            "CONNECT_JWT_ISSUER",
            "CONNECT_JWT_AUDIENCE"
        ]
    );
}

#[test]
fn a_demos_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let mut demo = Program::start(&["demo", "--port", "0", "--sim-port", "0", "--data", data], &[]);
    assert!(demo.line().starts_with("Waycore Connect demo: "));
    assert!(demo.end("TERM").success());
    let made_by_demo = folder.path().join("demo.db");
    let settings = complete(made_by_demo.to_str().unwrap());
    let refusal = Program::finished(&["serve"], &borrowed(&settings));
    assert!(!refusal.success);
    let sentence = format!(
        "The database {} was made by `demo` and cannot be used by `serve`: give another one.",
        made_by_demo.display()
    );
    assert_eq!(refusal.err.lines().last(), Some(&*sentence));
}

#[test]
fn a_port_in_use_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap();
    let mut settings = complete(&database(folder.path()));
    settings.push(("CONNECT_ADDR", addr.to_string()));
    let refusal = Program::finished(&["serve"], &borrowed(&settings));
    let sentence = format!("Port {} of 127.0.0.1 is in use: choose another with CONNECT_ADDR.", addr.port());
    assert_eq!(refusal.err.lines().last(), Some(&*sentence));
}
