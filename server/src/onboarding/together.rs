//! Pages of one connection that are fetched in the same moment, because all of them heard the same: one reads for all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::backend::Money;
use tokio::sync::OnceCell;
use tokio::time::sleep;

/// How long what was read is there for others. Browsers hear of a thing within a second.
const SHARED: Duration = Duration::from_secs(2);

type Readings = HashMap<Sight, Arc<OnceCell<Money>>>;

/// What is being read, or was a moment ago.
#[derive(Default)]
pub(super) struct Together(Arc<Mutex<Readings>>);

/// What exactly is looked at: nobody is given what was read before the last thing that they heard.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Sight {
    /// Whose, and through which filter.
    pub(super) context: String,
    pub(super) cursor: Option<String>,
    /// The customer's last event.
    pub(super) head: u64,
}

impl Together {
    /// What `read` finds, or what somebody else found who looked at the same.
    pub(super) async fn read(&self, sight: Sight, read: impl Future<Output = Money>) -> Money {
        self.reading(sight).get_or_init(|| read).await.clone()
    }

    fn reading(&self, sight: Sight) -> Arc<OnceCell<Money>> {
        let mut readings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reading) = readings.get(&sight) {
            return reading.clone();
        }
        let reading = Arc::new(OnceCell::new());
        readings.insert(sight.clone(), reading.clone());
        let all = Arc::clone(&self.0);
        tokio::spawn(async move {
            sleep(SHARED).await;
            all.lock().unwrap_or_else(PoisonError::into_inner).remove(&sight);
        });
        reading
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use app::backend::Region;

    use super::*;

    fn sight(context: &str, head: u64) -> Sight {
        Sight { context: context.to_owned(), cursor: None, head }
    }

    #[tokio::test(start_paused = true)]
    async fn one_reads_for_all_that_heard_the_same() {
        let (together, reads) = (Together::default(), AtomicUsize::new(0));
        let read = async |sight| {
            let slowly = async {
                reads.fetch_add(1, Ordering::Relaxed);
                sleep(Duration::from_millis(300)).await;
                Money { accounts: Region::Silent, transactions: Region::Silent, flow: Region::Silent }
            };
            together.read(sight, slowly).await
        };
        futures_util::future::join_all((0..1_000).map(|_| read(sight("acme", 7)))).await;
        assert_eq!(reads.load(Ordering::Relaxed), 1);
        read(sight("globex", 7)).await;
        assert_eq!(reads.load(Ordering::Relaxed), 2, "another customer's is another's");
        read(sight("acme", 8)).await;
        assert_eq!(reads.load(Ordering::Relaxed), 3, "something happened since");
        sleep(SHARED).await;
        assert!(together.0.lock().unwrap().is_empty(), "nothing is kept");
        read(sight("acme", 8)).await;
        assert_eq!(reads.load(Ordering::Relaxed), 4);
    }
}
