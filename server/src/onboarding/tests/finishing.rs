//! Step 3: what is sent, in which order, and what happens when it breaks off in between.

use std::time::Duration;

use app::backend::{FinishSetup, Onboarding as _};
use app::model::{Connection, Step};
use domain::user_error::ErrorCode;
use serde_json::json;
use waycore::Error;

use super::bench::{Bench, ana, confirmed, refused};
use super::fake_waycore::FakeWaycore;

fn with_password() -> FinishSetup {
    FinishSetup { password: Some(" top secret ".to_owned()), ..confirmed() }
}

fn writes(bench: &Bench) -> Vec<String> {
    bench.waycore.calls().into_iter().filter(|call| !call.starts_with("get_connection")).collect()
}

#[tokio::test]
async fn with_nothing_filled_in_only_the_completion_is_sent() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    let blank = FinishSetup {
        bank_username: Some(String::new()),
        bank_customer_id: Some("  ".to_owned()),
        password: Some("\t".to_owned()),
        ..confirmed()
    };
    let connection = bench.finish(&ana(), &id, blank).await.unwrap();
    assert_eq!(connection.step, Step::Activation);
    assert_eq!(writes(&bench), [format!("complete_setup {id}")]);
}

#[tokio::test]
async fn exactly_what_is_filled_in_is_sent_before_the_completion() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    let connection = bench.finish(&ana(), &id, with_password()).await.unwrap();
    assert_eq!(connection.step, Step::Activation);
    assert_eq!(connection.credentials_present, Some(true));
    assert_eq!(
        writes(&bench),
        [r#"put_credentials {"password":" top secret "}"#.to_owned(), format!("complete_setup {id}")]
    );
    assert!(!serde_json::to_string(&connection).unwrap().contains("secret"));
}

#[tokio::test]
async fn both_confirmations_are_required() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    let inactive = FinishSetup { delegated_user_active: false, ..with_password() };
    refused(
        bench.finish(&ana(), &id, inactive).await,
        ErrorCode::InvalidInput,
        Some("delegated_user_active"),
    );
    let unaccepted = FinishSetup { accept_terms: false, ..with_password() };
    refused(bench.finish(&ana(), &id, unaccepted).await, ErrorCode::InvalidInput, Some("accept_terms"));
    assert!(writes(&bench).is_empty());
    assert!(bench.receipts(&ana(), &id).await.is_empty());
}

#[tokio::test]
async fn the_terms_are_receipted_before_anything_is_sent() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.waycore.fail("put_credentials", Error::Unreachable("refused".to_owned()));
    refused(bench.finish(&ana(), &id, with_password()).await, ErrorCode::Unavailable, None);
    let receipts = bench.receipts(&ana(), &id).await;
    assert_eq!(receipts.len(), 1);
    assert_eq!(receipts[0].user, ana().user);
    assert_eq!(receipts[0].link, "https://docs.waycore.com/legal/terms-of-use");
    assert_eq!(receipts[0].language, "en");
    assert_ne!(receipts[0].sentence_sha256, [0; 32]);
}

async fn repeat(bench: &Bench, id: &str) -> Connection {
    bench.waycore.calls();
    bench.finish(&ana(), id, with_password()).await.unwrap()
}

#[tokio::test]
async fn what_broke_off_is_repeated_safely() {
    for call in ["put_credentials", "complete_setup", "get_connection"] {
        let bench = Bench::new().await;
        let id = bench.started(&ana()).await;
        bench.waycore.fail(call, Error::Server { status: 503, retry_after: None });
        refused(bench.finish(&ana(), &id, with_password()).await, ErrorCode::Unavailable, None);
        assert_eq!(bench.record(&ana(), &id).await.progress.completion_sent, None, "{call}");
        assert_eq!(repeat(&bench, &id).await.step, Step::Activation, "{call}");
        assert_eq!(writes(&bench).len(), 2, "{call}");
    }
}

#[tokio::test]
async fn a_completion_whose_answer_was_lost_is_not_a_dead_end() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.waycore.refuse_second_completion();
    bench.waycore.lose_answer("complete_setup");
    refused(bench.finish(&ana(), &id, with_password()).await, ErrorCode::Unavailable, None);
    assert_eq!(repeat(&bench, &id).await.step, Step::Activation);
}

#[tokio::test]
async fn a_completion_that_waycore_refuses_is_a_conflict() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.waycore.fail("complete_setup", Error::Conflict { retry_after: None });
    refused(bench.finish(&ana(), &id, confirmed()).await, ErrorCode::Conflict, None);
    assert_eq!(bench.record(&ana(), &id).await.progress.completion_sent, None);
}

#[tokio::test]
async fn once_sent_it_is_not_sent_again() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    let ana = ana();
    let (one, two) =
        tokio::join!(bench.finish(&ana, &id, with_password()), bench.finish(&ana, &id, with_password()));
    assert_eq!(one.unwrap(), two.unwrap());
    assert_eq!(writes(&bench).len(), 2);

    for (kind, status, step) in [
        ("setup", "pendingActivation", Step::Activation),
        ("ready", "active", Step::Connected),
        ("ready", "errored", Step::Recoverable),
        ("ready", "revoked", Step::Support),
    ] {
        bench.waycore.change(&id, json!({"kind": kind, "status": status}));
        assert_eq!(bench.finish(&ana, &id, with_password()).await.unwrap().step, step);
        assert!(writes(&bench).is_empty(), "{status}");
    }
    assert_eq!(bench.receipts(&ana, &id).await.len(), 1);
}

#[tokio::test]
async fn a_connection_that_broke_before_it_was_finished_is_a_conflict() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.waycore.change(&id, json!({"status": "errored"}));
    refused(bench.finish(&ana(), &id, with_password()).await, ErrorCode::Conflict, None);
    assert!(writes(&bench).is_empty());
}

#[tokio::test]
async fn a_customer_who_is_asked_again_starts_a_new_round() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.confirm(&ana(), &id).await.unwrap();
    bench.finish(&ana(), &id, confirmed()).await.unwrap();
    let asked = json!({"actionRequiredBy": "endUser", "nextAction": "createDelegatedUser"});
    bench.waycore.change(&id, asked);
    assert_eq!(bench.get(&ana(), &id).await.unwrap().step, Step::DelegatedUser);
    assert_eq!(bench.confirm(&ana(), &id).await.unwrap().step, Step::FinishSetup);
    bench.waycore.calls();
    assert_eq!(bench.finish(&ana(), &id, confirmed()).await.unwrap().step, Step::Activation);
    assert_eq!(writes(&bench), [format!("complete_setup {id}")]);
    assert_eq!(bench.receipts(&ana(), &id).await.len(), 2);
}

#[tokio::test]
async fn a_page_that_is_closed_does_not_stop_it_half_way() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    let (ana, port, waycore) = (ana(), bench.port.clone(), bench.waycore.clone());
    let browser = tokio::spawn({
        let id = id.clone();
        async move {
            let _ = port.submit_finish(&ana, &id, with_password()).await;
        }
    });
    // The browser goes away as soon as something was sent.
    until_called(&waycore, "put_credentials").await;
    browser.abort();
    until_called(&waycore, "complete_setup").await;
}

async fn until_called(waycore: &FakeWaycore, call: &str) {
    let called = async {
        while !waycore.has_been_called(call) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), called).await.unwrap();
}
