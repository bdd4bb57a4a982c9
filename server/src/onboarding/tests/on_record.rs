//! What is on record of each action: the audit log, the history and the receipts.

use app::backend::{Credentials, Onboarding as _};
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::from_fn;
use axum::routing::get;
use domain::ids::CustomerId;
use domain::status_label::StatusLabel;
use domain::user_error::ErrorCode;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use waycore::{Error, Unclear};

use super::bench::{Bench, ana, backend, bank, bo, confirmed, refused, unlisted, vic};
use crate::log_lines::LogLines;
use crate::telemetry;

#[tokio::test]
async fn each_action_is_in_the_audit_log() {
    let bench = Bench::new().await;
    bench.port.arrived(&ana()).await;
    bench.port.arrived(&ana()).await;
    let id = bench.started(&ana()).await;
    let secret = app::backend::FinishSetup { password: Some("top secret".to_owned()), ..confirmed() };
    bench.finish(&ana(), &id, secret).await.unwrap();
    bench.waycore.connect(&id);
    bench.port.sync_connection(&ana(), &id).await.unwrap();
    bench.port.sync_connection(&vic(), &id).await.unwrap_err();
    bench.get(&bo(), &id).await.unwrap_err();
    bench.started(&bo()).await;
    bench.get(&bo(), &id).await.unwrap_err();
    let again = Credentials { bank_username: Some("user".to_owned()), ..Credentials::default() };
    bench.port.update_credentials(&ana(), &id, again).await.unwrap();
    bench.port.remove_connection(&ana(), &id, "Harbour Bank").await.unwrap();
    let told: Vec<String> = bench
        .audit()
        .await
        .into_iter()
        .map(|row| {
            let about = if row.connection_id.is_some() { "about it" } else { "" };
            [row.user_id.as_deref().unwrap_or(""), &row.event, &row.detail, about]
                .join(" ")
                .trim_end()
                .to_owned()
        })
        .collect();
    assert_eq!(
        told,
        [
            "ana signed_in",
            "ana entity_mapped ent_1",
            "ana connection_started created about it",
            "ana terms_accepted en about it",
            "ana credentials_submitted setup about it",
            "ana setup_completed  about it",
            "ana sync_requested  about it",
            "vic refused sync_connection forbidden",
            "bo entity_mapped ent_2",
            "bo connection_started created about it",
            "bo refused get_connection not_found",
            "ana credentials_submitted repair about it",
            "ana connection_removed  about it",
        ]
    );
}

/// Whoever asks again and again for what is there already adds nothing, neither to the log nor to what was begun.
#[tokio::test]
async fn a_bank_that_is_there_already_is_told_of_once() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.start(&ana(), unlisted("Our Bank", "https://unlisted.example/")).await.unwrap();
    let rows = bench.audit().await.len();
    bench.prune().await;
    for _ in 0..20 {
        assert!(bench.start(&ana(), bank("harbour")).await.unwrap().existing);
        assert!(
            bench.start(&ana(), unlisted("Another", "https://unlisted.example/")).await.unwrap().existing
        );
    }
    assert_eq!(bench.audit().await.len(), rows);
    assert_eq!(bench.prune().await, 0, "no intent has stayed");
    // One that is made anew is told of.
    bench.waycore.connect(&id);
    bench.port.remove_connection(&ana(), &id, "Harbour Bank").await.unwrap();
    let before = bench.audit().await.len();
    assert!(!bench.start(&ana(), bank("harbour")).await.unwrap().existing);
    assert_eq!(bench.audit().await.len(), before + 1);
}

