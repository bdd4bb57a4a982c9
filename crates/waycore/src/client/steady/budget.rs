//! How often may be tried again: a tenth of the calls, and one more a second.
//!
//! When Waycore is down every call fails, and trying each of them again would multiply the load that brought it down.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

const PER_CALL: f64 = 0.1;
const PER_SECOND: f64 = 1.0;

/// What a quiet time saves up at most.
const MOST: f64 = 10.0;

#[derive(Debug)]
pub(in crate::client) struct Budget(Mutex<Account>);

#[derive(Debug)]
struct Account {
    tokens: f64,
    at: Duration,
}

impl Budget {
    pub(in crate::client) fn new(now: Duration) -> Self {
        Self(Mutex::new(Account { tokens: MOST, at: now }))
    }

    /// A call was made.
    pub(in crate::client) fn called(&self, now: Duration) {
        self.with(now, |account| account.tokens = (account.tokens + PER_CALL).min(MOST));
    }

    /// Pays for another try, if there is enough.
    pub(in crate::client) fn spend(&self, now: Duration) -> bool {
        self.with(now, |account| {
            let enough = account.tokens >= 1.0;
            if enough {
                account.tokens -= 1.0;
            }
            enough
        })
    }

    fn with<T>(&self, now: Duration, act: impl FnOnce(&mut Account) -> T) -> T {
        let mut account = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.saturating_sub(account.at).as_secs_f64();
        account.tokens = (account.tokens + passed * PER_SECOND).min(MOST);
        account.at = account.at.max(now);
        act(&mut account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(100);

    fn spent(budget: &Budget, now: Duration) -> usize {
        (0..1_000).take_while(|_| budget.spend(now)).count()
    }

    #[test]
    fn a_tenth_of_the_calls_may_be_tried_again() {
        let budget = Budget::new(START);
        assert_eq!(spent(&budget, START), 10, "what was saved up");
        (0..50).for_each(|_| budget.called(START));
        assert!((4..=5).contains(&spent(&budget, START)));
    }

    #[test]
    fn and_one_a_second() {
        let budget = Budget::new(START);
        spent(&budget, START);
        assert_eq!(spent(&budget, START + Duration::from_millis(900)), 0);
        assert_eq!(spent(&budget, START + Duration::from_millis(3_000)), 3);
        assert_eq!(spent(&budget, START + Duration::from_hours(1)), 10, "no more than is saved up");
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let budget = Budget::new(START);
        spent(&budget, START);
        assert_eq!(spent(&budget, Duration::ZERO), 0);
        assert_eq!(spent(&budget, START), 0);
    }
}
