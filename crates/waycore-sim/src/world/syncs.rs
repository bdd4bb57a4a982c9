//! When a connection is read: once after activation, then by the platform's schedule, and when it is asked for.

use super::{connection::Connection, lifecycle::Life};

/// How long a sync takes, in virtual milliseconds.
pub(crate) const DURATION: i64 = 2_000;

/// The platform's schedule; the documents say that there is one and not how often.
const SCHEDULE: i64 = 6 * 3_600_000;

/// Syncs of the schedule that are told one by one; earlier ones have nothing to add.
const TOLD: i64 = 400;

/// The end of the last sync that is over.
pub(crate) fn last_end(connection: &Connection, now: i64) -> Option<i64> {
    let scheduled = Schedule::of(connection, now).and_then(|schedule| schedule.start(schedule.ended()? - 1));
    let asked = connection.syncs_asked.iter().copied().filter(|start| *start + DURATION <= now);
    asked.chain(scheduled).max().map(|start| start + DURATION)
}

/// The ends of syncs in `after..=until`, in order.
pub(crate) fn ends(connection: &Connection, after: i64, until: i64) -> Vec<i64> {
    let mut starts: Vec<i64> = connection.syncs_asked.clone();
    if let Some(schedule) = Schedule::of(connection, until)
        && let Some(ended) = schedule.ended()
    {
        let first = schedule.first_after(after - DURATION).max(ended - TOLD);
        starts.extend((first..ended).filter_map(|index| schedule.start(index)));
    }
    starts.sort_unstable();
    starts.dedup();
    starts.into_iter().map(|start| start + DURATION).filter(|end| *end > after && *end <= until).collect()
}

/// The end of the next sync that is known of today.
pub(crate) fn next_end(connection: &Connection, after: i64) -> Option<i64> {
    let asked = connection.syncs_asked.iter().copied().filter(|start| start + DURATION > after);
    let scheduled = Schedule::of(connection, i64::MAX)
        .filter(|_| connection.overrides.stopped_at.is_none())
        .and_then(|schedule| schedule.start(schedule.first_after(after - DURATION)));
    asked.chain(scheduled).min().map(|start| start + DURATION)
}

pub(crate) fn is_running(connection: &Connection, now: i64) -> bool {
    let runs = |start: i64| start <= now && now < start + DURATION;
    // A stopped life is not in the middle of a sync for ever.
    let scheduled = connection.overrides.stopped_at.is_none()
        && Schedule::of(connection, now)
            .and_then(|schedule| schedule.start(schedule.first_after(now - DURATION)))
            .is_some_and(runs);
    scheduled || connection.syncs_asked.iter().copied().any(runs)
}

/// The syncs that nobody asked for, numbered from the first one after activation.
struct Schedule {
    active_at: i64,
    /// No sync begins from here on.
    closes_at: i64,
    now: i64,
}

impl Schedule {
    /// `None` for a connection that was never active until `now`.
    fn of(connection: &Connection, now: i64) -> Option<Self> {
        let life = Life::of(connection);
        let now = connection.overrides.stopped_at.map_or(now, |stopped| stopped.min(now));
        let closes_at = life.trouble.map_or(i64::MAX, |(at, _)| at);
        let active_at = life.active_at.filter(|at| *at <= now)?;
        Some(Self { active_at, closes_at, now })
    }

    fn start(&self, index: i64) -> Option<i64> {
        let start = self.active_at.checked_add(index.checked_mul(SCHEDULE)?)?;
        (index >= 0 && start < self.closes_at).then_some(start)
    }

    /// The number of the first sync that begins after this moment.
    fn first_after(&self, moment: i64) -> i64 {
        (moment - self.active_at).div_euclid(SCHEDULE).saturating_add(1).max(0)
    }

    /// How many syncs are over; `None` if not even the first one is.
    fn ended(&self) -> Option<i64> {
        let last = self.closes_at.saturating_add(DURATION - 1).min(self.now);
        let ended = self.first_after(last - DURATION);
        (ended > 0).then_some(ended)
    }
}
