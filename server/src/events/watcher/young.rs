//! States that may have a successor of the same `updatedAt`: Waycore's times have whole seconds.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::ConnectionId;
use tokio::time::Instant;

use crate::store::WatchedConnection;

/// What changes later than this has another time.
const A_SECOND: Duration = Duration::from_secs(1);

/// Which version of each connection was known when a list was asked for; `None` before the first.
#[derive(Debug, Default)]
pub(super) struct Young(Mutex<Option<HashMap<ConnectionId, Known>>>);

#[derive(Debug)]
struct Known {
    version: u64,
    since: Instant,
    /// A list that was asked for a second later has told of it.
    is_settled: bool,
}

impl Young {
    fn known(&self) -> MutexGuard<'_, Option<HashMap<ConnectionId, Known>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn has_begun(&self) -> bool {
        self.known().is_some()
    }

    /// What is known at the beginning counts as old: it would be too much to look at.
    pub(super) fn begin(&self, all: &[WatchedConnection]) {
        let since = Instant::now();
        let known = all.iter().map(|WatchedConnection { id, version, .. }| {
            (id.clone(), Known { version: *version, since, is_settled: true })
        });
        *self.known() = Some(known.collect());
    }

    /// Whether a row of a list that was asked for then has to be looked at whatever its `updatedAt`; the version is the one
    /// that was known then.
    pub(super) fn is_young(&self, id: &ConnectionId, version: u64, asked: Instant) -> bool {
        let mut all = self.known();
        let all = all.get_or_insert_default();
        let Some(known) = all.get_mut(id) else {
            all.insert(id.clone(), Known { version, since: asked, is_settled: false });
            return true;
        };
        if known.version != version {
            *known = Known { version, since: asked, is_settled: false };
        }
        let is_young = !known.is_settled;
        known.is_settled |= asked - known.since >= A_SECOND;
        is_young
    }

    /// Forgets connections that are known no more.
    pub(super) fn keep(&self, known: &[WatchedConnection]) {
        if let Some(all) = &mut *self.known()
            && all.len() > known.len()
        {
            let known: HashSet<_> = known.iter().map(|known| &known.id).collect();
            all.retain(|id, _| known.contains(id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_state_is_looked_at_again_until_it_is_older_than_a_second() {
        let young = Young::default();
        let [old, new] = ["c1", "c2"].map(|id| ConnectionId::parse(id).unwrap());
        young.begin(&[WatchedConnection { id: old.clone(), updated_at: None, version: 1 }]);
        assert!(!young.is_young(&old, 1, Instant::now()), "nobody knows how old it is");
        for (id, version) in [(&old, 2), (&new, 1), (&new, 2)] {
            let is_young = || young.is_young(id, version, Instant::now());
            assert!(is_young());
            assert!(is_young(), "in the same second");
            tokio::time::advance(A_SECOND).await;
            assert!(is_young(), "the list that can tell");
            assert!(!is_young());
        }
        young.keep(&[]);
        assert!(young.is_young(&old, 2, Instant::now()), "it was forgotten");
    }
}
