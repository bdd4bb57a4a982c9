//! The polling table.

use domain::connection::{ConnectionState, Ready, SyncStatus};
use domain::poll::{Page, Poll, StopReason, Watched, poll};
use domain::step::{Recoverable, Step, Support};
use domain::timestamp::Timestamp;

use crate::samples::{connection, state};

const AGAIN: Poll = Poll::Again { after_seconds: 5 };

#[track_caller]
fn check(step: Step, page: Page, expected: Poll) {
    assert_eq!(poll(step, page), expected, "{step:?} on a page that is {page:?}");
}

#[test]
fn a_visible_page_asks_every_five_seconds_until_there_is_nothing_to_wait_for() {
    check(Step::Activation, Page::Visible, AGAIN);
    check(Step::DelegatedUser, Page::Visible, AGAIN);
    check(Step::FinishSetup, Page::Visible, AGAIN);
    check(Step::Connected, Page::Visible, Poll::Stop(StopReason::Connected));
    check(Step::Recoverable(Recoverable::ReauthRequired), Page::Visible, AGAIN);
    check(Step::Recoverable(Recoverable::Errored), Page::Visible, AGAIN);
    check(Step::Recoverable(Recoverable::InvalidConfig), Page::Visible, AGAIN);
    check(Step::Support(Support::Paused), Page::Visible, Poll::Stop(StopReason::Paused));
    check(Step::Support(Support::Revoked), Page::Visible, Poll::Stop(StopReason::Revoked));
    check(Step::ConnectionDetails, Page::Visible, Poll::Stop(StopReason::NoConnection));
}

#[test]
fn a_page_that_nobody_sees_does_not_ask() {
    for step in [Step::Activation, Step::Recoverable(Recoverable::Errored), Step::Connected] {
        check(step, Page::Hidden, Poll::Stop(StopReason::Hidden));
        check(step, Page::Left, Poll::Stop(StopReason::Left));
    }
}

#[test]
fn each_state_is_watched_where_its_next_change_is_found() {
    let connected = |sync: &str, last_synced_at: Option<i64>| {
        let (sync, last_synced_at) = (SyncStatus::parse(sync), last_synced_at.map(Timestamp::from_millis));
        ConnectionState::Connected(Ready { sync, last_synced_at })
    };
    for (state, expected) in [
        (state("setup", "draft"), Some(Watched::Draft)),
        (state("setup", "pendingActivation"), Some(Watched::Activation)),
        (state("setup", "active"), Some(Watched::Alone)),
        // The first sync, whether it has begun or not, and every later one while it runs.
        (connected("syncing", None), Some(Watched::Sync)),
        (connected("idle", None), Some(Watched::Sync)),
        (connected("somethingNew", None), Some(Watched::Sync)),
        (connected("syncing", Some(1)), Some(Watched::Sync)),
        (connected("idle", Some(1)), None),
        (connected("somethingNew", Some(1)), None),
        (state("ready", "reauthRequired"), Some(Watched::Alone)),
        (state("ready", "errored"), Some(Watched::Alone)),
        (state("ready", "invalidConfig"), Some(Watched::Alone)),
        (state("ready", "somethingNew"), Some(Watched::Alone)),
        (state("ready", "paused"), None),
        (state("ready", "revoked"), None),
    ] {
        assert_eq!(Watched::of(&state), expected, "{state:?}");
    }
    for watched in Watched::ALL {
        assert_eq!(Watched::parse(watched.as_str()), Some(watched));
    }
}

#[test]
fn a_first_sync_that_has_not_begun_is_waited_for_for_an_hour() {
    const MINUTE: i64 = 60_000;
    let now = 10_000 * MINUTE;
    for (sync, changed_at, expected) in [
        ("idle", now, Some(60)),
        ("idle", now - 20 * MINUTE, Some(40)),
        ("somethingNew", now - 20 * MINUTE, Some(40)),
        ("idle", now - 60 * MINUTE, Some(0)),
        ("idle", now - 5_000 * MINUTE, Some(0)),
        // Waycore's clock is ahead.
        ("idle", now + 20 * MINUTE, Some(40)),
        ("idle", now + 5_000 * MINUTE, Some(0)),
        // One that runs, however long it takes.
        ("syncing", now - 5_000 * MINUTE, None),
    ] {
        let ready = Ready { sync: SyncStatus::parse(sync), last_synced_at: None };
        let connection = connection(ConnectionState::Connected(ready), changed_at);
        let minutes = Watched::ends_after(&connection, Timestamp::from_millis(now)).map(|left| left / 60_000);
        assert_eq!(minutes, expected, "{sync} {changed_at}");
    }
    let activating = connection(state("setup", "pendingActivation"), 0);
    assert_eq!(Watched::ends_after(&activating, Timestamp::from_millis(now)), None);
}