/// Whoever tries again may find it done, so the try itself has to be on record.
#[tokio::test]
async fn what_waycore_may_have_done_is_in_the_audit_log() {
    let bench = Bench::new().await;
    bench.waycore.lose_answer("create_connection");
    bench.waycore.fail("list_connections", Error::Timeout);
    refused(bench.start(&ana(), bank("harbour")).await, ErrorCode::Unavailable, None);
    let id = bench.list(&ana()).await.connections.remove(0).id;
    assert!(bench.start(&ana(), bank("harbour")).await.unwrap().existing);
    bench.waycore.connect(&id);
    for error in [Error::Unknown(Unclear::Timeout), Error::Unreachable("refused".to_owned())] {
        for call in ["put_credentials", "sync_connection", "delete_connection"] {
            bench.waycore.fail(call, error.clone());
        }
        let credentials = Credentials { bank_username: Some("user".to_owned()), ..Credentials::default() };
        bench.port.update_credentials(&ana(), &id, credentials).await.unwrap_err();
        bench.port.sync_connection(&ana(), &id).await.unwrap_err();
        bench.port.remove_connection(&ana(), &id, "Harbour Bank").await.unwrap_err();
    }
    // Before anything was sent there is nothing to tell.
    bench.waycore.fail("get_connection", Error::Timeout);
    bench.port.sync_connection(&ana(), &id).await.unwrap_err();
    let rows = bench.audit().await;
    let told: Vec<_> = rows
        .iter()
        .filter(|row| !["entity_mapped", "state_changed"].contains(&row.event.as_str()))
        .map(|row| (row.event.as_str(), row.detail.as_str(), row.connection_id.is_some()))
        .collect();
    assert_eq!(
        told,
        [
            ("connection_started", "outcome unknown", false),
            ("credentials_submitted", "repair, outcome unknown", true),
            ("sync_requested", "outcome unknown", true),
            ("connection_removed", "outcome unknown", true),
        ]
    );
}

/// A finish makes two changes: each is on record by itself.
#[tokio::test]
async fn what_waycore_may_have_done_of_a_finish_is_in_the_audit_log() {
    let (handed_over, unclear) = (("credentials_submitted", "setup"), Error::Unknown(Unclear::Timeout));
    let surely_not = Error::Unreachable("refused".to_owned());
    for (call, error, expected) in [
        ("put_credentials", unclear.clone(), &[("credentials_submitted", "setup, outcome unknown")][..]),
        ("put_credentials", surely_not.clone(), &[]),
        ("complete_setup", unclear, &[handed_over, ("setup_completed", "outcome unknown")]),
        ("complete_setup", surely_not, &[handed_over]),
    ] {
        let bench = Bench::new().await;
        let id = bench.started(&ana()).await;
        bench.waycore.fail(call, error.clone());
        let form = app::backend::FinishSetup { password: Some("top secret".to_owned()), ..confirmed() };
        bench.finish(&ana(), &id, form).await.unwrap_err();
        let rows = bench.audit().await;
        let told: Vec<_> = rows
            .iter()
            .filter(|row| ["credentials_submitted", "setup_completed"].contains(&row.event.as_str()))
            .map(|row| (row.event.as_str(), row.detail.as_str()))
            .collect();
        assert_eq!(told, expected, "{call}: {error:?}");
    }
}

#[tokio::test]
async fn an_entity_that_waycore_may_have_made_is_in_the_audit_log() {
    for (error, expected) in [
        (Error::Unknown(Unclear::Timeout), Some("outcome unknown")),
        (Error::Unreachable("refused".to_owned()), None),
    ] {
        let bench = Bench::new().await;
        bench.waycore.fail("create_entity", error.clone());
        bench.start(&ana(), bank("harbour")).await.unwrap_err();
        let org = CustomerId::parse("globex").unwrap();
        bench.waycore.fail("create_entity", error.clone());
        bench.port.provision(&backend(), org, None, None).await.unwrap_err();
        let rows = bench.audit().await;
        let mapped = rows.iter().filter(|row| row.event == "entity_mapped");
        let told: Vec<_> = mapped.map(|row| (row.user_id.as_deref(), row.detail.as_str())).collect();
        let people = [Some("ana"), Some("backend")];
        let expected: Vec<_> =
            expected.into_iter().flat_map(|detail| people.map(|by| (by, detail))).collect();
        assert_eq!(told, expected, "{error:?}");
    }
}

