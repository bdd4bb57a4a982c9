//! Each customer's share of the key, which is one for all of them: calls at once, calls a second, and a circuit breaker of
//! the customer's own.

use std::{
    collections::HashMap,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::{Either, select};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::super::{customer::Customer, seams::Clock};
use super::{
    breaker::{Breaker, Scope},
    token_bucket::TokenBucket,
};

/// Calls of one customer's that are under way at once. A page makes up to nine; the others wait for their turn.
const MAX_IN_FLIGHT: usize = 8;

/// Calls of one customer's that wait for their turn; more are refused at once.
const MAX_WAITING: usize = 200;

/// Calls of one customer's in a burst, and in each second after that.
const BURST: f64 = 500.0;
const PER_SECOND: f64 = 20.0;

/// What a customer is asked to wait who has too many calls waiting already.
const CROWDED: Duration = Duration::from_secs(2);

/// With more customers than this, those that made no call lately are forgotten.
const MAX_REMEMBERED: usize = 1_000;

#[derive(Debug, Default)]
pub(in crate::client) struct Shares(Mutex<HashMap<Option<Customer>, Arc<Share>>>);

/// The share of one customer, or of the product itself, which has its own pace and is limited here by its breaker alone.
#[derive(Debug)]
pub(in crate::client) struct Share {
    pub(in crate::client) breaker: Breaker,
    /// `None` for the product itself.
    limits: Option<Limits>,
}

#[derive(Debug)]
struct Limits {
    in_flight: Arc<Semaphore>,
    waiting: AtomicUsize,
    calls: Mutex<TokenBucket>,
}

/// A call that may be made; it counts as under way until this is dropped.
#[derive(Debug)]
pub(in crate::client) struct Turn(
    #[expect(dead_code, reason = "held until it is dropped")] Option<OwnedSemaphorePermit>,
);

impl Shares {
    pub(in crate::client) fn of(&self, customer: Option<&Customer>, now: Duration) -> Arc<Share> {
        let mut shares = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shares.len() > MAX_REMEMBERED {
            shares.retain(|_, share| Arc::strong_count(share) > 1 || !share.is_idle(now));
        }
        let share = shares.entry(customer.cloned());
        Arc::clone(share.or_insert_with(|| Arc::new(Share::new(customer.is_some(), now))))
    }
}

impl Share {
    fn new(is_customers: bool, now: Duration) -> Self {
        Self { breaker: Breaker::new(Scope::Customer), limits: is_customers.then(|| Limits::new(now)) }
    }

    /// Waits for the turn of one more call, until the deadline. An error says how long to wait before another try.
    pub(in crate::client) async fn turn(
        &self,
        clock: &dyn Clock,
        deadline: Duration,
    ) -> Result<Turn, Duration> {
        match &self.limits {
            None => Ok(Turn(None)),
            Some(limits) => limits.turn(clock, deadline).await,
        }
    }

    fn is_idle(&self, now: Duration) -> bool {
        self.breaker.is_idle(now) && self.limits.as_ref().is_none_or(|limits| limits.calls().is_full(now))
    }
}

impl Limits {
    fn new(now: Duration) -> Self {
        Self {
            in_flight: Arc::new(Semaphore::new(MAX_IN_FLIGHT)),
            waiting: AtomicUsize::new(0),
            calls: Mutex::new(TokenBucket::new(BURST, PER_SECOND, now)),
        }
    }

    async fn turn(&self, clock: &dyn Clock, deadline: Duration) -> Result<Turn, Duration> {
        let _waiting = Waiting::begin(&self.waiting).ok_or(CROWDED)?;
        let acquire = pin!(Arc::clone(&self.in_flight).acquire_owned());
        let left = deadline.saturating_sub(clock.elapsed());
        let permit = match select(acquire, pin!(clock.sleep(left))).await {
            Either::Left((Ok(permit), _)) => permit,
            // The semaphore is never closed.
            Either::Left((Err(_), _)) | Either::Right(((), _)) => return Err(CROWDED),
        };
        loop {
            let taken = self.calls().take(clock.elapsed());
            match taken {
                Ok(()) => return Ok(Turn(Some(permit))),
                Err(wait) if clock.elapsed() + wait < deadline => clock.sleep(wait).await,
                Err(wait) => return Err(wait),
            }
        }
    }

    fn calls(&self) -> MutexGuard<'_, TokenBucket> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One call that waits. Its end is noted however it ends: whoever waits behind it may go away.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(waiting: &'a AtomicUsize) -> Option<Self> {
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        let begun = Self(waiting);
        (before < MAX_WAITING).then_some(begun)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
