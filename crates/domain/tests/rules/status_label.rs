//! The status display table, and the labels of the sync status.

use domain::connection::SyncStatus;
use domain::status_label::{StatusLabel, SyncLabel};

use crate::samples::state;

#[track_caller]
fn check(kind: &str, status: &str, expected: StatusLabel) {
    assert_eq!(StatusLabel::of(&state(kind, status)), expected, "{kind}/{status}");
}

#[test]
fn every_status_has_its_label() {
    check("setup", "draft", StatusLabel::SetupInProgress);
    check("setup", "pendingActivation", StatusLabel::Activating);
    check("ready", "active", StatusLabel::Connected);
    check("ready", "reauthRequired", StatusLabel::ReauthenticationRequired);
    check("ready", "errored", StatusLabel::Error);
    check("ready", "invalidConfig", StatusLabel::NeedsCorrection);
    check("ready", "paused", StatusLabel::Paused);
    check("ready", "revoked", StatusLabel::Revoked);
}

#[test]
fn active_is_called_connected_only_when_ready() {
    check("setup", "active", StatusLabel::Activating);
    check("archived", "active", StatusLabel::Checking);
}

#[test]
fn an_unknown_status_is_being_checked() {
    check("ready", "somethingNew", StatusLabel::Checking);
    check("ready", "draft", StatusLabel::Checking);
}

#[test]
fn every_label_has_a_name_of_its_own_for_programs() {
    for label in StatusLabel::ALL {
        assert_eq!(StatusLabel::parse(label.as_str()), Some(label));
    }
    assert_eq!(StatusLabel::parse("Conectado"), None);
}

#[test]
fn every_sync_status_has_its_label() {
    assert_eq!(SyncLabel::of(&SyncStatus::parse("idle")), SyncLabel::NotSyncing);
    assert_eq!(SyncLabel::of(&SyncStatus::parse("syncing")), SyncLabel::Syncing);
    assert_eq!(SyncLabel::of(&SyncStatus::parse("somethingNew")), SyncLabel::Unknown);
}

#[test]
fn only_what_was_connected_once_has_a_sync_status() {
    assert_eq!(state("ready", "active").sync(), Some(&SyncStatus::Idle));
    assert_eq!(state("ready", "errored").sync(), Some(&SyncStatus::Idle));
    assert_eq!(state("setup", "errored").sync(), None);
    assert_eq!(state("setup", "draft").sync(), None);
}
