//! What one connection waits for, and until when it may.

use std::time::Duration;

use tokio::time::Instant;

use super::slots::{Slot, Work};
use crate::config::ConnectionLimits;

/// Below this many bytes a second a client counts as one that does not read.
const MIN_BYTES_PER_SECOND: u64 = 1_024;

/// How long a client may be slower than that.
const SLOW_READER_GRACE: Duration = Duration::from_secs(60);

/// The state of one connection.
pub(super) struct Activity {
    limits: ConnectionLimits,
    phase: Phase,
    /// The request's body is awaited.
    awaits_body: bool,
    answer: Answer,
    /// `None` once a stream has taken the socket over.
    slot: Option<Slot>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The head of a request is awaited: the first one from the start, the next ones from their first byte.
    Head {
        since: Instant,
    },
    /// Nothing of the next request has come.
    Idle {
        since: Instant,
    },
    Request,
}

/// How the client takes the answer.
#[derive(Debug, Clone, Copy, Default)]
struct Answer {
    first_blocked: Option<Instant>,
    blocked_since: Option<Instant>,
    written_since_first_blocked: u64,
}

impl Activity {
    pub(super) fn new(limits: ConnectionLimits, slot: Slot) -> Self {
        let phase = Phase::Head { since: Instant::now() };
        let mut activity =
            Self { limits, phase, awaits_body: false, answer: Answer::default(), slot: Some(slot) };
        activity.note();
        activity
    }

    pub(super) fn received(&mut self) {
        if let Phase::Idle { .. } = self.phase {
            self.phase = Phase::Head { since: Instant::now() };
        }
    }

    pub(super) fn request_began(&mut self) {
        self.phase = Phase::Request;
        self.answer = Answer::default();
        self.note();
    }

    pub(super) fn awaits_body(&mut self, awaits_body: bool) {
        self.awaits_body = awaits_body;
        self.note();
    }

    pub(super) fn request_ended(&mut self) {
        self.phase = Phase::Idle { since: Instant::now() };
        self.awaits_body = false;
        self.note();
    }

    pub(super) fn write_blocked(&mut self) {
        let now = Instant::now();
        self.answer.first_blocked.get_or_insert(now);
        self.answer.blocked_since.get_or_insert(now);
        self.note();
    }

    pub(super) fn wrote(&mut self, bytes: usize) {
        if self.answer.first_blocked.is_some() {
            self.answer.written_since_first_blocked += bytes as u64;
        }
        // What is left of an answer is written after its request has ended.
        if let Phase::Idle { since } = &mut self.phase {
            *since = Instant::now();
        }
        if self.answer.blocked_since.take().is_some() {
            self.note();
        }
    }

    /// When the connection has to end unless something happens before.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let writing = self.answer.deadline(self.limits.write);
        writing.or(match self.phase {
            Phase::Head { since } => Some(since + self.limits.head),
            Phase::Idle { since } => Some(since + self.limits.keep_alive),
            Phase::Request => None,
        })
    }

    /// Returns true if it is the client that keeps the connection waiting.
    pub(super) fn may_be_closed(&self) -> bool {
        self.work() != Work::Answering
    }

    pub(super) fn take_slot(&mut self) -> Option<Slot> {
        let mut slot = self.slot.take()?;
        slot.set(Work::Answering);
        Some(slot)
    }

    fn work(&self) -> Work {
        match self.phase {
            _ if self.awaits_body || self.answer.blocked_since.is_some() => Work::Stalled,
            Phase::Request => Work::Answering,
            Phase::Head { .. } | Phase::Idle { .. } => Work::Idle,
        }
    }

    fn note(&mut self) {
        let work = self.work();
        if let Some(slot) = &mut self.slot {
            slot.set(work);
        }
    }
}

impl Answer {
    fn deadline(&self, limit: Duration) -> Option<Instant> {
        let (first, since) = self.first_blocked.zip(self.blocked_since)?;
        let earned = Duration::from_secs(self.written_since_first_blocked / MIN_BYTES_PER_SECOND);
        Some((since + limit).min(first + SLOW_READER_GRACE + earned))
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::super::slots::Slots;
    use super::*;

    fn activity() -> Activity {
        let slot = Slots::new(1, 0).admit().expect("room");
        Activity::new(ConnectionLimits::default(), slot)
    }

    fn seconds_left(activity: &Activity) -> Option<u64> {
        activity.deadline().map(|at| at.duration_since(Instant::now()).as_secs())
    }

    async fn pass(seconds: u64) {
        advance(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_ten_seconds_and_an_idle_connection_longer_than_any_common_proxy_keeps_it() {
        let mut activity = activity();
        assert_eq!(seconds_left(&activity), Some(10), "the first head, from the start");
        pass(4).await;
        activity.received();
        assert_eq!(seconds_left(&activity), Some(6), "bytes do not extend it");
        activity.request_began();
        assert_eq!(seconds_left(&activity), None);
        pass(30).await;
        activity.request_ended();
        assert_eq!(seconds_left(&activity), Some(90));
        pass(80).await;
        activity.received();
        assert_eq!(seconds_left(&activity), Some(10), "the next head, from its first byte");
        activity.request_began();
        assert!(!activity.may_be_closed(), "a client waits for the answer");
        activity.awaits_body(true);
        assert!(activity.may_be_closed(), "it is the client who keeps it waiting");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_nothing_has_twenty_seconds_and_one_that_reads_slowly_a_minute() {
        let mut activity = activity();
        activity.request_began();
        activity.wrote(1_000_000);
        activity.write_blocked();
        assert_eq!(seconds_left(&activity), Some(20));
        assert!(activity.may_be_closed());
        pass(15).await;
        activity.write_blocked();
        assert_eq!(seconds_left(&activity), Some(5), "asking again is no progress");
        activity.wrote(1);
        assert_eq!(seconds_left(&activity), None);
        // A byte every 15 seconds.
        for expected in [20, 20, 15] {
            activity.write_blocked();
            assert_eq!(seconds_left(&activity), Some(expected));
            pass(15).await;
            activity.wrote(1);
        }
        // Half a megabyte in this time would do.
        activity.wrote(500_000);
        activity.write_blocked();
        assert_eq!(seconds_left(&activity), Some(20));
        // The rest of an answer is still to be taken when its request has ended.
        activity.request_ended();
        for _ in 0..10 {
            assert_eq!(seconds_left(&activity), Some(20));
            pass(15).await;
            activity.wrote(20_000);
            assert_eq!(seconds_left(&activity), Some(90));
            activity.write_blocked();
        }
    }
}
