//! What the product makes of Waycore's bodies.

use domain::{
    bank_choice::{BankChoice, RequestedName},
    connection::{ActionRequiredBy, ConnectionState, Detail, NextAction},
    ids::{EntityId, InstitutionId},
    portal_url::PortalUrl,
};
use serde_json::{Value, json};
use waycore::wire::{Connection, ConnectionCreate, DateTime, Institution};

use crate::fixtures::fixture;

fn understood(body: Value) -> domain::connection::Connection {
    let connection: Connection = serde_json::from_value(body).expect("it is read");
    connection.to_domain().expect("its ids are ids")
}

fn state_name(state: &ConnectionState) -> String {
    let text = format!("{state:?}");
    text.split('(').next().unwrap_or_default().to_owned()
}

#[track_caller]
fn check_state(kind: &str, status: &str, expected: &str) {
    let mut body =
        if kind == "setup" { fixture("connection-setup.json") } else { fixture("connection-ready.json") };
    body["kind"] = json!(kind);
    body["status"] = json!(status);
    assert_eq!(state_name(&understood(body).state), expected, "{kind} and {status}");
}

#[test]
fn kind_and_status_together_are_the_state() {
    check_state("setup", "draft", "Draft");
    check_state("setup", "pendingActivation", "PendingActivation");
    check_state("setup", "active", "ActivatingReady");
    check_state("setup", "errored", "Errored");
    check_state("setup", "somethingNew", "Unrecognised");
    check_state("ready", "active", "Connected");
    check_state("ready", "reauthRequired", "ReauthRequired");
    check_state("ready", "errored", "Errored");
    check_state("ready", "invalidConfig", "InvalidConfig");
    check_state("ready", "paused", "Paused");
    check_state("ready", "revoked", "Revoked");
    check_state("ready", "draft", "Unrecognised");
    check_state("ready", "somethingNew", "Unrecognised");
    check_state("somethingNew", "active", "Unrecognised");
}

#[test]
fn a_body_without_a_kind_is_never_connected() {
    let mut body = fixture("connection-ready.json");
    body["status"] = json!("active");
    body["kind"] = Value::Null;
    assert_eq!(state_name(&understood(body).state), "Unrecognised");
}

#[test]
fn a_draft_brings_its_setup() {
    let connection = understood(fixture("connection-setup.json"));
    let ConnectionState::Draft(setup) = connection.state else { panic!("a draft") };
    assert_eq!(setup.action_required_by, ActionRequiredBy::EndUser);
    assert_eq!(setup.next_action, NextAction::CreateDelegatedUser);
    assert_eq!(setup.instructions.first_name.as_deref(), Some("Waycore"));
    assert!(setup.credentials_present);
    assert_eq!(connection.updated_at.as_millis(), 1_699_335_116_000);
}

#[test]
fn a_connected_bank_brings_its_last_sync() {
    let mut body = fixture("connection-ready.json");
    body["status"] = json!("active");
    let ConnectionState::Connected(ready) = understood(body).state else { panic!("connected") };
    assert_eq!(ready.sync.as_str(), "idle");
    assert_eq!(ready.last_synced_at.map(|at| at.as_millis()), Some(1_699_335_116_000));
}

/// How a value and its provisioning status read, of the e-mail address and of the phone number.
#[track_caller]
fn check_detail(value: Value, status: Value, expected: Detail<'_>) {
    let mut body = fixture("connection-setup.json");
    for field in ["email", "phoneNumber"] {
        body["setup"]["instructions"][field] = value.clone();
        body["setup"]["instructions"][format!("{field}ProvisioningStatus")] = status.clone();
    }
    let ConnectionState::Draft(setup) = understood(body).state else { panic!("a draft") };
    assert_eq!(setup.instructions.email(), expected, "{value} and {status}");
    assert_eq!(setup.instructions.phone_number(), expected, "{value} and {status}");
    assert_eq!(
        setup.instructions.is_pending(),
        matches!(expected, Detail::Pending(_)),
        "{value} and {status}"
    );
}

#[test]
fn only_a_provisioning_status_says_that_a_value_is_still_to_come() {
    let value = "a@b.example";
    for status in [Value::Null, json!(""), json!("provisioned"), json!("unheardOf")] {
        check_detail(json!(value), status.clone(), Detail::Ready(value));
        check_detail(Value::Null, status.clone(), Detail::Absent);
        check_detail(json!(" "), status, Detail::Absent);
    }
    check_detail(json!(value), json!("pending"), Detail::Pending(Some(value)));
    check_detail(Value::Null, json!("pending"), Detail::Pending(None));
    check_detail(json!(" "), json!("pending"), Detail::Pending(None));
}

