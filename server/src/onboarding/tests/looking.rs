//! A page shows at once what can be shown, and says when it is old.

use std::time::Duration;

use app::backend::{ListQuery, Onboarding as _, Region, TransactionQuery};
use app::copy::locale::{Locale, speaking};
use domain::user_error::ErrorCode;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;
use tokio::time::Instant;
use waycore::{Error, RetryAfter};

use super::bench::{Bench, ana, bo, refused};

#[tokio::test(start_paused = true)]
async fn a_page_shows_what_waycore_says_now() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.waycore.change(&id, json!({"status": "pendingActivation"}));
    let seen = bench.port.look_at_connection(&ana(), &id).await.unwrap();
    assert_eq!((seen.what.status.as_str(), seen.as_of), ("pendingActivation", None));
}

#[tokio::test(start_paused = true)]
async fn a_slow_waycore_keeps_no_page_waiting_for_what_is_known() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.waycore.change(&id, json!({"status": "pendingActivation"}));
    bench.waycore.slow_down(Duration::from_secs(7));
    let began = Instant::now();
    let seen = bench.port.look_at_connection(&ana(), &id).await.unwrap();
    assert_eq!(seen.what.status, "draft");
    assert!(seen.as_of.is_some());
    let listed = bench.port.look_at_list(&ana(), ListQuery::default()).await.unwrap();
    assert_eq!(listed.what.connections.len(), 1);
    assert!(listed.as_of.is_some());
    assert!(began.elapsed() <= Duration::from_secs(2), "{:?}", began.elapsed());
    // What came late is there for the next page.
    tokio::time::sleep(Duration::from_secs(10)).await;
    let seen = bench.port.look_at_connection(&ana(), &id).await.unwrap();
    assert_eq!(seen.what.status, "pendingActivation");
}

#[tokio::test(start_paused = true)]
async fn what_was_never_read_is_waited_for() {
    let bench = Bench::new().await;
    bench.started(&ana()).await;
    bench.waycore.connection("conn_elsewhere", "ent_1");
    bench.waycore.slow_down(Duration::from_secs(7));
    let seen = bench.port.look_at_connection(&ana(), "conn_elsewhere").await.unwrap();
    assert_eq!(seen.as_of, None);
}

#[tokio::test(start_paused = true)]
async fn a_waycore_that_is_down_hides_nothing_that_is_known() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.waycore.fail("get_connection", Error::Server { status: 500, retry_after: None });
    assert!(bench.port.look_at_connection(&ana(), &id).await.unwrap().as_of.is_some());
    bench.waycore.fail("get_connection", Error::Server { status: 500, retry_after: None });
    refused(bench.port.look_at_connection(&ana(), "unknown").await, ErrorCode::Unavailable, None);
    // A setting of ours that is wrong is not Waycore being down.
    bench.waycore.fail("get_connection", Error::Unauthorized);
    refused(bench.port.look_at_connection(&ana(), &id).await, ErrorCode::Misconfigured, None);
}

