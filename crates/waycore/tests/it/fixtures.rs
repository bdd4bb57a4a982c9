//! The documents' example bodies: what is read is written back unchanged.

use std::{collections::BTreeSet, fs, path::PathBuf};

use domain::credentials::NonEmptyCredentials;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use waycore::wire::{
    Account, Balance, Connection, ConnectionStatus, Credentials, Entity, Institution, NextAction, Page,
    ProvisioningStatus, SetupStatus, SyncStatus, Transaction, TransactionChange, TransactionsSync, Webhook,
    WebhookCreated, WebhookEvent, WebhookUpdate,
};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

pub(crate) fn fixture(name: &str) -> Value {
    let text = fs::read_to_string(folder().join(name)).expect("the fixture exists");
    serde_json::from_str(&text).expect("the fixture is JSON")
}

#[track_caller]
fn check_unchanged<T: DeserializeOwned + Serialize>(body: Value) {
    let parsed: T = serde_json::from_value(body.clone()).expect("the body is read");
    assert_eq!(serde_json::to_value(&parsed).expect("it is written"), body);
}

#[test]
fn every_example_body_is_written_back_unchanged() {
    let names = fs::read_dir(folder()).expect("the fixtures exist");
    let names = names.map(|file| file.expect("a file").file_name().into_string().expect("a plain name"));
    let names: BTreeSet<String> = names.filter(|name| name.ends_with(".json")).collect();
    assert!(!names.is_empty());
    for name in names {
        let body = fixture(&name);
        match name.as_str() {
            "connection-ready.json" | "connection-setup.json" => check_unchanged::<Connection>(body),
            "credentials-request.json" => check_unchanged::<Credentials>(body),
            "entity.json" => check_unchanged::<Entity>(body),
            "list-connections.json" => check_unchanged::<Page<Connection>>(body),
            "account.json" => check_unchanged::<Account>(body),
            "balance.json" => check_unchanged::<Balance>(body),
            "transaction.json" => check_unchanged::<Transaction>(body),
            "transactions-sync.json" | "transactions-sync-first.json" => {
                check_unchanged::<TransactionsSync>(body)
            }
            "webhook-created.json" => check_unchanged::<WebhookCreated>(body),
            "webhook-event.json" => check_unchanged::<WebhookEvent>(body),
            other => panic!("{other} is not judged by anything"),
        }
    }
}

#[test]
fn a_ready_connection_is_understood() {
    let connection: Connection =
        serde_json::from_value(fixture("connection-ready.json")).expect("it is read");
    let Connection::Ready(ready) = connection else { panic!("kind ready") };
    assert_eq!(ready.status, ConnectionStatus::Draft);
    assert_eq!(ready.sync_status, Some(SyncStatus::Idle));
    assert_eq!(ready.institution_id.as_deref(), Some("<string>"));
    assert_eq!(ready.last_synced_at.expect("a date").as_millis(), 1_699_335_116_000);
}

#[test]
fn a_connection_in_setup_is_understood() {
    let connection: Connection =
        serde_json::from_value(fixture("connection-setup.json")).expect("it is read");
    let Connection::Setup(connection) = connection else { panic!("kind setup") };
    let setup = connection.setup;
    assert_eq!(setup.status, Some(SetupStatus::AwaitingDelegatedUserCreation));
    assert_eq!(setup.next_action, Some(NextAction::CreateDelegatedUser));
    assert_eq!(setup.instructions.email_provisioning_status, Some(ProvisioningStatus::Pending));
    assert_eq!(
        setup.instructions.address.as_deref(),
        Some("12 New Fetter Lane, London, United Kingdom, EC4A 1JP")
    );
    assert!(setup.credentials_present);
}

#[test]
fn a_request_with_every_credential_is_the_documented_one() {
    let text = || Some("<string>".to_owned());
    let filled = NonEmptyCredentials::from_fields(text(), text(), text()).expect("filled");
    let body = serde_json::to_value(Credentials::from(&filled)).expect("it is written");
    assert_eq!(body, fixture("credentials-request.json"));
}

#[test]
fn a_dates_offset_and_digits_are_kept() {
    let mut body = fixture("entity.json");
    for text in ["2023-11-07T06:31:56.123456+01:00", "2023-11-07T05:31:56z", "2023-11-07T05:31:56.1Z"] {
        body["updatedAt"] = json!(text);
        check_unchanged::<Entity>(body.clone());
    }
    body["updatedAt"] = json!("yesterday");
    assert!(serde_json::from_value::<Entity>(body).is_err());
}

/// Removes each field in turn, and sets it to null: only the named ones may be refused.
#[track_caller]
fn check_optional<T: DeserializeOwned>(example: &Value, required: &[&str]) {
    let fields = example.as_object().expect("an object");
    for field in fields.keys() {
        for value in [None, Some(Value::Null)] {
            let mut body = fields.clone();
            body.remove(field);
            body.extend(value.clone().map(|value| (field.clone(), value)));
            let read = serde_json::from_value::<T>(Value::Object(body)).is_ok();
            assert_eq!(read, !required.contains(&field.as_str()), "{field} as {value:?}");
        }
    }
}

