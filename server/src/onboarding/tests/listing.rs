//! The list: complete, in order, filtered, and without Waycore's cursors.

use app::backend::{Caller, ListQuery, Onboarding as _};
use app::model::Step;
use domain::status_label::StatusLabel;
use domain::user_error::ErrorCode;
use serde_json::json;
use waycore::Error;

use super::bench::{Bench, ana, bank, bo, refused, unlisted, vic};
use crate::store::ConnectionRecord;

#[tokio::test]
async fn every_connection_is_listed_once_and_the_newest_first() {
    let bench = Bench::new().await;
    bench.started(&ana()).await;
    for number in 2..=60 {
        bench.waycore.connection(&format!("conn_{number}"), "ent_1");
    }
    bench.waycore.page_size(7);
    let first = bench.list(&ana()).await;
    let cursor = first.next_cursor.clone();
    assert!(!cursor.as_deref().unwrap_or_default().contains("50"), "Waycore's own cursor is a number");
    let query = ListQuery { cursor: cursor.clone(), ..ListQuery::default() };
    let second = bench.port.list_connections(&ana(), query).await.unwrap();
    assert_eq!(second.next_cursor, None);
    let shown: Vec<String> =
        first.connections.into_iter().chain(second.connections).map(|connection| connection.id).collect();
    let expected: Vec<String> = (1..=60).rev().map(|number| format!("conn_{number}")).collect();
    assert_eq!(shown, expected);

    // In another customer's hands it leads nowhere but into their own list.
    bench.started(&bo()).await;
    let query = ListQuery { cursor, ..ListQuery::default() };
    let foreign = bench.port.list_connections(&bo(), query).await.unwrap();
    assert!(foreign.connections.iter().all(|connection| connection.id == "conn_61"));
}

#[tokio::test]
async fn a_status_filters_and_a_blank_one_does_not() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.start(&ana(), bank("meadow")).await.unwrap();
    bench.waycore.connect(&id);
    let of = async |status: &str| {
        let query = ListQuery { status: Some(status.to_owned()), ..ListQuery::default() };
        bench.port.list_connections(&ana(), query).await.unwrap().connections
    };
    assert_eq!(of("active").await.len(), 1);
    assert_eq!(of("active").await[0].label, StatusLabel::Connected);
    assert_eq!(of("paused").await.len(), 0);
    assert_eq!(of("").await.len(), 2);
}

#[tokio::test]
async fn names_and_unknown_states_are_shown() {
    let bench = Bench::new().await;
    let started = bench.start(&ana(), unlisted("Our Bank", "https://unlisted.example/")).await.unwrap();
    bench.waycore.change(&started.connection.id, json!({"kind": "archive", "status": "resting"}));
    let listed = bench.list(&ana()).await.connections;
    assert_eq!(listed[0].display_name, "Our Bank");
    assert_eq!((listed[0].kind.as_str(), listed[0].status.as_str()), ("archive", "resting"));
    assert_eq!(listed[0].label, StatusLabel::Checking);
    assert_eq!(listed[0], bench.get(&ana(), &listed[0].id).await.unwrap());
}

#[tokio::test]
async fn a_cursor_that_was_not_made_here_is_refused() {
    let bench = Bench::new().await;
    bench.started(&ana()).await;
    let query = ListQuery { cursor: Some("50".to_owned()), ..ListQuery::default() };
    refused(bench.port.list_connections(&ana(), query).await, ErrorCode::InvalidInput, Some("cursor"));
}

#[tokio::test]
async fn an_entity_that_is_gone_at_waycore_is_said() {
    let bench = Bench::new().await;
    bench.started(&ana()).await;
    bench.waycore.fail("list_connections", Error::NotFound);
    let listed = bench.port.list_connections(&ana(), ListQuery::default()).await;
    refused(listed, ErrorCode::EntityUnresolved, None);
}

#[tokio::test]
async fn five_hundred_connections_are_ten_pages() {
    let bench = Bench::new().await;
    bench.started(&ana()).await;
    for number in 2..=500 {
        bench.waycore.connection(&format!("conn_{number}"), "ent_1");
    }
    let mut pages = vec![bench.list(&ana()).await];
    while let Some(cursor) = pages.last().and_then(|page| page.next_cursor.clone()) {
        let query = ListQuery { cursor: Some(cursor), ..ListQuery::default() };
        pages.push(bench.port.list_connections(&ana(), query).await.unwrap());
    }
    let shown: std::collections::HashSet<_> =
        pages.iter().flat_map(|page| &page.connections).map(|connection| &connection.id).collect();
    assert_eq!((pages.len(), shown.len()), (10, 500));
}

