//! What an operator does with an installation: looking at it, replacing its key, ending it, reading its audit log.

use std::path::Path;

use serde_json::{Value, json};
use sqlx::Connection as _;

use crate::host::host_token;
use crate::program::{Finished, Program, request};
use crate::served::{borrowed, manager, serve, settings};
use crate::simulated::SimulatedWaycore;

/// The outcomes of `doctor --json` by name.
fn doctor(settings: &[(&'static str, String)]) -> (bool, Vec<(String, String, String)>) {
    let done = Program::finished(&["doctor", "--json"], &borrowed(settings));
    let report: Value = serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{error}: {done:?}"));
    let text = |check: &Value, name: &str| check[name].as_str().expect("text").to_owned();
    let checks = report["checks"].as_array().expect("checks").iter();
    let checks = checks.map(|check| (text(check, "name"), text(check, "outcome"), text(check, "message")));
    (done.success, checks.collect())
}

fn outcome<'a>(checks: &'a [(String, String, String)], name: &str) -> (&'a str, &'a str) {
    let found = checks.iter().find(|(checked, ..)| checked == name);
    let (_, outcome, message) = found.unwrap_or_else(|| panic!("no check of {name}: {checks:?}"));
    (outcome, message)
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_finds_nothing_wrong_with_a_good_installation() {
    let (waycore, folder) = (SimulatedWaycore::start().await, tempfile::tempdir().unwrap());
    let settings = settings(&waycore, folder.path());
    let (program, _) = serve(&settings);
    assert!(program.end("TERM").success());
    let (success, checks) = doctor(&settings);
    assert!(success, "{checks:?}");
    for name in ["settings", "token key", "Waycore", "connections:read", "accounts:read", "clock", "database"]
    {
        assert_eq!(outcome(&checks, name).0, "ok", "{name}: {checks:?}");
    }
    assert_eq!(outcome(&checks, "key expiry").0, "notChecked");
    assert_eq!(outcome(&checks, "webhooks").0, "warning");
    // Nothing is changed: the two changes that it asks for are of what does not exist.
    let statuses = waycore.statuses_of_changes().await;
    assert_eq!(statuses, [404, 404]);
    let token = folder.path().join("token");
    std::fs::write(&token, host_token(json!({ "sub": "ana", "org": "acme" }))).unwrap();
    let said = Program::finished(&["doctor", "--token-file", token.to_str().unwrap()], &borrowed(&settings));
    assert!(said.success);
    assert_eq!(said.out.lines().count(), checks.len() + 1, "one line a check: {said:?}");
    assert!(
        said.out.contains(r#"ok           token: is accepted: user "ana" of customer "acme", as viewer"#),
        "{said:?}"
    );
    assert!(!said.out.contains(waycore.api_key()) && !said.out.contains("long enough"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_says_what_is_wrong_and_what_to_do() {
    let (waycore, folder) = (SimulatedWaycore::start().await, tempfile::tempdir().unwrap());
    let mut wrong = settings(&waycore, folder.path());
    std::fs::write(folder.path().join("key"), "way_live_k_wrong").unwrap();
    let (success, checks) = doctor(&wrong);
    assert!(!success);
    let (refused, message) = outcome(&checks, "Waycore");
    assert_eq!((refused, message.contains("WAYCORE_API_KEY")), ("failed", true), "{message}");
    assert_eq!(outcome(&checks, "database").0, "warning", "nothing was made by looking");
    assert!(!folder.path().join("connect.db").exists());
    wrong.retain(|(name, _)| *name != "CONNECT_SECRET_KEY");
    let (success, checks) = doctor(&wrong);
    assert!(!success);
    assert!(outcome(&checks, "settings").1.starts_with("CONNECT_SECRET_KEY "), "{checks:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_tells_tables_of_another_version() {
    for (of, change) in [
        (
            "a newer version",
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'of tomorrow', 1, x'00', 0)",
        ),
        (
            "an older version",
            "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)",
        ),
    ] {
        let (waycore, folder) = (SimulatedWaycore::start().await, tempfile::tempdir().unwrap());
        let settings = settings(&waycore, folder.path());
        let (program, _) = serve(&settings);
        assert!(program.end("TERM").success());
        changed(&settings, change).await;
        let (success, checks) = doctor(&settings);
        let (database, message) = outcome(&checks, "database");
        assert_eq!((success, database), (false, "failed"), "{of}: {checks:?}");
        assert!(message.contains("are not those of this version"), "{of}: {message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_tells_which_scopes_a_key_lacks() {
    let (waycore, folder) = (SimulatedWaycore::start().await, tempfile::tempdir().unwrap());
    let settings = settings(&waycore, folder.path());
    let onboarding = ["entities:read", "entities:write", "connections:read", "connections:write"];
    std::fs::write(folder.path().join("key"), waycore.key_with(&onboarding).await).unwrap();
    let (success, checks) = doctor(&settings);
    assert!(success, "the flow works without the others: {checks:?}");
    assert_eq!(outcome(&checks, "connections:read").0, "ok");
    assert_eq!(outcome(&checks, "accounts:read").0, "warning");
    assert_eq!(outcome(&checks, "transactions:read").0, "warning");
    for missing in ["entities:write", "connections:write"] {
        let scopes: Vec<_> = onboarding.into_iter().filter(|scope| *scope != missing).collect();
        std::fs::write(folder.path().join("key"), waycore.key_with(&scopes).await).unwrap();
        let (success, checks) = doctor(&settings);
        assert!(!success);
        for scope in ["entities:write", "connections:write"] {
            let expected = if scope == missing { "failed" } else { "ok" };
            assert_eq!(outcome(&checks, scope).0, expected, "{scope} without {missing}: {checks:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_names_the_address_that_is_not_waycores() {
    let (waycore, folder) = (SimulatedWaycore::start().await, tempfile::tempdir().unwrap());
    let mut settings = settings(&waycore, folder.path());
    let root = waycore.address().trim_end_matches("/v1").to_owned();
    settings.retain(|(name, _)| *name != "WAYCORE_BASE_URL");
    settings.push(("WAYCORE_BASE_URL", root.clone()));
    let (success, checks) = doctor(&settings);
    let (failed, message) = outcome(&checks, "Waycore");
    assert_eq!((success, failed), (false, "failed"));
    for part in [&format!("{root}/entities was asked"), "no such path", &format!("try {root}/v1")] {
        assert!(message.contains(part), "{part}: {message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_replaced_without_a_restart() {
    let (waycore, folder) = (SimulatedWaycore::start().await, tempfile::tempdir().unwrap());
    let settings = settings(&waycore, folder.path());
    let key = folder.path().join("key");
    std::fs::write(&key, "way_live_k_old").unwrap();
    let (program, server) = serve(&settings);
    let search = || {
        let form = [("query", "sim-standard")];
        request(&format!("{server}/api/search_institutions"), &manager(), Some(&form))
    };
    assert_eq!(search().error(), (503, "misconfigured".to_owned()));
    std::fs::write(&key, format!("{}\n", waycore.api_key())).unwrap();
    program.signal("HUP");
    program.log_line_with("was read again");
    assert_eq!(search().ok()["institutions"][0]["institutionId"], "sim-standard");
    // A file that holds no key changes nothing.
    std::fs::write(&key, "two words").unwrap();
    program.signal("HUP");
    let line = program.log_line_with("stays as it was");
    assert!(!line.contains("two words"), "{line}");
    assert_eq!(search().status, 200);
    assert!(program.end("TERM").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_health_check_knows_a_server_from_none() {
    let (waycore, folder) = (SimulatedWaycore::start().await, tempfile::tempdir().unwrap());
    let mut settings = settings(&waycore, folder.path());
    let (program, server) = serve(&settings);
    settings.retain(|(name, _)| *name != "CONNECT_ADDR");
    settings.push(("CONNECT_ADDR", server.trim_start_matches("http://").to_owned()));
    let healthy = || Program::finished(&["healthy"], &borrowed(&settings));
    let answer = healthy();
    assert!(answer.success, "{answer:?}");
    assert!(program.end("TERM").success());
    assert!(!healthy().success);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_flight_is_finished_before_the_end() {
    let (waycore, folder) = (SimulatedWaycore::start().await, tempfile::tempdir().unwrap());
    let settings = settings(&waycore, folder.path());
    let (program, server) = serve(&settings);
    let start = format!("{server}/api/start_connection");
    waycore
        .fail(json!({ "match": { "path": "/v1/entities" }, "effect": { "delayMs": 1_500 }, "times": 1 }))
        .await;
    let asking = tokio::task::spawn_blocking(move || {
        request(&start, &manager(), Some(&[("institution_id", "sim-standard")]))
    });
    waycore.was_asked("/v1/entities").await;
    let ending = tokio::task::spawn_blocking(move || program.end("TERM"));
    assert_eq!(asking.await.unwrap().status, 200, "who had asked is answered");
    assert!(ending.await.unwrap().success());
    let host = server.trim_start_matches("http://");
    assert!(std::net::TcpStream::connect(host).is_err(), "nobody listens any more");
}

/// Changes the database of these settings, whose server has ended.
async fn changed(settings: &[(&'static str, String)], sql: &'static str) {
    let url = &settings.iter().find(|(name, _)| *name == "CONNECT_DATABASE_URL").unwrap().1;
    let mut database = sqlx::SqliteConnection::connect(url).await.unwrap();
    sqlx::query(sql).execute(&mut database).await.unwrap();
    database.close().await.unwrap();
}

/// A server with one connection in its audit log, ended.
async fn audited(folder: &Path) -> Vec<(&'static str, String)> {
    let waycore = SimulatedWaycore::start().await;
    let settings = settings(&waycore, folder);
    let (program, server) = serve(&settings);
    let form = [("institution_id", "sim-standard")];
    request(&format!("{server}/api/start_connection"), &manager(), Some(&form)).ok();
    assert!(program.end("TERM").success());
    settings
}

fn audit(settings: &[(&'static str, String)], args: &[&str]) -> Finished {
    let args: Vec<_> = ["audit"].iter().chain(args).copied().collect();
    Program::finished(&args, &borrowed(settings))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_is_exported_and_verified() {
    let folder = tempfile::tempdir().unwrap();
    let settings = audited(folder.path()).await;
    let export = audit(&settings, &["export"]);
    assert!(export.success, "{export:?}");
    let rows: Vec<Value> = export.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<_> = rows.iter().map(|row| row["event"].as_str().unwrap()).collect();
    assert!(events.contains(&"connection_started"), "{events:?}");
    let verified = audit(&settings, &["verify"]);
    assert!(verified.success, "{verified:?}");
    assert!(
        verified.out.starts_with(&format!("The audit log holds: {} rows, head ", rows.len())),
        "{verified:?}"
    );
    let head = verified.out.trim_end().rsplit(' ').next().unwrap();
    assert!(audit(&settings, &["verify", "--head", head]).success);
    assert!(!audit(&settings, &["verify", "--head", "no head"]).success);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_was_changed_or_cut_off_does_not_verify() {
    let folder = tempfile::tempdir().unwrap();
    let settings = audited(folder.path()).await;
    let verified = audit(&settings, &["verify"]);
    let head = verified.out.trim_end().rsplit(' ').next().unwrap().to_owned();
    let change = |sql| changed(&settings, sql);
    // The tables refuse it; whoever owns the file can take that away.
    change("DROP TRIGGER audit_log_is_never_shortened").await;
    change("DROP TRIGGER audit_log_is_never_rewritten").await;
    change("DELETE FROM audit_log WHERE seq = (SELECT max(seq) FROM audit_log)").await;
    assert!(audit(&settings, &["verify"]).success, "a shorter chain is a chain");
    let cut = audit(&settings, &["verify", "--head", &head]);
    assert!(!cut.success && cut.err.contains("it was cut off"), "{cut:?}");
    change("UPDATE audit_log SET at = at - 1 WHERE seq = 1").await;
    let changed = audit(&settings, &["verify"]);
    assert!(!changed.success && changed.err.starts_with("Row 1 "), "{changed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_registers_the_webhook_and_shows_its_secret_to_nobody() {
    use std::os::unix::fs::PermissionsExt as _;
    let (waycore, folder) = (SimulatedWaycore::start().await, tempfile::tempdir().unwrap());
    let secret_file = folder.path().join("webhook-secret");
    let path = secret_file.display().to_string();
    // The server that is to read it may be set up already.
    let mut settings = settings(&waycore, folder.path());
    settings.push(("WAYCORE_WEBHOOK_SECRET_FILE", path.clone()));
    let register = |url: &str| {
        let arguments = ["doctor", "--json", "--register-webhook", url, "--secret-file", &path];
        Program::finished(&arguments, &borrowed(&settings))
    };
    let refused = register("http://127.0.0.1:1/webhooks/waycore");
    assert!(!refused.success && !secret_file.exists(), "{refused:?}");
    let done = register("https://app.example.com/banks/webhooks/waycore");
    assert!(done.success, "{done:?}");
    let secret = std::fs::read_to_string(&secret_file).unwrap();
    assert!(secret.len() >= 16, "{done:?}");
    assert!(!done.out.contains(&secret) && !done.err.contains(&secret), "it is printed nowhere");
    let mode = std::fs::metadata(&secret_file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let changes = waycore.changes().await;
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert_eq!(changes[0], "POST /v1/webhooks");
    assert!(changes[1].starts_with("POST /v1/webhooks/") && changes[1].ends_with("/test"), "{changes:?}");

    // A second time would be a second registration, and every change would come twice. So it is tried, no more.
    let again = register("https://app.example.com/banks/webhooks/waycore");
    assert!(again.success && again.out.contains("is registered already"), "{again:?}");
    assert!(again.out.contains("\"test event\""), "{again:?}");
    let changes = waycore.changes().await;
    assert_eq!(changes.iter().filter(|change| *change == "POST /v1/webhooks").count(), 1, "{changes:?}");
    assert_eq!(changes.iter().filter(|change| change.ends_with("/test")).count(), 2, "{changes:?}");
    // One that somebody made without all that is needed, or switched off, would be a webhook that says nothing.
    waycore.change_webhooks(json!({ "active": false, "events": ["test", "account.created"] })).await;
    let completed = register("https://app.example.com/banks/webhooks/waycore");
    let lacked = "lacked connection.status_changed, transactions.sync_available, being active";
    assert!(completed.success && completed.out.contains(lacked), "{completed:?}");
    let webhook = &waycore.webhooks().await[0];
    let events = ["test", "account.created", "connection.status_changed", "transactions.sync_available"];
    assert_eq!((&webhook["active"], &webhook["events"]), (&json!(true), &json!(events)));
    let elsewhere = register("https://app.example.com/other/webhooks/waycore");
    assert!(
        !elsewhere.success && elsewhere.out.contains("nothing was registered"),
        "a file is never overwritten"
    );
    assert_eq!(std::fs::read_to_string(&secret_file).unwrap(), secret);
    // Whoever lost the secret is told so, by the exit code too.
    std::fs::remove_file(&secret_file).unwrap();
    let lost = register("https://app.example.com/banks/webhooks/waycore");
    assert!(!lost.success && lost.out.contains("cannot be had again") && !secret_file.exists(), "{lost:?}");
}