#[test]
fn only_what_nothing_works_without_is_required() {
    const CONNECTION: &[&str] = &["id", "entityId", "status", "createdAt", "updatedAt"];
    check_optional::<Connection>(&fixture("connection-ready.json"), CONNECTION);
    check_optional::<Connection>(&fixture("connection-setup.json"), CONNECTION);
    check_optional::<Credentials>(&fixture("credentials-request.json"), &[]);
    let entity = ["entityId", "externalEntityId", "isDefaultOrgEntity", "createdAt", "updatedAt"];
    check_optional::<Entity>(&fixture("entity.json"), &entity);
    check_optional::<Page<Connection>>(&fixture("list-connections.json"), &["data"]);
    let institution = json!({"institutionId": "chase", "name": "Chase", "canonicalPortalUrl": "https://chase.example",
        "additionalPortalUrls": ["https://business.chase.example"]});
    check_optional::<Institution>(&institution, &["institutionId", "name"]);
    check_unchanged::<Institution>(institution);
    let account = ["id", "connectionId", "type", "currency", "name", "status", "createdAt", "updatedAt"];
    check_optional::<Account>(&fixture("account.json"), &account);
    let balance = ["date", "accountId", "connectionId", "entityId"];
    check_optional::<Balance>(&fixture("balance.json"), &balance);
    let transaction =
        ["id", "connectionId", "accountId", "status", "updatedAt", "amount", "currency", "entryType"];
    check_optional::<Transaction>(&fixture("transaction.json"), &transaction);
    check_optional::<TransactionsSync>(&fixture("transactions-sync.json"), &["events", "hasMore"]);
    let webhook = ["id", "url", "events", "secret", "active", "createdAt", "updatedAt"];
    check_optional::<Webhook>(&fixture("webhook-created.json")["webhook"], &webhook);
    check_optional::<WebhookCreated>(&fixture("webhook-created.json"), &["webhook"]);
}

#[test]
fn an_older_name_of_the_customers_reference_is_understood() {
    let mut body = fixture("transaction.json");
    let reference = body["customerReference"].take();
    body.as_object_mut().expect("an object").remove("customerReference");
    body["paymentReference"] = reference;
    let transaction: Transaction = serde_json::from_value(body).expect("it is read");
    assert_eq!(transaction.customers_reference(), Some("<string>"));
    // An answer of both times has both names.
    let mut body = fixture("transaction.json");
    body["paymentReference"] = json!("older");
    let transaction: Transaction = serde_json::from_value(body).expect("it is read");
    assert_eq!(transaction.customers_reference(), Some("<string>"));
}

#[test]
fn an_event_of_an_unknown_type_is_kept_and_a_broken_known_one_costs_itself() {
    let mut body = fixture("transactions-sync.json");
    body["events"][0]["type"] = json!("recategorised");
    check_unchanged::<TransactionsSync>(body.clone());
    let stream: TransactionsSync = serde_json::from_value(body.clone()).expect("it is read");
    assert!(matches!(stream.events[0].change, TransactionChange::Other(_)));
    body["events"][1]["transaction"]["amount"] = json!("12,30");
    let others = body["events"].as_array().expect("events").len() - 1;
    let stream: TransactionsSync = serde_json::from_value(body).expect("the others are read");
    assert_eq!((stream.events.len(), stream.unreadable.len()), (others, 1), "{stream:?}");
    // A value that is not looked at costs no event, whatever it is.
    let mut body = fixture("transactions-sync.json");
    body["events"][0]["novelty"] = json!("$");
    let body = body.to_string().replace("\"$\"", "1e999");
    let stream: TransactionsSync = serde_json::from_str(&body).expect("it is read");
    assert_eq!((stream.events.len(), stream.unreadable.len()), (others + 1, 0), "{stream:?}");
}

#[test]
fn an_update_of_a_webhook_tells_clearing_from_keeping() {
    for body in
        [json!({}), json!({"active": false}), json!({"metadata": null}), json!({"metadata": {"a": 1}})]
    {
        check_unchanged::<WebhookUpdate>(body);
    }
}

#[test]
fn every_part_of_the_setup_may_be_missing() {
    let mut body = fixture("connection-setup.json");
    let setup = body["setup"].clone();
    for part in ["status", "instructions", "credentialsPresent", "actionRequiredBy", "nextAction"] {
        body["setup"] = setup.clone();
        body["setup"][part] = Value::Null;
        assert!(serde_json::from_value::<Connection>(body.clone()).is_ok(), "{part}");
    }
    body["setup"] = json!({"instructions": {}});
    assert!(serde_json::from_value::<Connection>(body).is_ok());
}

#[test]
fn a_field_that_is_not_known_is_no_obstacle() {
    for name in ["connection-ready.json", "connection-setup.json"] {
        let mut body = fixture(name);
        body["novelty"] = json!({"deep": [1, 2, 3]});
        assert!(serde_json::from_value::<Connection>(body).is_ok(), "{name}");
    }
}
