//! What was just read of a connection, and what becomes of it beside what is known.

use domain::ids::ConnectionId;
use domain::poll::Watched;
use domain::timestamp::Timestamp;

use super::records::{Cause, ConnectionRecord};

/// How exactly the time of a reading that found nothing new is kept: a page that asks every five seconds must not be a
/// write every five seconds.
const READ_AT_MILLIS: i64 = 60_000;

impl ConnectionRecord {
    /// Whether there is nothing to keep about a reading.
    pub(crate) fn is_as_in(&self, reading: &Reading<'_>, now: Timestamp) -> bool {
        let Reading { fingerprint, updated_at, body, .. } = *reading;
        self.is_confirmed_by(fingerprint, updated_at, body) && self.was_read_lately(now)
    }

    /// Whether there is nothing to keep about a reading but that it was made. A stored body that is another one, because it
    /// was damaged for example, is replaced.
    pub(crate) fn is_confirmed_by(&self, fingerprint: &str, updated_at: Timestamp, body: &str) -> bool {
        self.shows(fingerprint) && self.updated_at == Some(updated_at) && self.body.as_deref() == Some(body)
    }

    /// Whether the time of the last reading need not be kept anew.
    pub(crate) fn was_read_lately(&self, now: Timestamp) -> bool {
        self.read_at.is_some_and(|at| (0..READ_AT_MILLIS).contains(&now.since(at)))
    }

    fn shows(&self, fingerprint: &str) -> bool {
        self.removed_at.is_none() && self.fingerprint.as_deref() == Some(fingerprint)
    }

    /// Whether a reading was overtaken on its way by what is known already: it is no newer, and something else was kept while
    /// it was under way. What is older although nothing was kept meanwhile is an answer out of Waycore's own past; after a
    /// while, a Waycore that goes back is to be believed.
    pub(super) fn overtakes(&self, reading: &Reading<'_>, now: Timestamp) -> Option<Overtaken> {
        if self.shows(reading.fingerprint) {
            return None;
        }
        let moved = reading.asked_of.is_some_and(|version| version != self.version);
        let older = self.updated_at.is_some_and(|at| at > reading.updated_at);
        if (moved && (older || self.removed_at.is_some())) || (older && self.was_read_lately(now)) {
            return Some(Overtaken::ByWhatIsLater);
        }
        let newer = self.updated_at.is_some_and(|at| at < reading.updated_at);
        (moved && !newer).then_some(Overtaken::InOneMoment)
    }
}

/// A state of a connection that was just read.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// Which connection.
    pub connection: &'a ConnectionId,
    /// Stands for everything that a person sees of it.
    pub fingerprint: &'a str,
    /// Waycore's body.
    pub body: &'a str,
    /// The state in a word or three, for the history.
    pub state: &'a str,
    /// Why it was read.
    pub cause: Cause,
    /// Waycore's `updatedAt` in it.
    pub updated_at: Timestamp,
    /// The version that was known when Waycore was asked, 0 for none; `None` for what is to be believed whatever is known.
    pub asked_of: Option<u64>,
    /// What is expected to happen to it.
    pub watched: Option<Watched>,
    /// The error that Waycore reports of it, masked, for the history.
    pub error: Option<&'a str>,
}

/// What became of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// It is what is known now.
    Kept {
        /// The version that goes with it.
        version: u64,
        /// It differs from what was known until then, or nothing was.
        is_new: bool,
    },
    /// What is known stays.
    Overtaken(Overtaken),
}

/// Why a reading is not what is known now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overtaken {
    /// What is known is later than it.
    ByWhatIsLater,
    /// What is known was kept while it was under way, and by Waycore's time neither is later: whoever reads once more knows.
    InOneMoment,
}
