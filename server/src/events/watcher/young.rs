//! States that may have a successor of the same `updatedAt`: Waycore's times have whole seconds.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::ids::ConnectionId;
use tokio::time::Instant;

use crate::store::WatchedConnection;

/// What changes later than this has another time.
const A_SECOND: Duration = Duration::from_secs(1);

/// Which version of each connection was known when a list was asked for.
#[derive(Debug, Default)]
pub(super) struct Young(Mutex<HashMap<ConnectionId, Known>>);

#[derive(Debug)]
struct Known {
    version: u64,
    since: Instant,
    /// A list that was asked for a second later has told of it.
    is_settled: bool,
}

impl Young {
    /// Whether a row of a list that was asked for then has to be looked at whatever its `updatedAt`; the version is the one
    /// that was known then. What is there at the beginning counts as old: it would be too much to look at.
    pub(super) fn is_young(&self, id: &ConnectionId, version: u64, asked: Instant) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = all.get_mut(id) else {
            all.insert(id.clone(), Known { version, since: asked, is_settled: true });
            return false;
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
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() > known.len() {
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
        let id = ConnectionId::parse("c1").unwrap();
        let is_young = |version| young.is_young(&id, version, Instant::now());
        assert!(!is_young(1), "nobody knows how old it is");
        assert!(is_young(2));
        assert!(is_young(2), "in the same second");
        tokio::time::advance(A_SECOND).await;
        assert!(is_young(2), "the list that can tell");
        assert!(!is_young(2));
        young.keep(&[]);
        assert!(!is_young(3), "it was forgotten");
    }
}
