//! Removing a connection: confirmed, for good, and seen as gone by everybody.

use std::time::Duration;

use app::backend::{Caller, Onboarding as _};
use app::error::WireError;
use domain::user_error::ErrorCode;
use waycore::{Error, Unclear};

use super::bench::{Bench, ana, bo, refused, vic};

async fn remove(bench: &Bench, who: &Caller, id: &str, typed: &str) -> Result<(), WireError> {
    bench.port.remove_connection(who, id, typed).await
}

fn deletes(bench: &Bench) -> usize {
    bench.waycore.calls().iter().filter(|call| call.starts_with("delete_connection")).count()
}

#[tokio::test]
async fn the_name_confirms_it() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    for typed in ["", "harbour", "meadow.example"] {
        refused(remove(&bench, &ana(), &id, typed).await, ErrorCode::InvalidInput, Some("confirmation"));
    }
    assert_eq!(deletes(&bench), 0);
    let name = bench.get(&ana(), &id).await.unwrap().display_name;
    remove(&bench, &ana(), &id, &format!(" {} ", name.to_uppercase())).await.unwrap();
    assert_eq!(deletes(&bench), 1);
    refused(bench.get(&ana(), &id).await, ErrorCode::NotFound, None);
    assert_eq!(bench.list(&ana()).await.connections, []);
}

#[tokio::test]
async fn what_is_gone_leaves_a_tombstone() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    let name = bench.get(&ana(), &id).await.unwrap().display_name;
    remove(&bench, &ana(), &id, &name).await.unwrap();
    let record = bench.record(&ana(), &id).await;
    assert!(record.removed_at.is_some() && record.body.is_none());
    refused(remove(&bench, &ana(), &id, &name).await, ErrorCode::NotFound, None);
}

#[tokio::test]
async fn a_removal_elsewhere_is_found_by_the_next_look() {
    let bench = Bench::new().await;
    let (read, listed) = (bench.started(&ana()).await, {
        let started = bench.start(&ana(), super::bench::bank("meadow")).await.unwrap();
        started.connection.id
    });
    bench.waycore.vanish(&read);
    refused(bench.get(&ana(), &read).await, ErrorCode::NotFound, None);
    assert!(bench.record(&ana(), &read).await.removed_at.is_some());
    bench.waycore.vanish(&listed);
    bench.later();
    bench.list(&ana()).await;
    assert!(bench.record(&ana(), &listed).await.removed_at.is_some());
}

#[tokio::test]
async fn only_a_manager_of_the_customer_may() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    let name = bench.get(&ana(), &id).await.unwrap().display_name;
    refused(remove(&bench, &vic(), &id, &name).await, ErrorCode::Forbidden, None);
    refused(remove(&bench, &bo(), &id, &name).await, ErrorCode::NotFound, None);
    assert_eq!(deletes(&bench), 0);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_settled_by_reading() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    let name = bench.get(&ana(), &id).await.unwrap().display_name;
    bench.waycore.fail("delete_connection", Error::Unknown(Unclear::Timeout));
    refused(remove(&bench, &ana(), &id, &name).await, ErrorCode::Unavailable, None);
    bench.waycore.lose_answer("delete_connection");
    remove(&bench, &ana(), &id, &name).await.unwrap();
}

#[tokio::test]
async fn what_waycore_refuses_stays() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    let name = bench.get(&ana(), &id).await.unwrap().display_name;
    bench.waycore.fail("delete_connection", Error::Conflict { retry_after: None });
    refused(remove(&bench, &ana(), &id, &name).await, ErrorCode::Conflict, None);
    bench.get(&ana(), &id).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_removal_that_takes_minutes_is_not_taken_over() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.waycore.slow_down(Duration::from_secs(150));
    let others_try = async {
        for second in 1..140 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            bench.later();
            assert!(!bench.can_begin_removal(&ana(), &id).await, "after {second} seconds");
        }
    };
    let ana = ana();
    let (removed, ()) = tokio::join!(remove(&bench, &ana, &id, "Harbour Bank"), others_try);
    removed.unwrap();
    assert!(bench.can_begin_removal(&ana, &id).await);
}
