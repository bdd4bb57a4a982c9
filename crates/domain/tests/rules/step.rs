//! The step table. It is our reading: the diagram is missing from the documents.

use domain::connection::ConnectionState;
use domain::step::{Progress, Recoverable, Step, Support, step};
use domain::timestamp::Timestamp;
use proptest::prelude::*;

use crate::samples::{connection, setup, state};

/// When the samples were changed last.
const NOW: i64 = 1000;

fn progress(user_confirmed: Option<i64>, completion_sent: Option<i64>) -> Progress {
    Progress {
        user_confirmed: user_confirmed.map(Timestamp::from_millis),
        completion_sent: completion_sent.map(Timestamp::from_millis),
    }
}

#[track_caller]
fn check(state: ConnectionState, progress: Progress, expected: Step) {
    assert_eq!(step(Some(&connection(state, NOW)), &progress), expected);
}

#[track_caller]
fn check_draft(next_action: &str, progress: Progress, expected: Step) {
    check(ConnectionState::Draft(setup("endUser", next_action)), progress, expected);
}

#[test]
fn no_connection_shows_connection_details() {
    assert_eq!(step(None, &Progress::default()), Step::ConnectionDetails);
}

#[test]
fn a_draft_shows_what_waycore_asks_for_next() {
    let nothing = progress(None, None);
    let confirmed = progress(Some(NOW), None);

    check_draft("createDelegatedUser", nothing, Step::DelegatedUser);
    check_draft("createDelegatedUser", confirmed, Step::FinishSetup);
    check_draft("provideCredentials", nothing, Step::FinishSetup);
    check_draft("activateConnection", nothing, Step::FinishSetup);
    check_draft("activateConnection", progress(None, Some(NOW)), Step::Activation);
    // A word that is new, or none at all.
    for next_action in ["somethingNew", ""] {
        check_draft(next_action, nothing, Step::DelegatedUser);
        check_draft(next_action, confirmed, Step::FinishSetup);
        check_draft(next_action, progress(None, Some(NOW)), Step::Activation);
    }
}

#[test]
fn a_draft_whose_completion_was_sent_waits() {
    for next_action in ["createDelegatedUser", "provideCredentials", "activateConnection", "somethingNew"] {
        check_draft(next_action, progress(None, Some(NOW)), Step::Activation);
        check_draft(next_action, progress(Some(NOW), Some(NOW)), Step::Activation);
        check_draft(next_action, progress(Some(NOW), Some(NOW + 1)), Step::Activation);
    }
}

#[test]
fn a_later_state_that_asks_the_end_user_ends_the_waiting() {
    let earlier = Some(NOW - 1);
    check_draft("createDelegatedUser", progress(None, earlier), Step::DelegatedUser);
    check_draft("provideCredentials", progress(None, earlier), Step::FinishSetup);
    check_draft("activateConnection", progress(None, earlier), Step::Activation);
    check_draft("somethingNew", progress(None, earlier), Step::Activation);

    for somebody_else in ["waycore", "integrator", "auditor"] {
        let asked = ConnectionState::Draft(setup(somebody_else, "createDelegatedUser"));
        check(asked, progress(None, earlier), Step::Activation);
    }
}

#[test]
fn a_confirmation_of_an_earlier_round_no_longer_counts() {
    let sent = NOW - 10;
    check_draft("createDelegatedUser", progress(Some(sent - 1), Some(sent)), Step::DelegatedUser);
    check_draft("createDelegatedUser", progress(Some(sent), Some(sent)), Step::DelegatedUser);
    check_draft("createDelegatedUser", progress(Some(sent + 1), Some(sent)), Step::FinishSetup);
}

#[test]
fn the_other_states_show_their_step_whatever_was_done_here() {
    for progress in [progress(None, None), progress(Some(NOW), Some(NOW)), progress(None, Some(NOW - 1))] {
        check(state("setup", "pendingActivation"), progress, Step::Activation);
        check(state("ready", "active"), progress, Step::Connected);
        check(state("ready", "reauthRequired"), progress, Step::Recoverable(Recoverable::ReauthRequired));
        check(state("ready", "errored"), progress, Step::Recoverable(Recoverable::Errored));
        check(state("ready", "invalidConfig"), progress, Step::Recoverable(Recoverable::InvalidConfig));
        check(state("ready", "paused"), progress, Step::Support(Support::Paused));
        check(state("ready", "revoked"), progress, Step::Support(Support::Revoked));
        check(state("setup", "active"), progress, Step::Activation);
        check(state("ready", "somethingNew"), progress, Step::Activation);
    }
}

#[test]
fn a_step_finds_its_way_through_the_wire() {
    let steps = [
        (Step::ConnectionDetails, ""),
        (Step::DelegatedUser, "draft"),
        (Step::FinishSetup, "draft"),
        (Step::Activation, "pendingActivation"),
        (Step::Connected, "active"),
        (Step::Recoverable(Recoverable::ReauthRequired), "reauthRequired"),
        (Step::Recoverable(Recoverable::Errored), "errored"),
        (Step::Recoverable(Recoverable::InvalidConfig), "invalidConfig"),
        (Step::Support(Support::Paused), "paused"),
        (Step::Support(Support::Revoked), "revoked"),
    ];
    for (step, status) in steps {
        assert_eq!(Step::from_wire(step.name(), status), Some(step));
    }
    assert_eq!(Step::from_wire("support", "active"), None);
    assert_eq!(Step::from_wire("celebration", "active"), None);
}

proptest! {
    #[test]
    fn only_ready_and_active_is_ever_connected(
        kind in "setup|ready|[a-z]{0,8}",
        status in "draft|pendingActivation|active|reauthRequired|errored|invalidConfig|paused|revoked|[a-zA-Z]{0,8}",
        confirmed in proptest::option::of(0i64..2000),
        sent in proptest::option::of(0i64..2000),
    ) {
        let shown = step(Some(&connection(state(&kind, &status), NOW)), &progress(confirmed, sent));
        prop_assert_eq!(shown == Step::Connected, kind == "ready" && status == "active");
    }
}
