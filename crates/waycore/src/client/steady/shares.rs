//! Each customer's share of the key, which is one for all of them: calls at once, calls a second, and a circuit breaker of
//! the customer's own. Of that share, each of the customer's people has a part, so that nobody takes it from their colleagues.

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

use super::super::{
    customer::{Customer, Payer, Person},
    seams::Clock,
};
use super::{
    breaker::{Breaker, Scope},
    token_bucket::TokenBucket,
};

/// What one customer, or one person, may have of the key.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    /// Calls that are under way at once. A page makes up to nine; the others wait for their turn.
    in_flight: usize,
    /// Calls that wait for their turn; more are refused at once.
    waiting: usize,
    /// Calls in a burst, and in each second after that.
    burst: f64,
    per_second: f64,
}

const OF_CUSTOMER: Allowance = Allowance { in_flight: 8, waiting: 200, burst: 500.0, per_second: 20.0 };

/// Less than the customer's in everything, so that something is always left for a colleague.
const OF_PERSON: Allowance = Allowance { in_flight: 6, waiting: 100, burst: 300.0, per_second: 12.0 };

/// What a customer is asked to wait who has too many calls waiting already.
const CROWDED: Duration = Duration::from_secs(2);

/// Above these numbers, the limits of idle customers, or of one customer's idle people, are dropped.
const MAX_REMEMBERED: usize = 1_000;
const MAX_REMEMBERED_PEOPLE: usize = 100;

#[derive(Debug, Default)]
pub(in crate::client) struct Shares(Mutex<HashMap<Option<Customer>, Arc<Share>>>);

/// The share of one customer, or of the product itself, which has its own pace and is limited here by its breaker alone.
#[derive(Debug)]
pub(in crate::client) struct Share {
    pub(in crate::client) breaker: Breaker,
    /// `None` for the product itself.
    limits: Option<Limits>,
    people: Mutex<HashMap<Person, Arc<Limits>>>,
}

#[derive(Debug)]
struct Limits {
    allowance: Allowance,
    in_flight: Arc<Semaphore>,
    waiting: AtomicUsize,
    calls: Mutex<TokenBucket>,
}

/// A call that may be made; it counts as under way until this is dropped.
#[derive(Debug)]
pub(in crate::client) struct Turn {
    _customers: Option<OwnedSemaphorePermit>,
    _persons: Option<OwnedSemaphorePermit>,
}

impl Shares {
    pub(in crate::client) fn of(&self, payer: Option<&Payer>, now: Duration) -> Arc<Share> {
        let customer = payer.map(|payer| &payer.customer);
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
        let limits = is_customers.then(|| Limits::new(OF_CUSTOMER, now));
        Self { breaker: Breaker::new(Scope::Customer), limits, people: Mutex::default() }
    }

    /// Waits for the turn of one more call, until the deadline. An error says how long to wait before another try.
    pub(in crate::client) async fn turn(
        &self,
        payer: Option<&Payer>,
        clock: &dyn Clock,
        deadline: Duration,
    ) -> Result<Turn, Duration> {
        // The person's first: whoever waits for their own turn holds nothing of the others'.
        let person = payer.and_then(|payer| payer.person.as_ref()).map(|person| self.person(person, clock));
        let persons = match &person {
            Some(limits) => Some(limits.turn(clock, deadline).await?),
            None => None,
        };
        let customers = match &self.limits {
            Some(limits) => Some(limits.turn(clock, deadline).await?),
            None => None,
        };
        Ok(Turn { _customers: customers, _persons: persons })
    }

    fn person(&self, person: &Person, clock: &dyn Clock) -> Arc<Limits> {
        let now = clock.elapsed();
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        if people.len() > MAX_REMEMBERED_PEOPLE {
            people.retain(|_, limits| Arc::strong_count(limits) > 1 || !limits.is_idle(now));
        }
        let limits = people.entry(person.clone());
        Arc::clone(limits.or_insert_with(|| Arc::new(Limits::new(OF_PERSON, now))))
    }

    fn is_idle(&self, now: Duration) -> bool {
        self.breaker.is_idle(now) && self.limits.as_ref().is_none_or(|limits| limits.is_idle(now))
    }
}

impl Limits {
    fn new(allowance: Allowance, now: Duration) -> Self {
        Self {
            allowance,
            in_flight: Arc::new(Semaphore::new(allowance.in_flight)),
            waiting: AtomicUsize::new(0),
            calls: Mutex::new(TokenBucket::new(allowance.burst, allowance.per_second, now)),
        }
    }

    /// Whether no call was made lately, and none is under way.
    fn is_idle(&self, now: Duration) -> bool {
        self.in_flight.available_permits() == self.allowance.in_flight && self.calls().is_full(now)
    }

    async fn turn(&self, clock: &dyn Clock, deadline: Duration) -> Result<OwnedSemaphorePermit, Duration> {
        let _waiting = Waiting::begin(&self.waiting, self.allowance.waiting).ok_or(CROWDED)?;
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
                Ok(()) => return Ok(permit),
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
    fn begin(waiting: &'a AtomicUsize, max: usize) -> Option<Self> {
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        let begun = Self(waiting);
        (before < max).then_some(begun)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
