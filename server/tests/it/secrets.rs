//! Secrets are where they belong and nowhere else: not in a log at its most talkative, not in an answer, not in the
//! database's files, not in what the simulated Waycore shows of its requests.

use serde_json::json;

use crate::host::host_token;
use crate::program::{browse, request};
use crate::served::{borrowed, serve, settings};
use crate::simulated::SimulatedWaycore;

const PASSWORD: &str = "canary-password-of-the-bank";
const USERNAME: &str = "canary-username-of-the-bank";
const CUSTOMER_ID: &str = "canary-customer-id-of-the-bank";
const WEBHOOK_SECRET: &str = "whsec_canary_of_the_webhook";

/// Whatever was said to somebody, and by whom.
#[derive(Default)]
struct Said(Vec<(String, String)>);

impl Said {
    fn note(&mut self, who: impl Into<String>, what: impl Into<String>) {
        self.0.push((who.into(), what.into()));
    }

    #[track_caller]
    fn never_holds(&self, name: &str, secret: &str) {
        self.never_holds_but_in(&[], name, secret);
    }

    #[track_caller]
    fn never_holds_but_in(&self, allowed: &[&str], name: &str, secret: &str) {
        for (who, what) in self.0.iter().filter(|(who, _)| !allowed.contains(&who.as_str())) {
            let at = what.find(secret);
            let around = at.map(|at| what[at.saturating_sub(300)..at].to_owned());
            assert_eq!(around, None, "{who} holds the {name} after this");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_anywhere_but_where_it_belongs() {
    let (waycore, folder) = (SimulatedWaycore::start().await, tempfile::tempdir().unwrap());
    let mut settings = settings(&waycore, folder.path());
    settings.push(("RUST_LOG", "trace".to_owned()));
    settings.push(("WAYCORE_WEBHOOK_SECRET", WEBHOOK_SECRET.to_owned()));
    let (program, server) = serve(&settings);
    let token = host_token(json!({ "sub": "ana", "org": "acme", "roles": ["manager"] }));
    let cookie = format!("session={token}");
    let mut said = Said::default();

    // A whole setup, each step once as a script and once as a browser, and everything that can go wrong in it.
    let start = [("institution_id", "sim-standard")];
    let started = request(&format!("{server}/api/start_connection"), &cookie, Some(&start)).ok();
    let id = started["connection"]["id"].as_str().expect("an id").to_owned();
    let credentials = [
        ("connection_id", id.as_str()),
        ("bank_username", USERNAME),
        ("bank_customer_id", CUSTOMER_ID),
        ("password", PASSWORD),
    ];
    let unconfirmed = credentials;
    let confirmed: Vec<_> = credentials
        .iter()
        .copied()
        .chain([("delegated_user_active", "on"), ("accept_terms", "on")])
        .collect();
    let mut both = |function: &str, cookie: &str, form: &[(&str, &str)]| {
        let address = format!("{server}/api/{function}");
        for (how, answer) in [
            ("JSON", request(&address, cookie, Some(form))),
            ("a form", browse(&address, cookie, Some(form))),
        ] {
            said.note(format!("{function} as {how}, {}", answer.status), format!("{answer:?}"));
        }
    };
    both("confirm_user_created", &cookie, &[("connection_id", &id)]);
    both("submit_finish", &cookie, &unconfirmed);
    both("submit_finish", &format!("session={token}x"), &confirmed);
    both("submit_finish", "", &confirmed);
    // Waycore refuses, and says everything back that it was sent.
    let echo = json!({ "code": PASSWORD, "message": format!("no {USERNAME} {CUSTOMER_ID} {PASSWORD}") });
    for status in [400, 401, 403, 404, 409, 422, 429, 500, 503] {
        let effect = json!({ "status": status, "body": { "error": echo }, "retryAfter": 0 });
        waycore.fail(json!({ "match": { "method": "PUT" }, "effect": effect })).await;
        both("submit_finish", &cookie, &confirmed);
        both("update_credentials", &cookie, &credentials);
        waycore.heal().await;
    }
    for effect in
        [json!({ "reset": true }), json!({ "truncate": 20 }), json!({ "status": 200, "body": echo })]
    {
        waycore.fail(json!({ "match": { "method": "PUT" }, "effect": effect, "times": 2 })).await;
        both("submit_finish", &cookie, &confirmed);
        waycore.heal().await;
    }
    both("submit_finish", &cookie, &confirmed);
    both("sync_connection", &cookie, &[("connection_id", &id)]);
    both("nothing_of_ours", &cookie, &confirmed);
    both("remove_connection", &cookie, &[("connection_id", &id), ("confirmation", PASSWORD)]);
    for page in ["/", "/new", &format!("/connections/{id}/setup"), &format!("/connections/{id}"), "/nowhere"]
    {
        let answer = browse(&format!("{server}{page}"), &cookie, None);
        said.note(page, format!("{answer:?}"));
    }

    let sent = waycore.requests().await;
    assert!(sent.iter().any(|call| call["path"].as_str().is_some_and(|path| path.ends_with("/credentials"))));
    said.note("Waycore's journal", json!(sent).to_string());
    // While it runs, its write-ahead log lies beside the database.
    for file in std::fs::read_dir(folder.path()).expect("its folder").flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if name.starts_with("connect.db") {
            let content = std::fs::read(file.path()).expect("its file");
            said.note(name, String::from_utf8_lossy(&content));
        }
    }
    assert!(said.0.iter().any(|(who, _)| who == "connect.db-wal"), "the write-ahead log was looked at");
    let log = program.end_with_log();
    assert!(log.contains("\"level\":\"TRACE\""), "the log is at its most talkative");
    said.note("the log", log);

    said.never_holds("password", PASSWORD);
    // The refused form comes back to who filled it in, with all but the password; the journal masks passwords and keys.
    let elsewhere = ["submit_finish as a form, 422 Unprocessable Entity", "Waycore's journal"];
    said.never_holds_but_in(&elsewhere, "bank's username", USERNAME);
    said.never_holds_but_in(&elsewhere, "bank's customer id", CUSTOMER_ID);
    said.never_holds("API key", waycore.api_key());
    said.never_holds("webhook secret", WEBHOOK_SECRET);
    said.never_holds("token", &token);
    for (name, value) in borrowed(&settings) {
        if ["CONNECT_SECRET_KEY", "CONNECT_JWT_KEY"].contains(&name) {
            said.never_holds(name, value);
        }
    }
}
