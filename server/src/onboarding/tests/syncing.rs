//! Asking for a sync, and handing credentials over again.

use std::time::Duration;

use app::backend::{Credentials, Onboarding as _};
use domain::user_error::ErrorCode;
use serde_json::json;
use waycore::{Error, RetryAfter, Unclear};

use super::bench::{Bench, ana, bo, refused, vic};

#[tokio::test]
async fn a_sync_is_asked_for_once_and_seen() {
    let bench = Bench::new().await;
    let id = bench.connected(&ana()).await;
    let connection = bench.port.sync_connection(&ana(), &id).await.unwrap();
    assert_eq!(connection.sync_status.as_deref(), Some("syncing"));
    let calls = bench.waycore.calls();
    assert_eq!(calls.iter().filter(|call| call.starts_with("sync_connection")).count(), 1);
}

#[tokio::test]
async fn a_cooldown_is_told_with_its_time_whichever_status_it_comes_with() {
    let bench = Bench::new().await;
    let id = bench.connected(&ana()).await;
    let retry_after = Some(RetryAfter::new(Duration::from_secs(90)));
    for refusal in [Error::RateLimited { retry_after }, Error::Conflict { retry_after }] {
        bench.waycore.fail("sync_connection", refusal);
        let error = bench.port.sync_connection(&ana(), &id).await.unwrap_err().0;
        assert_eq!((error.code, error.retry_after_seconds), (ErrorCode::Cooldown, Some(90)));
        let record = bench.port.record(&ana(), &id).await.unwrap();
        assert_eq!(record.sync_again_in, Some(90), "a page that is opened again counts on");
    }
    assert_eq!(bench.port.record(&bo(), &id).await.unwrap().sync_again_in, None);
    bench.waycore.fail("sync_connection", Error::Conflict { retry_after: None });
    refused(bench.port.sync_connection(&ana(), &id).await, ErrorCode::Conflict, None);
}

#[tokio::test]
async fn a_refused_sync_says_why_as_far_as_that_is_known() {
    let none = Error::Conflict { retry_after: None };
    let limited = Error::RateLimited { retry_after: None };
    let ready = |sync: &str, synced: Option<&str>| json!({"kind": "ready", "status": "active", "syncStatus": sync, "lastSyncedAt": synced});
    // The clock of the bench shows 2023-11-14T22:13:20Z.
    let (just_now, long_ago) = (Some("2023-11-14T22:00:00Z"), Some("2023-11-14T12:00:00Z"));
    for (state, error, code, wait, said) in [
        (json!({}), &none, ErrorCode::Conflict, None, "still being set up"),
        (ready("syncing", None), &none, ErrorCode::Conflict, None, "is running already"),
        (ready("idle", long_ago), &none, ErrorCode::Conflict, None, "Either one is running already"),
        (ready("idle", None), &none, ErrorCode::Conflict, None, "Either one is running already"),
        (ready("idle", just_now), &none, ErrorCode::Cooldown, Some(1_900), "45 minutes"),
        (ready("idle", just_now), &limited, ErrorCode::Cooldown, Some(1_900), "45 minutes"),
        // Too many requests, or a pause of which nothing is known here.
        (
            ready("idle", long_ago),
            &limited,
            ErrorCode::RateLimited,
            Some(60),
            "it received too many requests",
        ),
        (ready("idle", None), &limited, ErrorCode::RateLimited, Some(60), "it received too many requests"),
    ] {
        let bench = Bench::new().await;
        let id = bench.started(&ana()).await;
        bench.waycore.change(&id, state.clone());
        bench.waycore.fail("sync_connection", error.clone());
        let refusal = bench.port.sync_connection(&ana(), &id).await.unwrap_err().0;
        assert_eq!((refusal.code, refusal.retry_after_seconds), (code, wait), "{state}: {error}");
        assert!(refusal.message.contains(said), "{state}: {}", refusal.message);
        assert!(
            !refusal.message.to_lowercase().contains("bank"),
            "it is not the bank's: {}",
            refusal.message
        );
        let sent = bench.waycore.calls().iter().filter(|call| call.starts_with("sync_connection")).count();
        assert_eq!(sent, 1, "a refusal is no reason to ask again");
        assert_eq!(bench.port.record(&ana(), &id).await.unwrap().sync_again_in, wait);
    }
}

#[tokio::test]
async fn a_refusal_during_a_stored_cooldown_is_that_cooldown() {
    let bench = Bench::new().await;
    let id = bench.connected(&ana()).await;
    bench.waycore.change(&id, json!({"lastSyncedAt": "2023-11-14T12:00:00Z"}));
    let retry_after = Some(RetryAfter::new(Duration::from_secs(90)));
    bench.waycore.fail("sync_connection", Error::Conflict { retry_after });
    refused(bench.port.sync_connection(&ana(), &id).await, ErrorCode::Cooldown, None);
    bench.waycore.fail("sync_connection", Error::RateLimited { retry_after: None });
    let error = bench.port.sync_connection(&ana(), &id).await.unwrap_err().0;
    assert_eq!((error.code, error.retry_after_seconds), (ErrorCode::Cooldown, Some(90)));
}

