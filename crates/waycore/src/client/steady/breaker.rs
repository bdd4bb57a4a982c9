//! The circuit breaker: when nearly everything fails, nothing is sent for a while.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Calls of so long are looked at.
const WINDOW: Duration = Duration::from_secs(10);

/// Fewer calls than this say nothing: one customer's bad bank must not keep everybody out.
const ENOUGH: usize = 20;

/// Failures in a hundred calls at which it opens.
const TOO_MANY: usize = 80;

/// How long it stays open at least; up to half as much more, so that replicas do not come back together.
const OPEN: Duration = Duration::from_secs(5);

/// Whether calls go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// They do.
    Closed,
    /// They do not, for so long.
    Open { remaining: Duration },
    /// One does, to see whether Waycore is back; the others do not.
    HalfOpen,
}

#[derive(Debug)]
pub(in crate::client) struct Breaker(Mutex<Circuit>);

#[derive(Debug)]
enum Circuit {
    /// When calls ended, and whether they failed.
    Closed(VecDeque<(Duration, bool)>),
    Open {
        until: Duration,
    },
    Probing {
        since: Duration,
    },
}

impl Breaker {
    pub(in crate::client) fn new() -> Self {
        Self(Mutex::new(Circuit::Closed(VecDeque::new())))
    }

    pub(in crate::client) fn state(&self, now: Duration) -> BreakerState {
        match &*self.circuit() {
            Circuit::Closed(_) => BreakerState::Closed,
            Circuit::Open { until } if *until > now => BreakerState::Open { remaining: *until - now },
            Circuit::Open { .. } | Circuit::Probing { .. } => BreakerState::HalfOpen,
        }
    }

    /// Lets a call out, or says how long to wait.
    pub(in crate::client) fn admit(&self, now: Duration) -> Result<(), Duration> {
        let mut circuit = self.circuit();
        match &*circuit {
            Circuit::Closed(_) => Ok(()),
            Circuit::Open { until } if *until > now => Err(*until - now),
            Circuit::Open { .. } => {
                *circuit = Circuit::Probing { since: now };
                Ok(())
            }
            // A probe whose caller went away must not keep the others out for ever.
            Circuit::Probing { since } if now.saturating_sub(*since) < 3 * OPEN => Err(OPEN),
            Circuit::Probing { .. } => {
                *circuit = Circuit::Probing { since: now };
                Ok(())
            }
        }
    }

    /// A call ended. `spread` is from 0 up to 1.
    pub(in crate::client) fn record(&self, now: Duration, failed: bool, spread: f64) {
        let mut circuit = self.circuit();
        let opens = match &mut *circuit {
            Circuit::Closed(calls) => {
                calls.push_back((now, failed));
                while calls.front().is_some_and(|(at, _)| now.saturating_sub(*at) > WINDOW) {
                    calls.pop_front();
                }
                let failures = calls.iter().filter(|(_, failed)| *failed).count();
                calls.len() >= ENOUGH && failures * 100 >= calls.len() * TOO_MANY
            }
            Circuit::Probing { .. } => failed,
            // A call that was under way when it opened.
            Circuit::Open { .. } => return,
        };
        if opens {
            tracing::warn!("Waycore fails: nothing is sent for a few seconds");
            *circuit = Circuit::Open { until: now + OPEN.mul_f64(1.0 + spread.clamp(0.0, 1.0) / 2.0) };
        } else if let Circuit::Probing { .. } = &*circuit {
            tracing::info!("Waycore answers again");
            *circuit = Circuit::Closed(VecDeque::new());
        }
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000);

    fn after(breaker: &Breaker, failures: usize, successes: usize) -> BreakerState {
        (0..successes).for_each(|_| breaker.record(NOW, false, 0.0));
        (0..failures).for_each(|_| breaker.record(NOW, true, 0.0));
        breaker.state(NOW)
    }

    #[test]
    fn it_opens_when_many_calls_fail_and_few_do_not() {
        assert_eq!(after(&Breaker::new(), 19, 0), BreakerState::Closed, "too few to say");
        assert_eq!(after(&Breaker::new(), 20, 0), BreakerState::Open { remaining: OPEN });
        assert_eq!(after(&Breaker::new(), 39, 10), BreakerState::Closed, "a fifth works");
        assert_eq!(after(&Breaker::new(), 40, 10), BreakerState::Open { remaining: OPEN });
    }

    #[test]
    fn failures_of_long_ago_do_not_count() {
        let breaker = Breaker::new();
        after(&breaker, 19, 0);
        breaker.record(NOW + WINDOW * 2, true, 0.0);
        assert_eq!(breaker.state(NOW + WINDOW * 2), BreakerState::Closed);
    }

    #[test]
    fn one_call_looks_whether_it_is_over() {
        let breaker = Breaker::new();
        after(&breaker, 20, 0);
        assert_eq!(breaker.admit(NOW), Err(OPEN));
        let later = NOW + OPEN;
        assert_eq!(breaker.state(later), BreakerState::HalfOpen);
        assert_eq!(breaker.admit(later), Ok(()));
        assert_eq!(breaker.admit(later), Err(OPEN), "only one");
        breaker.record(later, true, 1.0);
        assert_eq!(breaker.state(later), BreakerState::Open { remaining: OPEN * 3 / 2 });
        let later = later + OPEN * 2;
        assert_eq!(breaker.admit(later), Ok(()));
        breaker.record(later, false, 0.0);
        assert_eq!((breaker.state(later), breaker.admit(later)), (BreakerState::Closed, Ok(())));
    }

    #[test]
    fn a_probe_that_never_ends_does_not_keep_it_shut() {
        let breaker = Breaker::new();
        after(&breaker, 20, 0);
        let later = NOW + OPEN;
        assert_eq!(breaker.admit(later), Ok(()));
        assert_eq!(breaker.admit(later + OPEN * 3), Ok(()));
    }
}
