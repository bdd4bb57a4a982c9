//! Whether Waycore's deliveries can be relied on: then a look a minute is enough, else one every five seconds.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::ids::ConnectionId;
use tokio::time::Instant;

/// So many changes have to be told of before they are found.
const ENOUGH: usize = 3;

/// Within this.
const LATELY: Duration = Duration::from_secs(5 * 60);

/// After a change that nobody told of.
const DOUBTED_FOR: Duration = Duration::from_secs(10 * 60);

/// More than enough.
const MOST_REMEMBERED: usize = 64;

/// What deliveries were worth lately.
#[derive(Debug, Default)]
pub(in crate::events) struct Flow(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Changes that were told of.
    told: VecDeque<(ConnectionId, Instant)>,
    missed_at: Option<Instant>,
}

impl Flow {
    fn known<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A delivery was looked into.
    pub(in crate::events) fn delivered(&self, id: &ConnectionId, changed: bool) {
        if changed {
            self.known(|known| {
                known.told.push_back((id.clone(), Instant::now()));
                if known.told.len() > MOST_REMEMBERED {
                    known.told.pop_front();
                }
            });
        }
    }

    /// A change was found by looking.
    pub(super) fn found(&self) {
        self.known(|known| known.missed_at = Some(Instant::now()));
    }

    /// Whether what happens is told of.
    pub(super) fn is_reliable(&self) -> bool {
        self.known(|known| {
            known.told.retain(|(_, at)| at.elapsed() < LATELY);
            known.told.len() >= ENOUGH && known.missed_at.is_none_or(|at| at.elapsed() >= DOUBTED_FOR)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn deliveries_are_relied_on_while_they_tell_of_everything() {
        let flow = Flow::default();
        let id = ConnectionId::parse("c1").unwrap();
        tokio::time::advance(DOUBTED_FOR).await;
        for _ in 0..ENOUGH {
            assert!(!flow.is_reliable());
            flow.delivered(&id, true);
        }
        flow.delivered(&id, false);
        assert!(flow.is_reliable());
        flow.found();
        assert!(!flow.is_reliable(), "one was missing");
        tokio::time::advance(DOUBTED_FOR).await;
        assert!(!flow.is_reliable(), "and none came since");
    }
}
