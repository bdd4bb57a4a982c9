//! Whether the server should get requests: what `/readyz` answers.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::store::Store;

/// Probes of several load balancers share one look at the database.
const CHECKED_EVERY: Duration = Duration::from_secs(1);

/// Why the server is not ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// It is about to end.
    #[error("the server is shutting down")]
    ShuttingDown,
    /// The database fails.
    #[error("the database does not answer")]
    Database,
}

/// Answers the readiness probe. Cheap to clone.
#[derive(Clone)]
pub struct Readiness {
    store: Arc<dyn Store>,
    withdrawn: CancellationToken,
    last: Last,
}

impl Readiness {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, withdrawn: CancellationToken::new(), last: Last::default() }
    }

    /// Says from now on that the server is not ready, so that load balancers stop sending requests before it ends.
    pub fn withdraw(&self) {
        self.withdrawn.cancel();
    }

    /// Checks the database, unless that was done within the last second. Waycore being down is no reason to be unready.
    ///
    /// # Errors
    /// Why the server is not ready.
    pub async fn check(&self) -> Result<(), NotReady> {
        if self.withdrawn.is_cancelled() {
            return Err(NotReady::ShuttingDown);
        }
        let check = async {
            self.store.check().await.map_err(|error| {
                tracing::error!(error = &error as &dyn std::error::Error, "database check failed");
                NotReady::Database
            })
        };
        self.last.get_or(check).await
    }
}

type Outcome = Result<(), NotReady>;

/// The outcome of the last check, and when it was made.
#[derive(Clone, Default)]
struct Last(Arc<Mutex<Option<(Instant, Outcome)>>>);

impl Last {
    /// Whoever waits for the lock gets the outcome of the check that holds it.
    async fn get_or(&self, check: impl Future<Output = Outcome>) -> Outcome {
        let mut last = self.0.lock().await;
        if let Some((_, outcome)) = last.filter(|(at, _)| at.elapsed() < CHECKED_EVERY) {
            return outcome;
        }
        let outcome = check.await;
        *last = Some((Instant::now(), outcome));
        outcome
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_check_is_shared_for_a_second() {
        let (last, checks) = (Last::default(), Cell::new(0));
        let check = async |outcome| {
            let counted = async {
                checks.set(checks.get() + 1);
                tokio::time::sleep(Duration::from_millis(100)).await;
                outcome
            };
            last.get_or(counted).await
        };
        let failed = Err(NotReady::Database);
        let together = tokio::join!(check(Ok(())), check(failed), check(failed));
        assert_eq!((together, checks.get()), ((Ok(()), Ok(()), Ok(())), 1));
        tokio::time::advance(Duration::from_millis(900)).await;
        assert_eq!((check(failed).await, checks.get()), (Ok(()), 1));
        tokio::time::advance(Duration::from_millis(100)).await;
        assert_eq!((check(failed).await, checks.get()), (failed, 2));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(
            (check(Ok(())).await, checks.get()),
            (Ok(()), 3),
            "a failure is not remembered for longer"
        );
    }
}
