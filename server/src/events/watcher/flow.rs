//! Whether Waycore's deliveries can be relied on: then a look a minute is enough, else one every five seconds. Drafts are
//! looked at every five seconds all the same, because no delivery announces the details of a delegated user.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::ids::ConnectionId;
use tokio::time::Instant;

use crate::onboarding::New;

/// So many changes have to be told of before they are found.
const ENOUGH: usize = 3;

/// Within this.
const LATELY: Duration = Duration::from_secs(5 * 60);

/// A delivery may be so much later than a look that finds the same.
const LATE: Duration = Duration::from_secs(10);

/// After a change that nobody told of.
const DOUBTED_FOR: Duration = Duration::from_secs(10 * 60);

/// More than enough.
const MOST_REMEMBERED: usize = 64;

/// What deliveries were worth lately.
#[derive(Debug, Default)]
pub(in crate::events) struct Flow(Mutex<Known>);

/// Changes of state: of those Waycore promises to tell.
#[derive(Debug, Default)]
struct Known {
    told: VecDeque<Instant>,
    /// Found by looking, and not told of in time.
    untold: VecDeque<(ConnectionId, Instant)>,
}

impl Flow {
    fn known<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A delivery that tells of a connection's state was looked into.
    pub(in crate::events) fn delivered(&self, id: &ConnectionId, new: New) {
        self.known(|known| {
            known.untold.retain(|(untold, at)| untold != id || at.elapsed() >= LATE);
            if new == New::State {
                remember(&mut known.told, Instant::now());
            }
        });
    }

    /// A change of state was found by looking.
    pub(super) fn found(&self, id: &ConnectionId) {
        self.known(|known| remember(&mut known.untold, (id.clone(), Instant::now())));
    }

    /// Whether what happens is told of.
    pub(super) fn is_reliable(&self) -> bool {
        self.known(|known| {
            known.told.retain(|at| at.elapsed() < LATELY);
            known.untold.retain(|(_, at)| at.elapsed() < DOUBTED_FOR);
            known.told.len() >= ENOUGH && known.untold.iter().all(|(_, at)| at.elapsed() < LATE)
        })
    }
}

fn remember<T>(list: &mut VecDeque<T>, new: T) {
    list.push_back(new);
    if list.len() > MOST_REMEMBERED {
        list.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn deliveries_are_relied_on_while_they_tell_of_every_change_of_state() {
        let flow = Flow::default();
        let [one, other] = ["c1", "c2"].map(|id| ConnectionId::parse(id).unwrap());
        for _ in 0..ENOUGH {
            assert!(!flow.is_reliable());
            flow.delivered(&one, New::Details);
            flow.delivered(&one, New::State);
        }
        assert!(flow.is_reliable());
        flow.found(&one);
        assert!(flow.is_reliable(), "the delivery may be on its way");
        flow.delivered(&one, New::Nothing);
        advance(LATE).await;
        assert!(flow.is_reliable(), "and it was");
        flow.found(&other);
        flow.delivered(&one, New::Nothing);
        advance(LATE).await;
        assert!(!flow.is_reliable(), "one was missing");
        flow.delivered(&other, New::Nothing);
        assert!(!flow.is_reliable(), "it came too late");
        advance(DOUBTED_FOR - LATE).await;
        assert!(!flow.is_reliable(), "none came since");
        (0..ENOUGH).for_each(|_| flow.delivered(&one, New::State));
        assert!(flow.is_reliable());
    }
}
