//! A value that the documents do not list survives, in every field where one can come.

use serde_json::{Value, json};
use waycore::wire::{Connection, ConnectionStatus};

use crate::fixtures::fixture;

/// Puts an unknown text at the place, reads the connection and writes it again.
#[track_caller]
fn check_survives(name: &str, place: &str) {
    let mut body = fixture(name);
    *body.pointer_mut(place).expect("the place exists") = json!("somethingNew");
    let connection: Connection = serde_json::from_value(body.clone()).expect("it is read");
    assert!(format!("{connection:?}").contains("somethingNew"), "{place}");
    assert_eq!(serde_json::to_value(&connection).expect("it is written"), body, "{place}");
}

#[test]
fn an_unknown_value_is_written_back_unchanged() {
    check_survives("connection-ready.json", "/status");
    check_survives("connection-ready.json", "/syncStatus");
    check_survives("connection-ready.json", "/kind");
    check_survives("connection-setup.json", "/status");
    check_survives("connection-setup.json", "/kind");
    check_survives("connection-setup.json", "/setup/status");
    check_survives("connection-setup.json", "/setup/actionRequiredBy");
    check_survives("connection-setup.json", "/setup/nextAction");
    check_survives("connection-setup.json", "/setup/instructions/emailProvisioningStatus");
    check_survives("connection-setup.json", "/setup/instructions/phoneNumberProvisioningStatus");
}

#[test]
fn a_body_without_a_kind_is_not_taken_for_a_ready_connection() {
    let mut body = fixture("connection-ready.json");
    body.as_object_mut().expect("an object").remove("kind");
    let connection: Connection = serde_json::from_value(body.clone()).expect("it is read");
    assert!(matches!(connection, Connection::Other(_)));
    assert_eq!(connection.kind(), "");
    assert_eq!(serde_json::to_value(&connection).expect("it is written"), body);
}

#[test]
fn every_documented_status_has_a_variant() {
    for text in [
        "draft",
        "pendingActivation",
        "active",
        "reauthRequired",
        "errored",
        "invalidConfig",
        "paused",
        "revoked",
    ] {
        let status = ConnectionStatus::from(text);
        assert!(!matches!(status, ConnectionStatus::Other(_)), "{text}");
        assert_eq!(status.as_str(), text);
    }
}

#[test]
fn a_status_that_is_no_text_is_refused() {
    let mut body = fixture("connection-ready.json");
    for value in [json!(7), json!(true), json!(["active"]), Value::Null] {
        body["status"] = value;
        assert!(serde_json::from_value::<Connection>(body.clone()).is_err());
    }
}
