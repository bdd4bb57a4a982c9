//! The one place that reads the time: rules take it as an argument, tests hold it still.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use domain::timestamp::Timestamp;

/// What time it is.
pub trait Clock: Send + Sync + 'static {
    /// The present moment, to the millisecond.
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A clock set before 1970 is taken for 1970: every token and cookie is then refused, none accepted.
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// What the replicas go by that share a database, because their machines' clocks may differ: the database's, of which they
/// hear now and then. Else one could take what another has just begun for long dead.
#[derive(Clone)]
pub struct DatabaseClock {
    machine: Arc<dyn Clock>,
    /// What time it was when that was heard last. In between, no clock counts that somebody could set.
    heard: Arc<Mutex<Option<(Timestamp, Instant)>>>,
}

/// By so much, and the time that an answer takes, what a replica goes by may differ: what is decided by it takes a minute.
const TOLERATED_MILLIS: i64 = 1_000;

impl DatabaseClock {
    /// By a machine's own clock, until the database's is heard of; of a file it never is.
    pub fn new(machine: Arc<dyn Clock>) -> Self {
        Self { machine, heard: Arc::default() }
    }

    /// The database was asked what time it is, `took` ago, and said that it is `theirs`.
    pub(crate) fn heard(&self, theirs: Timestamp, took: Duration) {
        let took = millis(took);
        let theirs = theirs.plus_millis(took / 2);
        let was_known = self.heard.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        if was_known && theirs.since(self.now()).saturating_abs() <= TOLERATED_MILLIS.saturating_add(took) {
            return;
        }
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some((theirs, Instant::now()));
        let offset_ms = theirs.since(self.machine.now());
        if offset_ms.saturating_abs() > TOLERATED_MILLIS.saturating_add(took) {
            tracing::warn!(offset_ms, "the database's clock counts, and this machine's is another");
        } else if was_known {
            tracing::info!(offset_ms, "the database's clock and this machine's agree");
        }
    }
}

impl Clock for DatabaseClock {
    fn now(&self) -> Timestamp {
        match *self.heard.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((then, at)) => then.plus_millis(millis(at.elapsed())),
            None => self.machine.now(),
        }
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine whose clock somebody sets.
    struct Set(Mutex<i64>);

    impl Clock for Set {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(*self.0.lock().unwrap())
        }
    }

    #[track_caller]
    fn shows(clock: &DatabaseClock, millis: i64) {
        let now = clock.now().as_millis();
        assert!((millis..millis + 800).contains(&now), "{now} is not {millis}");
    }

    #[test]
    fn the_databases_time_counts_whatever_the_machines_clock_is_set_to() {
        let machine = Arc::new(Set(Mutex::new(1_000_000)));
        let clock = DatabaseClock::new(machine.clone());
        let heard = |theirs, took| clock.heard(Timestamp::from_millis(theirs), Duration::from_millis(took));
        shows(&clock, 1_000_000);
        heard(1_600_000, 0);
        shows(&clock, 1_600_000);
        *machine.0.lock().unwrap() = 9_000_000;
        shows(&clock, 1_600_000);
        heard(1_600_900, 0);
        shows(&clock, 1_600_000);
        // It may have been true at any moment of the four seconds that the answer took.
        heard(1_603_000, 4_000);
        shows(&clock, 1_600_000);
        heard(1_000_000, 200);
        shows(&clock, 1_000_100);
    }
}