/// A customer whose share of the key is used up shows, also where what is on record hides it.
#[tokio::test(start_paused = true)]
async fn a_used_up_share_of_the_key_is_a_security_event() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    let recorder = PrometheusBuilder::new().build_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let over = || Error::OverBudget { retry_after: RetryAfter::new(Duration::from_secs(3)) };
    for (number, call) in
        ["list_transactions", "get_connection", "get_connection", "sync_connection"].into_iter().enumerate()
    {
        bench.waycore.fail(call, over());
        match number {
            0 => drop(
                bench.port.list_transactions(&ana(), &id, TransactionQuery::default()).await.unwrap_err(),
            ),
            1 => assert!(bench.port.look_at_connection(&ana(), &id).await.unwrap().as_of.is_some()),
            2 => {
                refused(bench.port.look_at_connection(&ana(), "unknown").await, ErrorCode::RateLimited, None)
            }
            _ => drop(bench.port.sync_connection(&ana(), &id).await.unwrap_err()),
        }
        let counted = format!(r#"connect_security_events_total{{event="call_budget"}} {}"#, number + 1);
        let shown = recorder.handle().render();
        assert!(shown.lines().any(|line| line == counted), "{call}: {shown}");
    }
    // The page that needs most of it. It is one event, however many of its regions are missing.
    for call in ["list_accounts", "list_transactions", "list_transactions"] {
        bench.waycore.fail(call, over());
    }
    let money = bench.port.look_at_money(&ana(), &id, TransactionQuery::default()).await.unwrap();
    assert_eq!((money.accounts, money.transactions), (Region::TooMany, Region::TooMany));
    assert_eq!(money.flow, Region::TooMany);
    assert!(recorder.handle().render().contains(r#"event="call_budget"} 5"#));
    // Waycore being down is nobody's doing.
    bench.waycore.fail("get_connection", Error::Timeout);
    bench.get(&ana(), &id).await.unwrap_err();
    assert!(recorder.handle().render().contains(r#"event="call_budget"} 5"#));
}

#[tokio::test(start_paused = true)]
async fn nobody_sees_what_is_kept_for_another() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.started(&bo()).await;
    bench.waycore.slow_down(Duration::from_secs(7));
    refused(bench.port.look_at_connection(&bo(), &id).await, ErrorCode::NotFound, None);
    let listed = bench.port.look_at_list(&bo(), ListQuery::default()).await.unwrap();
    assert!(listed.what.connections.iter().all(|connection| connection.id != id));
}

#[tokio::test(start_paused = true)]
async fn people_of_different_languages_change_nothing_for_each_other() {
    let states = [
        json!({}),
        json!({"status": "pendingActivation"}),
        json!({"kind": "ready", "status": "active", "syncStatus": "idle"}),
        json!({"kind": "ready", "status": "active", "syncStatus": "syncing"}),
        json!({"kind": "ready", "status": "errored", "errorCode": "bank_said_no"}),
        json!({"kind": "ready", "status": "unheardOf"}),
    ];
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    let languages = ["en", "es-MX", "es"].map(|tag| Locale::read(tag).unwrap());
    for state in states {
        bench.waycore.change(&id, state.clone());
        bench.get(&ana(), &id).await.unwrap();
        let heard = bench.port.heard(&ana()).await.unwrap();
        let mut versions = Vec::new();
        // An hour of reading.
        for read in 0..720 {
            bench.clock_seconds_later(5);
            let look = async {
                let page = bench.get(&ana(), &id).await.unwrap();
                let list = bench.list(&ana()).await;
                (page, list.connections[0].clone())
            };
            let (page, row) = speaking(languages[read % languages.len()].clone(), look).await;
            assert_eq!(page, row);
            versions.push(page.version);
        }
        versions.dedup();
        assert_eq!(versions.len(), 1, "{state}: {versions:?}");
        assert_eq!(bench.port.heard(&ana()).await.unwrap(), heard, "{state}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_waycore_leaves_out_is_null_and_an_error_code_is_kept_in_every_state() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    for (status, sync, code, expected) in [
        ("active", json!(null), json!(null), (None, None)),
        ("active", json!(""), json!(" "), (None, None)),
        ("active", json!("idle"), json!("bank_down"), (Some("idle"), Some("bank_down"))),
        ("unheardOf", json!(null), json!("bank_down"), (None, Some("bank_down"))),
        ("pendingActivation", json!(null), json!("bank_down"), (None, Some("bank_down"))),
    ] {
        let state = json!({ "kind": "ready", "status": status, "syncStatus": sync, "errorCode": code });
        bench.waycore.change(&id, state.clone());
        let shown = bench.get(&ana(), &id).await.unwrap();
        assert_eq!((shown.sync_status.as_deref(), shown.error_code.as_deref()), expected, "{state}");
    }
}
