//! Nobody sees or touches another customer's connection, or learns that it exists.

use app::backend::{Onboarding as _, TransactionQuery};
use app::error::WireError;
use domain::user_error::ErrorCode;
use serde_json::json;
use waycore::Error;

use super::bench::{Bench, ana, backend, bank, bo, confirmed, refused, unlisted, vic};
use crate::log_lines::LogLines;

#[tokio::test]
async fn another_customers_connection_answers_like_a_missing_one() {
    let bench = Bench::new().await;
    let anas = bench.started(&ana()).await;
    bench.started(&bo()).await;

    let foreign = [
        bench.get(&bo(), &anas).await.unwrap_err(),
        bench.confirm(&bo(), &anas).await.unwrap_err(),
        bench.finish(&bo(), &anas, confirmed()).await.unwrap_err(),
    ];
    let WireError(missing) = bench.get(&bo(), "conn_999").await.unwrap_err();
    assert_eq!(missing.code, ErrorCode::NotFound);
    for WireError(error) in foreign {
        assert_eq!(error, missing);
    }
    let changed = bench.waycore.calls();
    assert!(changed.iter().all(|call| call.starts_with("get_connection")), "{changed:?}");
    assert_eq!(bench.record(&ana(), &anas).await.progress.user_confirmed, None);
}

#[tokio::test]
async fn a_customer_without_an_entity_asks_waycore_nothing() {
    let bench = Bench::new().await;
    bench.waycore.connection("conn_x", "ent_x");
    refused(bench.get(&ana(), "conn_x").await, ErrorCode::NotFound, None);
    refused(bench.confirm(&ana(), "conn_x").await, ErrorCode::NotFound, None);
    refused(bench.finish(&ana(), "conn_x", confirmed()).await, ErrorCode::NotFound, None);
    assert!(bench.list(&ana()).await.connections.is_empty());
    assert!(bench.waycore.calls().is_empty());
    assert!(bench.entity(&ana()).await.is_none());
}

#[tokio::test]
async fn what_can_be_no_id_is_missing() {
    let bench = Bench::new().await;
    bench.started(&ana()).await;
    for id in ["", " ", "conn\n1", &"x".repeat(201)] {
        refused(bench.get(&ana(), id).await, ErrorCode::NotFound, None);
    }
    assert!(bench.waycore.calls().is_empty());
    bench.waycore.fail("get_connection", Error::Invalid);
    refused(bench.get(&ana(), "odd").await, ErrorCode::NotFound, None);
}

#[tokio::test]
async fn rows_of_others_are_dropped_from_a_list() {
    let bench = Bench::new().await;
    let anas = bench.started(&ana()).await;
    bench.started(&bo()).await;
    // One that this server has never met.
    bench.waycore.connection("conn_x", "ent_x");
    bench.waycore.ignore_filters();
    let shown: Vec<String> = bench.list(&ana()).await.connections.into_iter().map(|row| row.id).collect();
    assert_eq!(shown, [anas]);
}

#[tokio::test]
async fn a_connection_that_waycore_moves_to_another_customer_is_withheld() {
    let bench = Bench::new().await;
    let anas = bench.started(&ana()).await;
    bench.started(&bo()).await;
    bench.waycore.change(&anas, json!({"entityId": "ent_2"}));
    refused(bench.get(&ana(), &anas).await, ErrorCode::NotFound, None);
    refused(bench.get(&bo(), &anas).await, ErrorCode::NotFound, None);
    assert_eq!(bench.list(&bo()).await.connections.len(), 1);
}

#[tokio::test]
async fn a_create_that_answers_with_anothers_connection_is_not_believed() {
    let bench = Bench::new().await;
    let anas = bench.started(&ana()).await;
    bench.started(&bo()).await;
    bench.waycore.connection("conn_x", "ent_x");
    for foreign in [anas.as_str(), "conn_x"] {
        bench.waycore.answer_creates_with(foreign);
        refused(bench.start(&bo(), bank("meadow")).await, ErrorCode::Unavailable, None);
    }
    assert_eq!(bench.list(&bo()).await.connections.len(), 1);
}

#[tokio::test]
async fn a_viewer_reads_and_changes_nothing() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    assert_eq!(bench.get(&vic(), &id).await.unwrap().id, id);
    assert_eq!(bench.list(&vic()).await.connections.len(), 1);
    bench.waycore.calls();
    refused(bench.start(&vic(), bank("meadow")).await, ErrorCode::Forbidden, None);
    refused(bench.start(&vic(), unlisted("x", "not even a URL")).await, ErrorCode::Forbidden, None);
    refused(bench.confirm(&vic(), &id).await, ErrorCode::Forbidden, None);
    refused(bench.finish(&vic(), &id, confirmed()).await, ErrorCode::Forbidden, None);
    assert!(bench.waycore.calls().is_empty());
}

#[tokio::test]
async fn the_hosts_backend_is_no_person() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    refused(bench.get(&backend(), &id).await, ErrorCode::Forbidden, None);
    refused(bench.start(&backend(), bank("meadow")).await, ErrorCode::Forbidden, None);
}

#[tokio::test(start_paused = true)]
async fn what_is_noted_of_a_refusal_keeps_no_answer_waiting() {
    let bench = Bench::new().await;
    let anas = bench.started(&ana()).await;
    bench.started(&bo()).await;
    bench.slow_down_writes();
    for id in [anas.as_str(), "conn_999"] {
        let began = tokio::time::Instant::now();
        refused(bench.get(&bo(), id).await, ErrorCode::NotFound, None);
        refused(bench.confirm(&bo(), id).await, ErrorCode::NotFound, None);
        refused(bench.finish(&bo(), id, confirmed()).await, ErrorCode::NotFound, None);
        refused(bench.port.sync_connection(&bo(), id).await, ErrorCode::NotFound, None);
        refused(bench.port.remove_connection(&bo(), id, "x").await, ErrorCode::NotFound, None);
        assert_eq!(began.elapsed(), std::time::Duration::ZERO, "{id}");
    }
    let noted = bench.audit().await.into_iter().filter(|row| row.event == "refused").count();
    assert_eq!(noted, 5, "it is noted all the same: a read of another's and four changes");
}

#[tokio::test]
async fn a_row_of_another_connection_is_logged_with_who_asked() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.waycore.transaction("conn_foreign", "Rent");
    let lines = LogLines::default();
    let _keeping = lines.keep();
    let page = bench.port.list_transactions(&ana(), &id, TransactionQuery::default()).await.unwrap();
    assert_eq!(page.transactions.len(), 0);
    let logged = lines.with("foreign_row");
    let (org, person) =
        (format!("customer=\"{}\"", ana().customer.org), format!("person=\"{}\"", ana().user.as_str()));
    assert!(
        matches!(logged.as_slice(), [line] if line.contains(&org) && line.contains(&person)),
        "{org} {person}: {logged:?}"
    );
}