#[tokio::test]
async fn the_history_and_the_receipt_are_told_to_the_customer_alone() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.finish(&ana(), &id, confirmed()).await.unwrap();
    bench.waycore.change(&id, json!({"status": "pendingActivation"}));
    bench.get(&ana(), &id).await.unwrap();
    bench.waycore.connect(&id);
    bench.get(&ana(), &id).await.unwrap();
    bench.waycore.change(&id, json!({"status": "a status of tomorrow"}));
    bench.get(&ana(), &id).await.unwrap();
    let record = bench.port.record(&vic(), &id).await.unwrap();
    let changes: Vec<_> = record.changes.iter().map(|change| (change.before, change.after)).collect();
    let (setup, activating, connected, checking) = (
        Some(StatusLabel::SetupInProgress),
        Some(StatusLabel::Activating),
        Some(StatusLabel::Connected),
        Some(StatusLabel::Checking),
    );
    assert_eq!(changes, [(None, setup), (setup, activating), (activating, connected), (connected, checking)]);
    assert_eq!(record.receipts.len(), 1);
    assert_eq!(record.receipts[0].user, "ana");
    let foreign = bench.port.record(&bo(), &id).await.unwrap();
    assert_eq!(foreign, app::backend::ConnectionRecord::default());
}

/// A failed connection. Waycore's message holds a person's e-mail address.
fn bank_is_down() -> Value {
    json!({
        "kind": "ready", "status": "errored", "syncStatus": "idle", "errorCode": "bank_down",
        "errorMessage": "no answer for ana@acme.example",
    })
}

#[tokio::test]
async fn an_error_that_waycore_reports_is_in_the_history_for_support_and_on_no_page() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.waycore.change(&id, bank_is_down());
    let shown = bench.get(&ana(), &id).await.unwrap();
    assert_eq!(shown.error_code.as_deref(), Some("bank_down"));
    assert!(!serde_json::to_string(&shown).unwrap().contains("no answer"));
    let org = CustomerId::parse("acme").unwrap();
    let history = bench.port.history_of(&backend(), org, &id).await.unwrap();
    let errors: Vec<_> = history.iter().map(|change| change.error.as_deref()).collect();
    assert_eq!(errors, [None, Some("bank_down: no answer for [masked]")]);
    let record = bench.record(&ana(), &id).await;
    assert!(!record.body.unwrap().contains("ana@acme.example"), "nor is it stored");
    let org = CustomerId::parse("globex").unwrap();
    refused(bench.port.history_of(&backend(), org, &id).await, ErrorCode::NotFound, None);
    let org = CustomerId::parse("acme").unwrap();
    refused(bench.port.history_of(&ana(), org, &id).await, ErrorCode::Forbidden, None);
}

#[tokio::test]
async fn an_error_that_waycore_reports_is_logged_with_the_support_code_of_who_looks() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.waycore.change(&id, bank_is_down());
    let (lines, port, looked_at) = (LogLines::default(), bench.port.clone(), id.clone());
    let _keeping = lines.keep();
    let look = get(async move || drop(port.look_at_connection(&ana(), &looked_at).await.unwrap()));
    let router = axum::Router::new().route("/", look).layer(from_fn(telemetry::support_code));
    let answer = router.oneshot(Request::builder().uri("/").body(Body::empty()).unwrap()).await.unwrap();
    let support_code = answer.headers()["x-request-id"].to_str().unwrap();
    let logged = lines.with("bank_down");
    let [line] = logged.as_slice() else { panic!("{logged:?}") };
    assert!(line.contains(support_code) && line.contains(&id), "{line}");
    assert!(line.contains("no answer for [masked]") && !line.contains("ana@acme.example"), "{line}");
}