#[tokio::test]
async fn what_changed_while_somebody_was_away_is_marked_through_the_next_visit() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    let marked = async |who: Caller| bench.port.visit(&who).await.unwrap().changed;
    assert_eq!(marked(ana()).await, Vec::<String>::new(), "nothing has changed for whoever is new");
    bench.hours_later(2);
    bench.waycore.change(&id, json!({"status": "pendingActivation"}));
    bench.get(&ana(), &id).await.unwrap();
    bench.hours_later(2);
    assert_eq!(marked(ana()).await, std::slice::from_ref(&id));
    assert_eq!(marked(vic()).await, Vec::<String>::new(), "a colleague who is new: a visit is one person's");
    bench.later();
    bench.waycore.connect(&id);
    bench.get(&ana(), &id).await.unwrap();
    assert_eq!(marked(ana()).await, [id], "the mark stays while the visit goes on");
    assert_eq!(marked(bo()).await, Vec::<String>::new(), "another customer's");
    bench.hours_later(2);
    assert_eq!(marked(ana()).await, Vec::<String>::new(), "what changed before one's eyes is no news");
}

#[tokio::test]
async fn a_connection_that_waycore_did_not_know_for_once_is_listed_again() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.waycore.fail("get_connection", Error::NotFound);
    refused(bench.get(&ana(), &id).await, ErrorCode::NotFound, None);
    assert!(bench.record(&ana(), &id).await.removed_at.is_some());
    // The list may be late: what Waycore says of the connection itself decides.
    bench.waycore.fail("get_connection", Error::NotFound);
    assert_eq!(bench.list(&ana()).await.connections, []);
    let listed = bench.list(&ana()).await.connections;
    assert_eq!(listed[0].id, id);
    assert_eq!(listed[0], bench.get(&ana(), &id).await.unwrap());
}

#[tokio::test]
async fn one_answer_that_makes_no_sense_takes_nothing_away() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.confirm(&ana(), &id).await.unwrap();
    let before = bench.record(&ana(), &id).await;
    bench.waycore.fail("get_connection", Error::Invalid);
    refused(bench.get(&ana(), &id).await, ErrorCode::Unavailable, None);
    assert_eq!(bench.record(&ana(), &id).await, before);

    let step = bench.get(&ana(), &id).await.unwrap().step;
    assert_eq!(step, Step::FinishSetup);
    bench.waycore.fail("get_connection", Error::NotFound);
    refused(bench.get(&ana(), &id).await, ErrorCode::NotFound, None);
    assert_eq!(bench.list(&ana()).await.connections[0].step, step, "nobody goes back a step for that");
}

#[tokio::test]
async fn a_list_without_news_notes_when_it_was_read() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    let listed = bench.list(&ana()).await.connections;
    let before = bench.record(&ana(), &id).await;
    bench.hours_later(1);
    assert_eq!(bench.list(&ana()).await.connections, listed);
    let after = bench.record(&ana(), &id).await;
    let passed = |record: &ConnectionRecord| record.read_at.unwrap().as_millis();
    assert_eq!(passed(&after) - passed(&before), 60 * 60 * 1_000);
    assert_eq!(ConnectionRecord { read_at: before.read_at, ..after }, before);
}

#[tokio::test]
async fn a_connection_that_cannot_be_read_is_counted_and_stays() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    bench.start(&ana(), bank("meadow")).await.unwrap();
    bench.later();
    bench.waycore.calls();
    bench.waycore.list_odd(&id);
    let listed = bench.list(&ana()).await;
    assert_eq!((listed.connections.len(), listed.unreadable), (1, 1));
    // Waycore has it, so it is neither looked for nor taken for removed.
    assert!(bench.waycore.calls().iter().all(|call| call.starts_with("list_connections")));
    assert_eq!(bench.record(&ana(), &id).await.removed_at, None);
    assert_eq!(bench.get(&ana(), &id).await.unwrap().id, id, "its own page shows it");
}