#[test]
fn where_the_setup_stands_is_kept_in_waycores_own_word() {
    for (status, expected) in [
        (json!("awaitingDelegatedUserCreation"), Some("awaitingDelegatedUserCreation")),
        (json!("unheardOf"), Some("unheardOf")),
        (json!(" "), None),
        (Value::Null, None),
    ] {
        let mut body = fixture("connection-setup.json");
        body["setup"]["status"] = status;
        let ConnectionState::Draft(setup) = understood(body).state else { panic!("a draft") };
        assert_eq!(setup.status.as_deref(), expected);
    }
}

#[test]
fn a_kind_that_is_not_known_still_tells_its_bank() {
    let mut body = fixture("connection-ready.json");
    body["kind"] = json!("somethingNew");
    let connection = understood(body);
    assert_eq!(connection.institution_name.as_deref(), Some("<string>"));
    assert_eq!(connection.institution_id, InstitutionId::parse("<string>").ok());
}

#[test]
fn an_id_that_can_be_none_is_refused() {
    for (field, text) in [("id", ""), ("entityId", "a\u{0}b")] {
        let mut body = fixture("connection-ready.json");
        body[field] = json!(text);
        let connection: Connection = serde_json::from_value(body).expect("it is read");
        assert_eq!(connection.to_domain().expect_err("no id").field, field);
    }
    // A connection may have no institution.
    let mut body = fixture("connection-ready.json");
    body["institutionId"] = json!(" chase");
    assert_eq!(understood(body).institution_id, None);
}

#[test]
fn a_banks_portals_are_https_and_the_default_comes_first() {
    let body = json!({
        "institutionId": "chase",
        "name": "Chase",
        "canonicalPortalUrl": "https://Chase.example/Login?a=B",
        "additionalPortalUrls": ["javascript:alert(1)", "https://two.example", "https://Chase.example/Login?a=B"],
    });
    let institution: Institution = serde_json::from_value(body).expect("it is read");
    let institution = institution.to_domain().expect("its id is an id");
    let portals: Vec<&str> = institution.portals.iter().map(PortalUrl::as_str).collect();
    assert_eq!(portals, ["https://Chase.example/Login?a=B", "https://two.example"]);
}

#[test]
fn only_a_canonical_portal_that_can_be_used_is_the_usual_one() {
    let one = "https://one.example";
    for (canonical, has_canonical) in [
        (json!(one), true),
        (json!("https://canonical.example"), true),
        (Value::Null, false),
        (json!(""), false),
        (json!("http://canonical.example"), false),
        (json!(7), false),
    ] {
        let body = json!({
            "institutionId": "chase",
            "name": "Chase",
            "canonicalPortalUrl": canonical,
            "additionalPortalUrls": [one, "https://two.example"],
        });
        let institution: Institution = serde_json::from_value(body).expect("it is read");
        let institution = institution.to_domain().expect("its id is an id");
        assert_eq!(institution.has_canonical, has_canonical, "{canonical}");
    }
}

#[track_caller]
fn check_create(choice: BankChoice, expected: Value) {
    let entity = EntityId::parse("ent_1").expect("an id");
    let body = serde_json::to_value(ConnectionCreate::new(&entity, &choice)).expect("it is written");
    assert_eq!(body, expected);
}

#[test]
fn a_choice_becomes_a_request_without_the_banks_typed_name() {
    let portal = PortalUrl::parse("https://bank.example/Login?Next=%2fA").expect("a portal");
    let institution = InstitutionId::parse("chase").expect("an id");
    check_create(
        BankChoice::Supported { institution: institution.clone(), portal: None },
        json!({"entityId": "ent_1", "institutionId": "chase"}),
    );
    check_create(
        BankChoice::Supported { institution, portal: Some(portal.clone()) },
        json!({"entityId": "ent_1", "institutionId": "chase", "portalUrl": "https://bank.example/Login?Next=%2fA"}),
    );
    check_create(
        BankChoice::Unsupported { requested_name: RequestedName::parse("My bank").ok(), portal },
        json!({"entityId": "ent_1", "portalUrl": "https://bank.example/Login?Next=%2fA"}),
    );
}

#[test]
fn moments_are_written_as_the_documents_show_them() {
    assert_eq!(DateTime::from_millis(1_699_335_116_000).as_str(), "2023-11-07T05:31:56Z");
    assert_eq!(DateTime::from_millis(1_699_335_116_250).as_str(), "2023-11-07T05:31:56.25Z");
    assert_eq!(DateTime::from_millis(i64::MAX).as_str(), "1970-01-01T00:00:00Z");
    assert_eq!(DateTime::parse("1969-12-31T23:59:59.999Z").expect("a date").as_millis(), -1);
}
