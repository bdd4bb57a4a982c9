//! Waycore's catalog of banks, mirrored in memory, so that a search answers while somebody types, with typos too.
//!
//! It is read page by page, at most so many, and anew every hour. While there is none, Waycore's own search answers; where
//! the catalog is longer than what is held, it is asked for the rest.

mod haystack;
mod look_alikes;
mod search;
mod words;

use std::sync::{Arc, PoisonError, RwLock};
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;
use waycore::client::paging::{self, Listing};

use super::UseCases;
use super::catalog::Found;
use crate::failure::{Call, Failure};

pub(super) use search::Catalog;

/// Banks come and go by the month.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// After a failure.
const AGAIN: Duration = Duration::from_secs(60);

/// At 500 banks a page: twenty thousand.
const PAGES: usize = 40;

/// The mirror, if there is one by now.
pub(super) struct Mirror {
    catalog: RwLock<Option<Arc<Catalog>>>,
    /// Searches that may run at once.
    searches: Arc<Semaphore>,
}

impl Default for Mirror {
    /// Searches get half of the processors.
    fn default() -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        let searches = Arc::new(Semaphore::new((processors / 2).max(1)));
        Self { catalog: RwLock::default(), searches }
    }
}

impl Mirror {
    pub(super) fn catalog(&self) -> Option<Arc<Catalog>> {
        self.catalog.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Searches in the catalog, if there is one. The work is done on threads of its own, a few at a time, so that those which
    /// answer requests stay free, however many people type.
    pub(super) async fn search<T: Send + 'static>(
        &self,
        search: impl FnOnce(&Catalog) -> T + Send + 'static,
    ) -> Result<Option<T>, Failure> {
        let Some(catalog) = self.catalog() else { return Ok(None) };
        let permit = Arc::clone(&self.searches).acquire_owned().await.map_err(|_| Failure::Broken)?;
        let search = move || {
            // Until the end of the search, also where nobody waits for it any more.
            let _permit = permit;
            search(&catalog)
        };
        spawn_blocking(search).await.map(Some).map_err(|_| Failure::Broken)
    }

    /// `whole`: the catalog has no more banks than these.
    async fn hold(&self, found: Found, whole: bool) -> Result<(), Failure> {
        let catalog = spawn_blocking(move || Arc::new(Catalog::new(found, whole))).await;
        let catalog = catalog.map_err(|_| Failure::Broken)?;
        *self.catalog.write().unwrap_or_else(PoisonError::into_inner) = Some(catalog);
        Ok(())
    }
}

impl UseCases {
    /// Keeps the mirror fresh until the end.
    pub(super) async fn keep_mirror(self: Arc<Self>, shutdown: CancellationToken) {
        let keep = async {
            loop {
                let pause = match self.mirror().await {
                    Ok(()) => EVERY,
                    Err(failure) => {
                        tracing::warn!(
                            %failure,
                            "the catalog cannot be mirrored; Waycore's own search answers"
                        );
                        AGAIN
                    }
                };
                tokio::time::sleep(pause).await;
            }
        };
        tokio::select! {
            () = keep => {}
            () = shutdown.cancelled() => {}
        }
    }

    /// Reads the catalog and holds it from then on.
    pub(super) async fn mirror(&self) -> Result<(), Failure> {
        let (found, whole) = self.read_catalog().await?;
        let (banks, left_out) = (found.banks.len(), found.unreadable);
        tracing::info!(banks, whole, "bank catalog loaded");
        if left_out > 0 {
            tracing::warn!(left_out, "bank catalog loaded without unreadable banks");
        }
        self.mirror.hold(found, whole).await
    }

    /// The catalog, as much of it as is held, and whether that is all.
    async fn read_catalog(&self) -> Result<(Found, bool), Failure> {
        let listing = paging::listing(PAGES, |cursor| async move {
            self.waycore.search_institutions("", 500, cursor.as_deref()).await
        });
        let Listing { rows, unreadable, is_whole } =
            listing.await.map_err(Failure::of(Call::SearchInstitutions))?;
        Ok((Found::of(&rows, unreadable.len()), is_whole))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::thread;

    use tokio::task::JoinSet;

    use super::*;

    async fn holding_a_catalog() -> Arc<Mirror> {
        let mirror = Arc::new(Mirror::default());
        mirror.hold(Found::default(), true).await.expect("a catalog");
        mirror
    }

    /// In these tests one thread answers everybody, that of the test.
    #[tokio::test]
    async fn a_search_runs_on_no_thread_that_answers_requests() {
        let searched_on = holding_a_catalog().await.search(|_| thread::current().id()).await;
        assert_ne!(searched_on.expect("a search"), Some(thread::current().id()));
    }

    #[tokio::test]
    async fn no_more_searches_run_at_once_than_there_are_places() {
        let mirror = holding_a_catalog().await;
        let places = mirror.searches.available_permits();
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (begun, mut begins) = tokio::sync::mpsc::unbounded_channel();
        let mut searches = JoinSet::new();
        let mut ends = Vec::new();
        for _ in 0..places + 3 {
            let (end, ended) = mpsc::channel::<()>();
            ends.push(end);
            let (mirror, running, most, begun) =
                (mirror.clone(), running.clone(), most.clone(), begun.clone());
            searches.spawn(async move {
                let search = move |_: &Catalog| {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    begun.send(()).expect("the test waits");
                    // Until the test lets go of the other end.
                    let _ = ended.recv();
                    running.fetch_sub(1, Ordering::SeqCst);
                };
                mirror.search(search).await
            });
        }
        for _ in 0..places {
            begins.recv().await.expect("a search begins");
        }
        // Those that found no place wait, whatever they are given time for.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(running.load(Ordering::SeqCst), places);
        drop(ends);
        let found = searches.join_all().await;
        assert!(found.into_iter().all(|found| found.expect("a search").is_some()));
        assert_eq!(most.load(Ordering::SeqCst), places);
    }
}
