//! How kind, status and the rest become one state.

use domain::connection::{ConnectionState, Fault, Pending, Ready, StateParts, SyncStatus};
use domain::timestamp::Timestamp;

use crate::samples::{setup, state};

#[track_caller]
fn check(kind: &str, status: &str, expected: &str) {
    let name = match state(kind, status) {
        ConnectionState::Draft(_) => "draft",
        ConnectionState::PendingActivation(_) => "pending activation",
        ConnectionState::ActivatingReady(_) => "active but not ready",
        ConnectionState::Connected(_) => "connected",
        ConnectionState::ReauthRequired(_) => "reauth required",
        ConnectionState::Errored(_) => "errored",
        ConnectionState::InvalidConfig(_) => "invalid config",
        ConnectionState::Paused(_) => "paused",
        ConnectionState::Revoked(_) => "revoked",
        ConnectionState::Unrecognised(text) => {
            assert_eq!(text, format!("{kind}/{status}"), "the text for the log");
            "unrecognised"
        }
    };
    assert_eq!(name, expected, "{kind}/{status}");
}

#[test]
fn kind_and_status_together_decide() {
    check("setup", "draft", "draft");
    check("setup", "pendingActivation", "pending activation");
    check("setup", "active", "active but not ready");
    check("setup", "reauthRequired", "reauth required");
    check("setup", "errored", "errored");
    check("setup", "invalidConfig", "invalid config");
    check("setup", "paused", "paused");
    check("setup", "revoked", "revoked");

    check("ready", "draft", "unrecognised");
    check("ready", "pendingActivation", "pending activation");
    check("ready", "active", "connected");
    check("ready", "reauthRequired", "reauth required");
    check("ready", "errored", "errored");
    check("ready", "invalidConfig", "invalid config");
    check("ready", "paused", "paused");
    check("ready", "revoked", "revoked");
}

#[test]
fn what_is_not_known_is_never_connected() {
    check("ready", "syncing", "unrecognised");
    check("ready", "", "unrecognised");
    check("ready", "Active", "unrecognised");
    check("archived", "active", "unrecognised");
    check("", "active", "unrecognised");
    check("Ready", "active", "unrecognised");
}

#[test]
fn a_draft_without_a_setup_is_not_understood() {
    let parts = StateParts { kind: "setup", status: "draft", ..StateParts::default() };
    assert_eq!(ConnectionState::from_parts(parts), ConnectionState::Unrecognised("setup/draft".to_owned()));
}

#[test]
fn each_state_owns_what_exists_in_it() {
    let everything = |status| StateParts {
        kind: "ready",
        status,
        setup: None,
        sync: Some(SyncStatus::Syncing),
        last_synced_at: Some(Timestamp::from_millis(7)),
        error_code: Some("bank_down".to_owned()),
    };
    assert_eq!(
        ConnectionState::from_parts(everything("active")),
        ConnectionState::Connected(Ready {
            sync: SyncStatus::Syncing,
            last_synced_at: Some(Timestamp::from_millis(7))
        })
    );
    assert_eq!(
        ConnectionState::from_parts(everything("errored")),
        ConnectionState::Errored(Fault {
            setup: None,
            sync: Some(SyncStatus::Syncing),
            last_synced_at: Some(Timestamp::from_millis(7)),
            error_code: Some("bank_down".to_owned()),
        })
    );
    let asked = setup("integrator", "activateConnection");
    let parts = StateParts {
        kind: "setup",
        status: "pendingActivation",
        setup: Some(asked.clone()),
        ..StateParts::default()
    };
    assert_eq!(
        ConnectionState::from_parts(parts),
        ConnectionState::PendingActivation(Pending {
            status: asked.status,
            credentials_present: Some(asked.credentials_present),
            action_required_by: Some(asked.action_required_by),
            next_action: Some(asked.next_action),
        })
    );
}

#[test]
fn a_setup_that_failed_keeps_what_it_owns_and_needs_none_of_the_ready_fields() {
    let asked = setup("endUser", "createDelegatedUser");
    let fault = Fault { setup: Some(asked), ..Fault::default() };
    for (status, expected) in [
        ("reauthRequired", ConnectionState::ReauthRequired(fault.clone())),
        ("errored", ConnectionState::Errored(fault.clone())),
        ("invalidConfig", ConnectionState::InvalidConfig(fault.clone())),
        ("paused", ConnectionState::Paused(fault.clone())),
        ("revoked", ConnectionState::Revoked(fault)),
    ] {
        assert_eq!(state("setup", status), expected);
    }
}

#[test]
fn unknown_words_of_a_setup_survive() {
    let setup = setup("auditor", "callYourBank");
    assert_eq!(setup.action_required_by.as_str(), "auditor");
    assert_eq!(setup.next_action.as_str(), "callYourBank");
    assert_eq!(SyncStatus::parse("resting").as_str(), "resting");
}
