//! The life of a connection as a pure function of what happened to it and of the time.
//!
//! ```text
//! create ─► setup/draft ─(setupCompletion)─► setup/pendingActivation ─(activation)─► ready/active, syncing ─► idle
//! ```
//!
//! Nothing is scheduled: a connection that nobody reads does not change, and one that is read is what the
//! virtual time has made of it. An override of kind or status stops this life until it is taken back or the
//! customer completes the setup once more.

use super::{connection::Connection, overrides::Overrides};

/// The first sync, in virtual milliseconds.
const FIRST_SYNC: i64 = 2_000;

/// Everything about a connection that time or the control API can change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) sync_status: String,
    pub(crate) last_synced_at: Option<i64>,
    pub(crate) action_required_by: String,
    pub(crate) next_action: String,
    /// The e-mail address and the telephone number have arrived.
    pub(crate) provisioned: bool,
    pub(crate) updated_at: i64,
}

/// How far a connection has come by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Draft,
    Pending,
    Active { first_sync_ends: i64 },
}

pub(crate) fn state(connection: &Connection, now: i64) -> State {
    let overrides = &connection.overrides;
    // A life that was stopped is looked at as it was then.
    let lived_until = overrides.stopped_at.unwrap_or(now);
    let stage = stage(connection, lived_until);
    let (own_kind, own_status) = match stage {
        Stage::Draft => ("setup", "draft"),
        Stage::Pending => ("setup", "pendingActivation"),
        Stage::Active { .. } => ("ready", "active"),
    };
    let kind = overrides.kind.as_deref().unwrap_or(own_kind).to_owned();
    let status = overrides.status.as_deref().unwrap_or(own_status).to_owned();
    let (whose_move, next) = if status == "draft" {
        ("endUser", "createDelegatedUser")
    } else {
        ("waycore", "activateConnection")
    };
    let last_synced_at = match stage {
        Stage::Active { first_sync_ends } => Some(first_sync_ends).filter(|end| *end <= lived_until),
        Stage::Draft | Stage::Pending => None,
    };
    State {
        sync_status: sync_status(stage, last_synced_at, overrides),
        last_synced_at,
        action_required_by: overrides.action_required_by.as_deref().unwrap_or(whose_move).to_owned(),
        next_action: overrides.next_action.as_deref().unwrap_or(next).to_owned(),
        provisioned: provisioned_at(connection) <= now,
        updated_at: updated_at(connection, stage, last_synced_at, now),
        kind,
        status,
    }
}

fn stage(connection: &Connection, now: i64) -> Stage {
    let Some(completed_at) = connection.completed_at else { return Stage::Draft };
    let active_at = completed_at + connection.behaviour().activation;
    if now < active_at { Stage::Pending } else { Stage::Active { first_sync_ends: active_at + FIRST_SYNC } }
}

/// A stopped life is not in the middle of a sync for ever.
fn sync_status(stage: Stage, last_synced_at: Option<i64>, overrides: &Overrides) -> String {
    let syncing = matches!(stage, Stage::Active { .. }) && last_synced_at.is_none();
    let own = if syncing && overrides.stopped_at.is_none() { "syncing" } else { "idle" };
    overrides.sync_status.as_deref().unwrap_or(own).to_owned()
}

fn provisioned_at(connection: &Connection) -> i64 {
    connection.created_at + connection.behaviour().provisioning
}

/// The latest change, whether a request made it or time did.
fn updated_at(connection: &Connection, stage: Stage, last_synced_at: Option<i64>, now: i64) -> i64 {
    let active_at = match stage {
        Stage::Active { first_sync_ends } => Some(first_sync_ends - FIRST_SYNC),
        Stage::Draft | Stage::Pending => None,
    };
    let provisioned_at = Some(provisioned_at(connection)).filter(|at| *at <= now);
    [provisioned_at, active_at, last_synced_at]
        .into_iter()
        .flatten()
        .fold(connection.touched_at, |latest, change| latest.max(change))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::connection::Bank;

    fn connection(institution_id: &str) -> Connection {
        let bank =
            Bank::Listed { institution_id: institution_id.to_owned(), name: String::new(), portal: None };
        Connection::new("entity".to_owned(), bank, 1_000)
    }

    /// `kind/status/syncStatus` at a virtual time.
    #[track_caller]
    fn check(connection: &Connection, now: i64, expected: &str, updated_at: i64) {
        let state = state(connection, now);
        assert_eq!(format!("{}/{}/{}", state.kind, state.status, state.sync_status), expected, "at {now}");
        assert_eq!(state.updated_at, updated_at, "updatedAt at {now}");
    }

    #[test]
    fn a_connection_lives_from_draft_to_synced() {
        let mut connection = connection("sim-standard");
        check(&connection, 1_000, "setup/draft/idle", 1_000);
        check(&connection, 9_000_000, "setup/draft/idle", 1_000);
        connection.complete_setup(5_000).expect("a draft can be completed");
        check(&connection, 5_000, "setup/pendingActivation/idle", 5_000);
        check(&connection, 24_999, "setup/pendingActivation/idle", 5_000);
        check(&connection, 25_000, "ready/active/syncing", 25_000);
        check(&connection, 27_000, "ready/active/idle", 27_000);
        assert_eq!(state(&connection, 27_000).last_synced_at, Some(27_000));
        check(&connection, 9_000_000, "ready/active/idle", 27_000);
    }

    #[test]
    fn a_change_moves_updated_at_while_the_clock_stands_still() {
        let mut connection = connection("sim-standard");
        connection.take_credentials(1_000).expect("a draft takes credentials");
        check(&connection, 1_000, "setup/draft/idle", 1_001);
        connection.complete_setup(1_000).expect("a draft can be completed");
        check(&connection, 1_000, "setup/pendingActivation/idle", 1_002);
        // The extra milliseconds do not delay the activation.
        check(&connection, 21_000, "ready/active/syncing", 21_000);
    }

    #[test]
    fn completing_twice_starts_activation_once() {
        let mut connection = connection("sim-instant");
        connection.complete_setup(1_000).expect("a draft can be completed");
        connection.complete_setup(3_000).expect("a repetition is no conflict");
        check(&connection, 4_000, "ready/active/syncing", 4_000);
        assert!(connection.complete_setup(4_000).is_err(), "a ready connection has no setup to complete");
    }

    #[test]
    fn provisioning_is_a_change_of_its_own() {
        let connection = connection("sim-provisioning");
        assert!(!state(&connection, 120_999).provisioned);
        assert!(state(&connection, 121_000).provisioned);
        check(&connection, 121_000, "setup/draft/idle", 121_000);
    }
}
