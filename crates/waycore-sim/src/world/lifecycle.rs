//! The life of a connection as a pure function of what happened to it and of the time.
//!
//! ```text
//! create ─► setup/draft ─(setupCompletion)─► setup/pendingActivation ─(activation)─► ready/active, syncing ─► idle
//! ```
//!
//! Nothing is scheduled: a connection that nobody reads does not change, and one that is read is what the
//! virtual time has made of it. An override of kind or status stops this life until it is taken back or the
//! customer completes the setup once more.

use super::{connection::Connection, syncs};
use crate::catalog::Trouble;

/// How long a connection is well after its first sync before the trouble of its sentinel begins, in virtual
/// milliseconds.
const WELL_FOR: i64 = 5_000;

/// Everything about a connection that time or the control API can change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) sync_status: String,
    pub(crate) last_synced_at: Option<i64>,
    pub(crate) error_code: Option<String>,
    pub(crate) error_message: Option<String>,
    pub(crate) action_required_by: String,
    pub(crate) next_action: String,
    /// The e-mail address and the telephone number have arrived.
    pub(crate) provisioned: bool,
    pub(crate) updated_at: i64,
    /// What of the bank is known, if anything is.
    pub(crate) data: Option<Data>,
}

/// Which part of the bank's past and present has been read, in virtual milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Data {
    /// When the bank became readable; history reaches back from here.
    pub(crate) since: i64,
    /// The end of the last sync.
    pub(crate) until: i64,
}

/// The turns that a life takes by itself, each at its virtual time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Life {
    completed_at: Option<i64>,
    /// Waycore could not sign in.
    refused_at: Option<i64>,
    pub(crate) active_at: Option<i64>,
    pub(crate) trouble: Option<(i64, Trouble)>,
}

/// How far a connection has come by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Draft,
    Pending,
    Refused,
    Active,
    Troubled(Trouble),
}

pub(crate) fn state(connection: &Connection, now: i64) -> State {
    let overrides = &connection.overrides;
    // A life that was stopped is looked at as it was then.
    let lived_until = overrides.stopped_at.unwrap_or(now);
    let life = Life::of(connection);
    let stage = life.stage(lived_until);
    let (own_kind, own_status) = stage.on_wire();
    let kind = overrides.kind.as_deref().unwrap_or(own_kind).to_owned();
    let status = overrides.status.as_deref().unwrap_or(own_status).to_owned();
    let (whose_move, next) = if status == "draft" {
        ("endUser", "createDelegatedUser")
    } else {
        ("waycore", "activateConnection")
    };
    let (error_code, error_message) = stage.error().unzip();
    let last_synced_at = syncs::last_end(connection, now);
    let own_sync = if syncs::is_running(connection, now) { "syncing" } else { "idle" };
    State {
        sync_status: overrides.sync_status.as_deref().unwrap_or(own_sync).to_owned(),
        last_synced_at,
        error_code: overrides.error_code.clone().or(error_code.map(str::to_owned)),
        error_message: overrides.error_message.clone().or(error_message.map(str::to_owned)),
        action_required_by: overrides.action_required_by.as_deref().unwrap_or(whose_move).to_owned(),
        next_action: overrides.next_action.as_deref().unwrap_or(next).to_owned(),
        provisioned: provisioned_at(connection) <= now,
        updated_at: updated_at(connection, &life, now),
        data: data(connection, &life, &kind, now),
        kind,
        status,
    }
}

/// The moments in `after..=until` at which time alone changed the connection, in order. Of a long life only the
/// latest are given.
pub(crate) fn turns(connection: &Connection, after: i64, until: i64) -> Vec<i64> {
    let lived_until = connection.overrides.stopped_at.unwrap_or(until).min(until);
    let own = Life::of(connection).turns().filter(|at| *at <= lived_until);
    let provisioned = Some(provisioned_at(connection)).filter(|at| *at <= until);
    let mut turns: Vec<i64> = own.chain(provisioned).filter(|at| *at > after).collect();
    turns.extend(syncs::ends(connection, after, until));
    turns.sort_unstable();
    turns.dedup();
    turns
}

/// The next moment at which time alone changes the connection, if there is one.
pub(crate) fn next_turn(connection: &Connection, after: i64) -> Option<i64> {
    let stopped = connection.overrides.stopped_at.is_some();
    let life = Life::of(connection);
    let own = life.turns().filter(|at| *at > after && !stopped).min();
    let provisioned = Some(provisioned_at(connection)).filter(|at| *at > after);
    own.into_iter().chain(provisioned).chain(syncs::next_end(connection, after)).min()
}

