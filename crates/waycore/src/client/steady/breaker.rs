//! The circuit breaker: when nearly everything fails, nothing is sent for a while.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::super::customer::Customer;

/// Calls of so long are looked at.
const WINDOW: Duration = Duration::from_secs(10);

/// Fewer calls than this say nothing.
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

/// Whose calls a breaker holds back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::client) enum Scope {
    /// One customer's.
    Customer,
    /// Everybody's.
    Key,
}

#[derive(Debug)]
pub(in crate::client) struct Breaker {
    scope: Scope,
    circuit: Mutex<Circuit>,
}

#[derive(Debug)]
enum Circuit {
    Closed(Window),
    Open { until: Duration },
    Probing { since: Duration },
}

/// The calls of the last seconds.
#[derive(Debug, Default)]
struct Window {
    calls: VecDeque<Ended>,
    failures: usize,
}

/// A call that has ended.
#[derive(Debug)]
struct Ended {
    at: Duration,
    customer: Option<Customer>,
    failed: bool,
}

impl Scope {
    /// Of how many customers calls have to fail. One customer's bad bank must not keep everybody out.
    fn failing_customers(self) -> usize {
        match self {
            Self::Customer => 1,
            Self::Key => 3,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Key => "key",
        }
    }
}

impl Breaker {
    pub(in crate::client) fn new(scope: Scope) -> Self {
        Self { scope, circuit: Mutex::new(Circuit::Closed(Window::default())) }
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

    /// A call ended that was made for this customer. `spread` is from 0 up to 1.
    pub(in crate::client) fn record(
        &self,
        now: Duration,
        customer: Option<&Customer>,
        failed: bool,
        spread: f64,
    ) {
        let mut circuit = self.circuit();
        let opens = match &mut *circuit {
            Circuit::Closed(window) => {
                window.add(Ended { at: now, customer: customer.cloned(), failed });
                window.is_failing(self.scope)
            }
            Circuit::Probing { .. } => failed,
            // A call that was under way when it opened.
            Circuit::Open { .. } => return,
        };
        let scope = self.scope.name();
        if opens {
            tracing::warn!(scope, "circuit breaker opened: Waycore fails");
            *circuit = Circuit::Open { until: now + OPEN.mul_f64(1.0 + spread.clamp(0.0, 1.0) / 2.0) };
        } else if let Circuit::Probing { .. } = &*circuit {
            tracing::info!(scope, "circuit breaker closed: Waycore answers again");
            *circuit = Circuit::Closed(Window::default());
        }
    }

    /// Whether it has nothing to remember.
    pub(super) fn is_idle(&self, now: Duration) -> bool {
        match &*self.circuit() {
            Circuit::Closed(window) => {
                window.calls.back().is_none_or(|last| now.saturating_sub(last.at) > WINDOW)
            }
            Circuit::Open { .. } | Circuit::Probing { .. } => false,
        }
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    fn add(&mut self, ended: Ended) {
        let now = ended.at;
        self.failures += usize::from(ended.failed);
        self.calls.push_back(ended);
        while let Some(oldest) = self.calls.pop_front_if(|oldest| now.saturating_sub(oldest.at) > WINDOW) {
            self.failures -= usize::from(oldest.failed);
        }
    }

    fn is_failing(&self, scope: Scope) -> bool {
        self.calls.len() >= ENOUGH
            && self.failures * 100 >= self.calls.len() * TOO_MANY
            && self.failing_customers() >= scope.failing_customers()
    }

    fn failing_customers(&self) -> usize {
        let failed = self.calls.iter().filter(|ended| ended.failed);
        failed.map(|ended| &ended.customer).collect::<HashSet<_>>().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000);

    fn after(breaker: &Breaker, failures: usize, successes: usize) -> BreakerState {
        (0..successes).for_each(|_| breaker.record(NOW, None, false, 0.0));
        (0..failures).for_each(|_| breaker.record(NOW, None, true, 0.0));
        breaker.state(NOW)
    }

    fn of_one() -> Breaker {
        Breaker::new(Scope::Customer)
    }

    #[test]
    fn it_opens_when_many_calls_fail_and_few_do_not() {
        assert_eq!(after(&of_one(), 19, 0), BreakerState::Closed, "too few to say");
        assert_eq!(after(&of_one(), 20, 0), BreakerState::Open { remaining: OPEN });
        assert_eq!(after(&of_one(), 39, 10), BreakerState::Closed, "a fifth works");
        assert_eq!(after(&of_one(), 40, 10), BreakerState::Open { remaining: OPEN });
    }

    #[test]
    fn the_keys_opens_only_when_calls_of_several_customers_fail() {
        for (customers, opens) in [(1, false), (2, false), (3, true), (20, true)] {
            let breaker = Breaker::new(Scope::Key);
            for call in 0..60 {
                let customer = Customer::new(&(call % customers).to_string());
                breaker.record(NOW, Some(&customer), true, 0.0);
            }
            assert_eq!(breaker.state(NOW) != BreakerState::Closed, opens, "{customers}");
        }
    }

    #[test]
    fn failures_of_long_ago_do_not_count() {
        let breaker = of_one();
        after(&breaker, 19, 0);
        assert!(!breaker.is_idle(NOW) && breaker.is_idle(NOW + WINDOW * 2));
        breaker.record(NOW + WINDOW * 2, None, true, 0.0);
        assert_eq!(breaker.state(NOW + WINDOW * 2), BreakerState::Closed);
    }

    #[test]
    fn one_call_looks_whether_it_is_over() {
        let breaker = of_one();
        after(&breaker, 20, 0);
        assert_eq!(breaker.admit(NOW), Err(OPEN));
        let later = NOW + OPEN;
        assert_eq!(breaker.state(later), BreakerState::HalfOpen);
        assert_eq!(breaker.admit(later), Ok(()));
        assert_eq!(breaker.admit(later), Err(OPEN), "only one");
        breaker.record(later, None, true, 1.0);
        assert_eq!(breaker.state(later), BreakerState::Open { remaining: OPEN * 3 / 2 });
        let later = later + OPEN * 2;
        assert_eq!(breaker.admit(later), Ok(()));
        breaker.record(later, None, false, 0.0);
        assert_eq!((breaker.state(later), breaker.admit(later)), (BreakerState::Closed, Ok(())));
    }

    #[test]
    fn a_probe_that_never_ends_does_not_keep_it_shut() {
        let breaker = of_one();
        after(&breaker, 20, 0);
        let later = NOW + OPEN;
        assert_eq!(breaker.admit(later), Ok(()));
        assert_eq!(breaker.admit(later + OPEN * 3), Ok(()));
    }
}
