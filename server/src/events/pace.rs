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

/// The longest rest that a Waycore asks for which fails.
const LONGEST_NAMED_REST: Duration = Duration::from_secs(60);

/// The longest rest of all reads that one refusal can name. The refused request itself waits as long as it was told (in the
/// client); a list then finds out whether the key may read again.
const LONGEST_REFUSED_REST: Duration = Duration::from_mins(5);

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

    /// The same, for what is read for one customer or one connection alone: one at a time, so that what serves everybody waits
    /// for one at most, however many there are.
    pub(super) async fn low_priority_turn(&self) -> Result<(), Error> {
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
        let (named, at_least) = match error {
            Error::RateLimited { retry_after } => (retry_after.map(RetryAfter::as_duration), Duration::ZERO),
            Error::CircuitOpen { retry_after } => (Some(retry_after.as_duration()), Duration::ZERO),
            // The same request is not made again before that time; others are, after a while.
            Error::Server { retry_after, .. } => {
                (None, retry_after.map(RetryAfter::as_duration).unwrap_or_default().min(LONGEST_NAMED_REST))
            }
            Error::Timeout
            | Error::NoAnswer
            | Error::Unreachable(_)
            | Error::Unauthorized
            | Error::Forbidden
            | Error::NoSuchPath => (None, Duration::ZERO),
            Error::Invalid
            | Error::NotFound
            | Error::OverBudget { .. }
            | Error::Conflict { .. }
            | Error::Unknown(_)
            | Error::Nonsense(_) => return false,
        };
        self.times(|times| {
            times.failures_in_a_row += 1;
            let rest = match named {
                Some(named) => named.min(LONGEST_REFUSED_REST),
                // One among others that are answered says nothing about the key.
                None if times.failures_in_a_row < 2 => return,
                None => {
                    let rest = times.rest.max(at_least);
                    times.rest = (times.rest * 2).min(LONGEST_REST);
                    rest
                }
            };
            times.rest_until = times.rest_until.max(Instant::now() + rest);
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
    async fn a_time_that_waycore_names_is_the_keys_within_bounds() {
        for (named, rests) in [(7, 7), (300, 300), (301, 300), (86_400, 300)] {
            let retry_after = RetryAfter::new(Duration::from_secs(named));
            for error in
                [Error::RateLimited { retry_after: Some(retry_after) }, Error::CircuitOpen { retry_after }]
            {
                let pace = Pace::new();
                pace.failed(&error);
                assert!(
                    matches!(pace.turn().await, Err(Error::CircuitOpen { .. })),
                    "whoever waited for a turn hears of it"
                );
                let rested = rests_for(&pace).await.as_secs_f64();
                assert!((rested - f64::from(rests)).abs() < 0.1, "{named}: {rested}");
                assert!(pace.turn().await.is_ok());
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_time_that_a_failing_waycore_names_is_kept_unless_it_fails_for_one_alone() {
        for (named, rests) in [(20, 20), (0, 1), (86_400, 60)] {
            let pace = Pace::new();
            let retry_after = Some(RetryAfter::new(Duration::from_secs(named)));
            let error = Error::Server { status: 503, retry_after };
            pace.failed(&error);
            assert!(pace.may_ask(), "one among others");
            pace.went_well();
            pace.failed(&error);
            pace.failed(&error);
            assert_eq!(rests_for(&pace).await, Duration::from_secs(rests));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_that_read_for_one_do_not_stand_before_whoever_reads_for_all() {
        let (pace, began) = (Arc::new(Pace::new()), Instant::now());
        let many: Vec<_> = (0..50).map(|_| pace.clone()).collect();
        let many: Vec<_> = many
            .into_iter()
            .map(|pace| tokio::spawn(async move { pace.low_priority_turn().await }))
            .collect();
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