impl Life {
    pub(crate) fn of(connection: &Connection) -> Self {
        let behaviour = connection.behaviour();
        let completed_at = connection.completed_at;
        let due = completed_at.map(|at| at + behaviour.activation);
        let signs_in_at = match (due, behaviour.strict) {
            (Some(due), true) => connection.bank_user_works_at().map(|works| due.max(works)),
            (due, _) => due,
        };
        let trouble = signs_in_at.zip(behaviour.trouble);
        Self {
            completed_at,
            refused_at: due.filter(|due| signs_in_at.is_none_or(|at| at > *due)),
            active_at: signs_in_at,
            trouble: trouble.map(|(active, trouble)| (active + syncs::DURATION + WELL_FOR, trouble)),
        }
    }

    fn stage(&self, at: i64) -> Stage {
        let reached = |turn: Option<i64>| turn.is_some_and(|turn| turn <= at);
        match self.trouble {
            Some((begins, trouble)) if begins <= at => Stage::Troubled(trouble),
            _ if reached(self.active_at) => Stage::Active,
            _ if reached(self.refused_at) => Stage::Refused,
            _ if self.completed_at.is_some() => Stage::Pending,
            _ => Stage::Draft,
        }
    }

    fn turns(self) -> impl Iterator<Item = i64> {
        [self.refused_at, self.active_at, self.trouble.map(|(at, _)| at)].into_iter().flatten()
    }
}

impl Stage {
    /// Kind and status.
    fn on_wire(self) -> (&'static str, &'static str) {
        match self {
            Self::Draft => ("setup", "draft"),
            Self::Pending => ("setup", "pendingActivation"),
            Self::Refused => ("setup", "errored"),
            Self::Active => ("ready", "active"),
            Self::Troubled(trouble) => ("ready", trouble.status),
        }
    }

    /// Code and message.
    fn error(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Troubled(trouble) => trouble.error,
            Self::Draft | Self::Pending | Self::Refused | Self::Active => None,
        }
    }
}

fn provisioned_at(connection: &Connection) -> i64 {
    connection.created_at + connection.behaviour().provisioning
}

/// The latest change, whether a request made it or time did.
fn updated_at(connection: &Connection, life: &Life, now: i64) -> i64 {
    let lived_until = connection.overrides.stopped_at.unwrap_or(now);
    let own = life.turns().filter(|at| *at <= lived_until);
    let provisioned = Some(provisioned_at(connection)).filter(|at| *at <= now);
    own.chain(provisioned).chain(syncs::last_end(connection, now)).fold(connection.touched_at, i64::max)
}

/// A connection that was made ready by hand was readable from that moment.
fn data(connection: &Connection, life: &Life, kind: &str, now: i64) -> Option<Data> {
    let stopped_at = connection.overrides.stopped_at;
    let lived = life.active_at.filter(|at| *at <= stopped_at.unwrap_or(now));
    let since = lived.or(stopped_at.filter(|_| kind == "ready"))?;
    let by_hand = stopped_at.filter(|_| lived.is_none());
    Some(Data { since, until: syncs::last_end(connection, now).or(by_hand)? })
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
        assert_eq!(state(&connection, 26_999).data, None, "nothing is known before the first sync ended");
        check(&connection, 25_000, "ready/active/syncing", 25_000);
        check(&connection, 27_000, "ready/active/idle", 27_000);
        assert_eq!(state(&connection, 27_000).last_synced_at, Some(27_000));
        assert_eq!(state(&connection, 27_000).data, Some(Data { since: 25_000, until: 27_000 }));
        check(&connection, 9_000_000, "ready/active/idle", 27_000);
    }

    #[test]
    fn an_active_connection_syncs_by_itself_four_times_a_day() {
        let mut connection = connection("sim-standard");
        connection.complete_setup(5_000).expect("a draft can be completed");
        let six_hours = 6 * 3_600_000;
        check(&connection, 25_000 + six_hours, "ready/active/syncing", 27_000);
        check(&connection, 27_000 + six_hours, "ready/active/idle", 27_000 + six_hours);
        check(&connection, 26_999 + 10 * six_hours, "ready/active/syncing", 27_000 + 9 * six_hours);
        assert_eq!(turns(&connection, 27_000, 27_000 + six_hours), [27_000 + six_hours]);
        assert_eq!(next_turn(&connection, 27_000), Some(27_000 + six_hours));
    }

    #[test]
    fn a_sentinel_with_a_trouble_is_well_for_a_moment_first() {
        let mut connection = connection("sim-reauth");
        connection.complete_setup(0).expect("a draft can be completed");
        check(&connection, 22_000, "ready/active/idle", 22_000);
        check(&connection, 27_000, "ready/reauthRequired/idle", 27_000);
        assert!(state(&connection, 27_000).error_code.is_some());
        check(&connection, 10_000_000_000, "ready/reauthRequired/idle", 27_000);
        assert_eq!(turns(&connection, 1_000, 10_000_000_000), [20_000, 22_000, 27_000]);
        assert_eq!(next_turn(&connection, 27_000), None, "a connection in trouble does not sync");
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
