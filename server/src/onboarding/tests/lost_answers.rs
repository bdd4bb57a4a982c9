//! Changes whose request broke off before an answer: a look tells whether they arrived, and those that did not are sent
//! once more.

use app::backend::Onboarding as _;
use domain::user_error::ErrorCode;
use serde_json::json;
use waycore::{Error, Unclear};

use super::bench::{Bench, ana, bank, confirmed, refused, unlisted};

/// How often a call was made since the last time this was asked.
fn count(bench: &Bench, call: &str) -> usize {
    bench.waycore.calls().iter().filter(|made| made.starts_with(call)).count()
}

#[tokio::test]
async fn a_create_that_left_nothing_is_sent_once_more() {
    for call in ["create_entity", "create_connection"] {
        for (applied, sent) in [(true, 1), (false, 2)] {
            let bench = Bench::new().await;
            bench.waycore.break_connection(call, applied);
            bench.start(&ana(), bank("harbour")).await.unwrap();
            assert_eq!(count(&bench, call), sent, "{call} that took effect: {applied}");
            assert_eq!(bench.list(&ana()).await.connections.len(), 1);
        }
    }
}

#[tokio::test]
async fn a_create_is_sent_twice_and_no_more() {
    for call in ["create_entity", "create_connection"] {
        let bench = Bench::new().await;
        bench.waycore.break_connection(call, false);
        bench.waycore.break_connection(call, false);
        refused(bench.start(&ana(), bank("harbour")).await, ErrorCode::Unavailable, None);
        assert_eq!(count(&bench, call), 2, "{call}");
    }
}

#[tokio::test]
async fn a_create_that_may_still_be_under_way_is_not_sent_again() {
    for unclear in [Unclear::Timeout, Unclear::Server(502)] {
        for call in ["create_entity", "create_connection"] {
            let bench = Bench::new().await;
            bench.waycore.fail(call, Error::Unknown(unclear));
            refused(bench.start(&ana(), bank("harbour")).await, ErrorCode::Unavailable, None);
            assert_eq!(count(&bench, call), 1, "{call}: {unclear}");
        }
    }
}

#[tokio::test]
async fn a_create_is_not_sent_again_while_the_look_cannot_tell() {
    let bench = Bench::new().await;
    let other = bench.started(&ana()).await;
    bench.waycore.list_odd(&other);
    bench.waycore.break_connection("create_connection", false);
    refused(bench.start(&ana(), bank("meadow")).await, ErrorCode::Unavailable, None);
    assert_eq!(count(&bench, "create_connection"), 1, "the row that cannot be read may be it");
    bench.waycore.break_connection("create_connection", false);
    bench.waycore.fail("list_connections", Error::Timeout);
    refused(bench.start(&ana(), bank("meadow")).await, ErrorCode::Unavailable, None);
    assert_eq!(count(&bench, "create_connection"), 1);
}

#[tokio::test]
async fn what_a_create_left_is_told_from_what_was_there() {
    let typed = "https://Portal.Unlisted.example/Login/?a=%7e";
    let kept = "https://portal.unlisted.example/Login?a=%7e";
    for known in [false, true] {
        for portal in [typed, kept] {
            let bench = Bench::new().await;
            bench.started(&ana()).await;
            bench.waycore.connection("conn_x", "ent_1");
            bench.waycore.change("conn_x", json!({"portalUrl": portal}));
            if known {
                bench.list(&ana()).await;
                bench.later();
            }
            bench.waycore.fail("create_connection", Error::Unknown(Unclear::Timeout));
            let found = bench.start(&ana(), unlisted("Our Bank", typed)).await.unwrap();
            assert_eq!((found.connection.id.as_str(), found.existing), ("conn_x", known), "{portal}");
        }
    }
}

#[tokio::test]
async fn a_create_leaves_no_revoked_connection() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    for kind in ["ready", "setup"] {
        bench.waycore.change(&id, json!({"kind": kind, "status": "revoked"}));
        bench.waycore.fail("create_connection", Error::Unknown(Unclear::Timeout));
        refused(bench.start(&ana(), bank("harbour")).await, ErrorCode::Unavailable, None);
    }
}

#[tokio::test]
async fn a_completion_a_removal_and_a_sync_are_sent_once_more_where_they_left_nothing() {
    for (applied, sent) in [(true, 1), (false, 2)] {
        let bench = Bench::new().await;
        let id = bench.started(&ana()).await;
        let ready = json!({"kind": "ready", "status": "active", "syncStatus": "idle"});

        bench.waycore.break_connection("complete_setup", applied);
        bench.finish(&ana(), &id, confirmed()).await.unwrap();
        let completions = count(&bench, "complete_setup");
        // A completion may leave a draft as it is: one more is a conflict at worst.
        assert!((1..=2).contains(&completions) && completions >= sent, "{completions}");

        bench.waycore.change(&id, ready);
        bench.waycore.break_connection("sync_connection", applied);
        let synced = bench.port.sync_connection(&ana(), &id).await.unwrap();
        assert_eq!(synced.sync_status.as_deref(), Some("syncing"));

        let name = bench.get(&ana(), &id).await.unwrap().display_name;
        bench.waycore.calls();
        bench.waycore.break_connection("delete_connection", applied);
        bench.port.remove_connection(&ana(), &id, &name).await.unwrap();
        assert_eq!(count(&bench, "delete_connection"), sent, "{applied}");
    }
}

#[tokio::test]
async fn a_sync_that_arrived_unanswered_is_no_refusal() {
    let bench = Bench::new().await;
    let id = bench.connected(&ana()).await;
    bench.waycore.break_connection("sync_connection", true);
    bench.waycore.fail("sync_connection", Error::Conflict { retry_after: None });
    bench.port.sync_connection(&ana(), &id).await.unwrap();
    // One that did not arrive, and is refused for another reason, is one.
    bench.waycore.change(&id, json!({"syncStatus": "idle"}));
    bench.waycore.break_connection("sync_connection", false);
    bench.waycore.fail("sync_connection", Error::Conflict { retry_after: None });
    refused(bench.port.sync_connection(&ana(), &id).await, ErrorCode::Conflict, None);
}
