//! When a page that waits asks again, and when it stops.

use crate::connection::{Connection, ConnectionState, SyncStatus};
use crate::step::{Step, Support};
use crate::timestamp::Timestamp;

/// How long a waiting page pauses between two questions.
pub const POLL_SECONDS: u32 = 5;

/// How long to poll for a first sync that has not started, in milliseconds.
const FIRST_SYNC_MILLIS: u64 = 60 * 60 * 1_000;

/// What the browser says about the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    Visible,
    /// Another tab is in front; nobody is looking.
    Hidden,
    Left,
}

/// What a waiting page does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poll {
    Again { after_seconds: u32 },
    Stop(StopReason),
}

/// Why a page stops asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    Connected,
    Paused,
    Revoked,
    Hidden,
    Left,
    /// There is no connection yet, so there is nothing to ask about.
    NoConnection,
}

/// Decides after each answer, and whenever the page is hidden, shown or left.
pub fn poll(step: Step, page: Page) -> Poll {
    match page {
        Page::Left => return Poll::Stop(StopReason::Left),
        Page::Hidden => return Poll::Stop(StopReason::Hidden),
        Page::Visible => {}
    }
    match step {
        Step::ConnectionDetails => Poll::Stop(StopReason::NoConnection),
        Step::Connected => Poll::Stop(StopReason::Connected),
        Step::Support(Support::Paused) => Poll::Stop(StopReason::Paused),
        Step::Support(Support::Revoked) => Poll::Stop(StopReason::Revoked),
        Step::DelegatedUser | Step::FinishSetup | Step::Activation | Step::Recoverable(_) => {
            Poll::Again { after_seconds: POLL_SECONDS }
        }
    }
}

/// What is expected to happen to a connection by itself, and so where whoever watches for everybody finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Watched {
    /// Waycore activates it: it is in the list of those that wait for activation.
    Activation,
    /// It is being set up: it is in the list of drafts.
    Draft,
    /// It is connected and its data is being fetched, or was never fetched yet. No delivery announces the end of that.
    Sync,
    /// It may move, and no list of those that wait has it: it is read by itself.
    Alone,
}

impl Watched {
    pub const ALL: [Self; 4] = [Self::Activation, Self::Draft, Self::Sync, Self::Alone];

    /// `None` for a connection that stays as it is until somebody acts, or until its next sync.
    pub fn of(state: &ConnectionState) -> Option<Self> {
        match state {
            ConnectionState::Draft(_) => Some(Self::Draft),
            ConnectionState::PendingActivation(_) => Some(Self::Activation),
            ConnectionState::Connected(ready)
                if ready.is_first_sync() || ready.sync == SyncStatus::Syncing =>
            {
                Some(Self::Sync)
            }
            ConnectionState::ActivatingReady(_)
            | ConnectionState::ReauthRequired(_)
            | ConnectionState::Errored(_)
            | ConnectionState::InvalidConfig(_)
            | ConnectionState::Unrecognised(_) => Some(Self::Alone),
            ConnectionState::Connected(_) | ConnectionState::Paused(_) | ConnectionState::Revoked(_) => None,
        }
    }

    /// Returns for how many more milliseconds to poll an unchanged connection; `None` without a limit. Measured from Waycore's
    /// `updatedAt`, so a clock far off ends it.
    pub fn ends_after(connection: &Connection, now: Timestamp) -> Option<u64> {
        let ConnectionState::Connected(ready) = &connection.state else { return None };
        let age = now.as_millis().saturating_sub(connection.updated_at.as_millis()).unsigned_abs();
        (ready.sync != SyncStatus::Syncing).then(|| FIRST_SYNC_MILLIS.saturating_sub(age))
    }

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::Draft => "draft",
            Self::Sync => "sync",
            Self::Alone => "alone",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|watched| watched.as_str() == text)
    }
}
