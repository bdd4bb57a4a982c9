//! Which entity a customer is: one, the right one, or none.

use app::backend::{Caller, Customer};
use domain::user_error::ErrorCode;
use serde_json::{Value, json};
use waycore::{Error, Unclear};

use super::bench::{Bench, ana, bank, bo, refused};
use crate::onboarding::EntityNamespace;

const ACME: &str = "shop.example:acme";

async fn mapped(bench: &Bench, who: &Caller) -> Option<String> {
    bench.entity(who).await.and_then(|mapped| mapped.entity).map(|entity| entity.to_string())
}

#[tokio::test]
async fn the_first_connection_creates_the_customers_entity() {
    let bench = Bench::new().await;
    bench.start(&ana(), bank("harbour")).await.unwrap();
    let calls = bench.waycore.calls();
    assert_eq!(
        calls[1..],
        [
            format!("list_entities {ACME}"),
            format!("create_entity {ACME}"),
            r#"create_connection {"entityId":"ent_1","institutionId":"harbour"}"#.to_owned(),
        ]
    );
    bench.start(&ana(), bank("meadow")).await.unwrap();
    assert!(bench.waycore.calls().iter().all(|call| !call.contains("entities") && !call.contains("entity ")));
}

/// The metadata of an entity that a deployment made for an issuer.
fn made_by(namespace: &str, issuer: &str) -> Value {
    Value::Object(EntityNamespace::chosen(namespace).metadata(issuer))
}

fn made_here() -> Value {
    made_by("shop.example", &ana().customer.issuer)
}

#[tokio::test]
async fn an_entity_that_was_made_here_is_adopted() {
    let bench = Bench::new().await;
    bench.waycore.entity("ent_other", "shop.example:globex", false);
    bench.waycore.entity_with("ent_acme", ACME, false, made_here());
    bench.start(&ana(), bank("harbour")).await.unwrap();
    assert_eq!(mapped(&bench, &ana()).await.as_deref(), Some("ent_acme"));
    assert!(!bench.waycore.calls().iter().any(|call| call.starts_with("create_entity")));
}

#[tokio::test]
async fn two_first_requests_make_one_entity() {
    let bench = Bench::new().await;
    let ana = ana();
    let (one, two) = tokio::join!(bench.start(&ana, bank("harbour")), bench.start(&ana, bank("meadow")));
    one.unwrap();
    two.unwrap();
    let created = bench.waycore.calls().iter().filter(|call| call.starts_with("create_entity")).count();
    assert_eq!(created, 1);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_looked_up() {
    let bench = Bench::new().await;
    bench.waycore.lose_answer("create_entity");
    bench.start(&ana(), bank("harbour")).await.unwrap();
    assert_eq!(mapped(&bench, &ana()).await.as_deref(), Some("ent_1"));
}

#[tokio::test]
async fn a_create_that_failed_is_tried_again_next_time() {
    let bench = Bench::new().await;
    bench.waycore.fail("create_entity", Error::Unknown(Unclear::Server(500)));
    refused(bench.start(&ana(), bank("harbour")).await, ErrorCode::Unavailable, None);
    assert_eq!(mapped(&bench, &ana()).await, None);
    bench.start(&ana(), bank("harbour")).await.unwrap();
    assert_eq!(mapped(&bench, &ana()).await.as_deref(), Some("ent_1"));
}

#[tokio::test]
async fn a_duplicate_that_waycore_reports_is_found() {
    let bench = Bench::new().await;
    // Somebody else creates it between the look and the create.
    bench.waycore.lose_answer("create_entity");
    bench.waycore.fail("list_entities", Error::Timeout);
    refused(bench.start(&ana(), bank("harbour")).await, ErrorCode::Unavailable, None);
    bench.waycore.entity_with("ent_acme", ACME, false, made_here());
    bench.start(&ana(), bank("harbour")).await.unwrap();
    assert_eq!(mapped(&bench, &ana()).await.as_deref(), Some("ent_acme"));
}

#[tokio::test]
async fn an_entity_of_another_or_of_unknown_origin_stops_everything_and_is_audited() {
    for metadata in [
        json!({}),
        json!({ "crm": "42" }),
        made_by("shop.example", "another issuer"),
        made_by("another namespace", &ana().customer.issuer),
        json!({ "waycoreConnectOwner": 7 }),
        Value::Null,
    ] {
        let bench = Bench::new().await;
        bench.waycore.entity_with("ent_acme", ACME, false, metadata);
        unresolved(&bench, &ana()).await;
        let audit = bench.audit().await;
        let last = audit.last().map(|row| (row.event.as_str(), row.detail.as_str()));
        assert_eq!(last, Some(("refused", "start_connection entity_unresolved")));
    }
}

#[tokio::test]
async fn a_create_that_answers_with_anothers_entity_is_not_believed() {
    let bench = Bench::new().await;
    // Waycore answers a second create with what is there, and the look before it found nothing.
    bench.waycore.entity("ent_other", ACME, false);
    bench.waycore.hides_entities_once();
    bench.waycore.returns_existing_entities();
    unresolved(&bench, &ana()).await;
}

async fn unresolved(bench: &Bench, who: &Caller) {
    bench.waycore.calls();
    refused(bench.start(who, bank("harbour")).await, ErrorCode::EntityUnresolved, None);
    assert_eq!(mapped(bench, who).await, None);
    assert!(!bench.waycore.calls().iter().any(|call| call.starts_with("create_connection")));
}

#[tokio::test]
async fn a_conflict_without_an_entity_to_show_for_it_stops_everything() {
    let bench = Bench::new().await;
    bench.waycore.fail("create_entity", Error::Conflict { retry_after: None });
    unresolved(&bench, &ana()).await;
}

#[tokio::test]
async fn two_entities_of_one_external_id_stop_everything() {
    let bench = Bench::new().await;
    bench.waycore.entity("ent_a", ACME, false);
    bench.waycore.entity("ent_b", ACME, false);
    unresolved(&bench, &ana()).await;
}

#[tokio::test]
async fn an_entity_of_another_external_id_stops_everything() {
    let bench = Bench::new().await;
    bench.waycore.entity("ent_other", "shop.example:acme2", false);
    bench.waycore.ignore_filters();
    unresolved(&bench, &ana()).await;
}

#[tokio::test]
async fn the_default_entity_is_nobodys() {
    let bench = Bench::new().await;
    bench.waycore.entity("ent_org", ACME, true);
    unresolved(&bench, &ana()).await;
}

#[tokio::test]
async fn two_customers_never_share_an_entity() {
    let bench = Bench::new().await;
    bench.start(&ana(), bank("harbour")).await.unwrap();
    bench.start(&bo(), bank("harbour")).await.unwrap();
    assert_ne!(mapped(&bench, &ana()).await, mapped(&bench, &bo()).await);

    // The same org of another issuer would have the same external id.
    let double = Caller { customer: Customer { issuer: "other host".to_owned(), ..ana().customer }, ..ana() };
    unresolved(&bench, &double).await;
}
