//! How often may be tried again: a tenth of the calls, and one more a second.
//!
//! When Waycore is down every call fails, and trying each of them again would multiply the load that brought it down.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::token_bucket::TokenBucket;

const PER_CALL: f64 = 0.1;
const PER_SECOND: f64 = 1.0;

/// What a quiet time saves up at most.
const MOST: f64 = 10.0;

#[derive(Debug)]
pub(in crate::client) struct Budget(Mutex<TokenBucket>);

impl Budget {
    pub(in crate::client) fn new(now: Duration) -> Self {
        Self(Mutex::new(TokenBucket::new(MOST, PER_SECOND, now)))
    }

    /// A call was made.
    pub(in crate::client) fn called(&self) {
        self.tokens().add(PER_CALL);
    }

    /// Pays for another try, if there is enough.
    pub(in crate::client) fn spend(&self, now: Duration) -> bool {
        self.tokens().take(now).is_ok()
    }

    fn tokens(&self) -> MutexGuard<'_, TokenBucket> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        (0..50).for_each(|_| budget.called());
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