#[tokio::test]
async fn a_sync_of_which_nothing_is_known_counts_only_if_it_is_seen() {
    let unclear = || Error::Unknown(Unclear::Server(502));
    let bench = Bench::new().await;
    let id = bench.connected(&ana()).await;
    bench.waycore.change(&id, json!({"lastSyncedAt": "2023-11-14T12:00:00Z"}));
    bench.waycore.fail("sync_connection", unclear());
    refused(bench.port.sync_connection(&ana(), &id).await, ErrorCode::Unavailable, None);
    assert_eq!(bench.port.record(&ana(), &id).await.unwrap().sync_again_in, None, "none has begun");
    // It runs.
    bench.waycore.lose_answer("sync_connection");
    bench.port.sync_connection(&ana(), &id).await.unwrap();
    assert_eq!(bench.port.record(&ana(), &id).await.unwrap().sync_again_in, Some(2_700));
    // What is seen cannot be read: the failure is the sync's.
    bench.waycore.fail_after("sync_connection", "get_connection", Error::Invalid);
    bench.waycore.fail("sync_connection", unclear());
    refused(bench.port.sync_connection(&ana(), &id).await, ErrorCode::Unavailable, None);
    // It is over already.
    bench.waycore.change(&id, json!({"syncStatus": "idle"}));
    bench.waycore.ends_syncs_at("2023-11-14T22:13:00Z");
    bench.waycore.lose_answer("sync_connection");
    let synced = bench.port.sync_connection(&ana(), &id).await.unwrap();
    assert_eq!(synced.sync_status.as_deref(), Some("idle"));
}

#[tokio::test]
async fn only_a_manager_of_the_customer_may() {
    let bench = Bench::new().await;
    let id = bench.connected(&ana()).await;
    refused(bench.port.sync_connection(&vic(), &id).await, ErrorCode::Forbidden, None);
    refused(bench.port.sync_connection(&bo(), &id).await, ErrorCode::NotFound, None);
    refused(bench.port.update_credentials(&vic(), &id, filled()).await, ErrorCode::Forbidden, None);
    refused(bench.port.update_credentials(&bo(), &id, filled()).await, ErrorCode::NotFound, None);
    assert!(bench.waycore.calls().iter().all(|call| call.starts_with("get_connection")));
}

fn filled() -> Credentials {
    Credentials { bank_username: Some(" user ".to_owned()), ..Credentials::default() }
}

#[tokio::test]
async fn credentials_are_handed_over_again_on_the_same_connection() {
    let bench = Bench::new().await;
    let id = bench.connected(&ana()).await;
    bench.waycore.change(&id, json!({"status": "reauthRequired"}));
    bench.port.update_credentials(&ana(), &id, filled()).await.unwrap();
    assert!(bench.waycore.calls().contains(&r#"put_credentials {"bankUsername":"user"}"#.to_owned()));
}

#[tokio::test]
async fn nothing_is_sent_when_nothing_was_entered_or_waycore_says_no() {
    let bench = Bench::new().await;
    let id = bench.connected(&ana()).await;
    let blank = Credentials { password: Some("  ".to_owned()), ..Credentials::default() };
    let answer = bench.port.update_credentials(&ana(), &id, blank).await;
    refused(answer, ErrorCode::InvalidInput, Some("bank_username"));
    assert_eq!(bench.waycore.calls(), [] as [String; 0]);
    bench.waycore.fail("put_credentials", Error::Unknown(Unclear::Timeout));
    refused(bench.port.update_credentials(&ana(), &id, filled()).await, ErrorCode::Unavailable, None);
}

/// The second person waits for the first, whose Waycore is slow, no longer than for another replica.
#[tokio::test(start_paused = true)]
async fn nobody_waits_for_another_for_longer_than_twenty_seconds() {
    let bench = Bench::new().await;
    let id = bench.connected(&ana()).await;
    bench.waycore.slow_down(Duration::from_secs(50));
    let (ana, began) = (ana(), tokio::time::Instant::now());
    let second = async {
        tokio::task::yield_now().await;
        (bench.port.sync_connection(&ana, &id).await, began.elapsed())
    };
    let (first, (second, waited)) = tokio::join!(bench.port.sync_connection(&ana, &id), second);
    first.unwrap();
    let error = second.unwrap_err().0;
    assert_eq!(error.code, ErrorCode::Conflict);
    assert!(error.message.contains("or by a colleague"), "{}", error.message);
    assert!(waited.as_secs() == 20, "{waited:?}");
}
