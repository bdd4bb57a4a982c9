//! How often Waycore is read for everybody: its reads are the scarce thing, and most of them are for people.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as AsyncMutex;
use tokio::time::{Instant, sleep_until};
use waycore::{Error, RetryAfter};

use crate::failure::Failure;

/// Ten a second for lists, and for what is read because people wait; what a delivery tells of is read at once, each
/// connection once a second (see `inbox`). The documents name no limit of a key; should it be as low as the fifty a second
/// that one customer may ask of us, four in five of it are left to people.
const PAUSE: Duration = Duration::from_millis(100);

/// After a failure of Waycore's that named no time.
const FIRST_REST: Duration = Duration::from_secs(1);

/// How long an answer says that Waycore works.
const A_MOMENT: Duration = Duration::from_secs(5);

/// Once it works again, everything is right within ten seconds.
const LONGEST_REST: Duration = Duration::from_secs(4);

/// When the next read may begin.
#[derive(Debug)]
pub(super) struct Pace {
    times: Mutex<Times>,
    /// Whoever reads for one customer or one connection alone waits here.
    behind: AsyncMutex<()>,
}

#[derive(Debug)]
struct Times {
    next: Instant,
    /// The key as a whole has to wait until then.
    rest_until: Instant,
    rest: Duration,
    failures_in_a_row: u32,
    /// When it last answered.
    well_at: Option<Instant>,
}

impl Pace {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        let times =
            Times { next: now, rest_until: now, rest: FIRST_REST, failures_in_a_row: 0, well_at: None };
        Self { times: Mutex::new(times), behind: AsyncMutex::default() }
    }

    fn times<T>(&self, look: impl FnOnce(&mut Times) -> T) -> T {
        look(&mut self.times.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether Waycore can be asked at all.
    pub(super) fn may_ask(&self) -> bool {
        self.times(|times| times.rest_until <= Instant::now())
    }

    /// Waits for the next read. An error: the key was told to rest meanwhile.
    pub(super) async fn turn(&self) -> Result<(), Error> {
        let turn = self.times(|times| {
            let turn = times.next.max(Instant::now());
            times.next = turn + PAUSE;
            turn
        });
        sleep_until(turn).await;
        let rest = self.times(|times| times.rest_until.saturating_duration_since(Instant::now()));
        if rest.is_zero() { Ok(()) } else { Err(Error::CircuitOpen { retry_after: RetryAfter::new(rest) }) }
    }

    /// The same, for what is read for one customer or one connection alone. However many of them wait, what serves everybody
    /// waits for one at most.
    pub(super) async fn turn_behind(&self) -> Result<(), Error> {
        let _one_at_a_time = self.behind.lock().await;
        self.turn().await
    }

    /// It answered.
    pub(super) fn went_well(&self) {
        self.times(|times| {
            (times.rest, times.failures_in_a_row, times.well_at) = (FIRST_REST, 0, Some(Instant::now()));
        });
    }

    /// Whether it answered somebody a moment ago: then what fails fails by itself.
    pub(super) fn is_well(&self) -> bool {
        self.times(|times| times.well_at.is_some_and(|at| at.elapsed() < A_MOMENT))
    }

    /// It did not; `true` if that says something about Waycore and nothing about what was asked for.
    pub(super) fn failed(&self, error: &Error) -> bool {
        let named = match error {
            Error::RateLimited { retry_after } | Error::Server { retry_after, .. } => {
                retry_after.map(RetryAfter::as_duration)
            }
            Error::CircuitOpen { retry_after } => Some(retry_after.as_duration()),
            Error::Timeout | Error::Unreachable(_) | Error::Unauthorized | Error::Forbidden => None,
            Error::Invalid
            | Error::NotFound
            | Error::Conflict { .. }
            | Error::Unknown(_)
            | Error::Nonsense(_) => return false,
        };
        self.times(|times| {
            times.failures_in_a_row += 1;
            // One among others that are answered says nothing about the key.
            if named.is_none() && times.failures_in_a_row < 2 {
                return;
            }
            times.rest_until = times.rest_until.max(Instant::now() + named.unwrap_or(times.rest));
            if named.is_none() {
                times.rest = (times.rest * 2).min(LONGEST_REST);
            }
        });
        true
    }

    /// The same, of a use case.
    pub(super) fn failed_with(&self, failure: &Failure) -> bool {
        match failure {
            Failure::Waycore { error, .. } => self.failed(error),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    async fn rests_for(pace: &Pace) -> Duration {
        let began = Instant::now();
        while !pace.may_ask() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn the_key_rests_once_waycore_fails_for_more_than_one() {
        let pace = Pace::new();
        assert!(pace.failed(&Error::Timeout));
        assert!(pace.may_ask(), "one among others");
        pace.went_well();
        assert!(pace.is_well());
        assert!(pace.failed(&Error::Timeout));
        assert!(pace.may_ask());
        for rest in [1, 2, 4, 4] {
            pace.failed(&Error::Timeout);
            assert_eq!(rests_for(&pace).await, Duration::from_secs(rest));
        }
        assert!(!pace.is_well(), "nobody was answered for a while");
    }

    #[tokio::test(start_paused = true)]
    async fn a_time_that_waycore_names_is_the_keys() {
        let retry_after = Some(RetryAfter::new(Duration::from_secs(7)));
        for error in [Error::RateLimited { retry_after }, Error::Server { status: 503, retry_after }] {
            let pace = Pace::new();
            pace.failed(&error);
            assert!(
                matches!(pace.turn().await, Err(Error::CircuitOpen { .. })),
                "whoever waited for a turn hears of it"
            );
            assert_eq!(rests_for(&pace).await, Duration::from_secs(7));
            assert!(pace.turn().await.is_ok());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_that_read_for_one_do_not_stand_before_whoever_reads_for_all() {
        let (pace, began) = (Arc::new(Pace::new()), Instant::now());
        let many: Vec<_> = (0..50).map(|_| pace.clone()).collect();
        let many: Vec<_> =
            many.into_iter().map(|pace| tokio::spawn(async move { pace.turn_behind().await })).collect();
        tokio::task::yield_now().await;
        for _ in 0..20 {
            pace.turn().await.unwrap();
        }
        assert!(began.elapsed() <= Duration::from_secs(4), "{:?}", began.elapsed());
        for one in many {
            one.await.unwrap().unwrap();
        }
        assert_eq!(began.elapsed(), PAUSE * 69, "all in all ten a second");
    }

    #[tokio::test(start_paused = true)]
    async fn reads_for_everybody_are_ten_a_second() {
        let (pace, began) = (Pace::new(), Instant::now());
        for _ in 0..21 {
            pace.turn().await.unwrap();
        }
        assert_eq!(began.elapsed(), Duration::from_secs(2));
    }
}
