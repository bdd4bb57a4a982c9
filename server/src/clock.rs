//! The one place that reads the time: rules take it as an argument, tests hold it still.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

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

/// What several replicas go by, whose machines' clocks may differ: their database's, which is asked now and then what this
/// machine's is off by. Else one of them could take what another has just begun for long dead.
#[derive(Clone)]
pub struct CommonClock {
    own: Arc<dyn Clock>,
    /// To be added to the machine's own, in milliseconds.
    apart: Arc<AtomicI64>,
}

/// By so much clocks may differ: nothing that is decided by them is decided within a second.
const TOLERATED_MILLIS: i64 = 1_000;

impl CommonClock {
    /// By a machine's own clock, until another is heard of.
    pub fn new(own: Arc<dyn Clock>) -> Self {
        Self { own, apart: Arc::default() }
    }

    /// What the machine's own clock says.
    pub(crate) fn own(&self) -> Timestamp {
        self.own.now()
    }

    /// Somebody whom all believe said that it is `theirs`, and was asked at `asked` by the machine's own clock.
    pub(crate) fn heard(&self, asked: Timestamp, theirs: Timestamp) {
        let answered = self.own.now().as_millis();
        let apart = theirs.as_millis() - answered.midpoint(asked.as_millis());
        // Within the time that the answer took, nobody knows when it was true.
        let unsure = TOLERATED_MILLIS + (answered - asked.as_millis()).abs();
        let known = self.apart.load(Ordering::Relaxed);
        if (apart - known).abs() > unsure {
            tracing::warn!(millis = apart, "this machine's clock is not the database's, which counts");
            self.apart.store(apart, Ordering::Relaxed);
        }
    }
}

impl Clock for CommonClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.own.now().as_millis() + self.apart.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says what it is told to.
    struct Told(AtomicI64);

    impl Clock for Told {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    #[test]
    fn what_a_clock_is_off_by_is_made_up_for() {
        let own = Arc::new(Told(AtomicI64::new(1_000_000)));
        let clock = CommonClock::new(own.clone());
        let now = || clock.now().as_millis();
        let at = Timestamp::from_millis;
        assert_eq!(now(), 1_000_000);
        clock.heard(at(1_000_000), at(1_000_900));
        assert_eq!(now(), 1_000_000, "near enough");
        clock.heard(at(1_000_000), at(1_600_000));
        assert_eq!(now(), 1_600_000);
        own.0.store(1_000_500, Ordering::Relaxed);
        assert_eq!(now(), 1_600_500, "and goes on");
        // Asked 4 seconds before the answer came: it may have been true at any moment of these.
        own.0.store(1_004_500, Ordering::Relaxed);
        clock.heard(at(1_000_500), at(1_604_400));
        assert_eq!(now(), 1_604_500);
        clock.heard(at(1_004_500), at(1_004_400));
        assert_eq!(now(), 1_004_400, "it was set right");
    }
}
