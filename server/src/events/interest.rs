//! What people look at, so that whoever watches for everybody knows what to watch. Each replica tells the others.

use std::collections::HashMap;
use std::time::Duration;

use domain::ids::ConnectionId;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::config::Environment;

/// How many connections are read one by one; more than these are found by a list.
pub(super) const MOST_SINGLES: usize = 20;

/// A replica that was not heard of for so long is not there.
const HEARD_OF_WITHIN: Duration = Duration::from_secs(6);

/// How often a replica says it again.
pub(super) const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// What the people on one replica look at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Interest {
    /// Somebody waits for an activation.
    pub(super) activations: bool,
    /// Connections in draft that somebody waits for; at most one more than are read one by one.
    pub(super) drafts: Vec<ConnectionId>,
    /// Connections whose data is being fetched, whose page is open; likewise.
    #[serde(default)]
    pub(super) syncs: Vec<ConnectionId>,
    /// Connections that no list of those that wait has, whose page is open; likewise.
    pub(super) alone: Vec<ConnectionId>,
}

/// One replica's word.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Told {
    replica: String,
    environment: String,
    interest: Interest,
}

impl Interest {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn add(&mut self, other: &Self) {
        self.activations |= other.activations;
        for (mine, theirs) in [
            (&mut self.drafts, &other.drafts),
            (&mut self.syncs, &other.syncs),
            (&mut self.alone, &other.alone),
        ] {
            for id in theirs {
                if mine.len() <= MOST_SINGLES && !mine.contains(id) {
                    mine.push(id.clone());
                }
            }
        }
    }

    /// Adds a connection to one of the lists, which stay short.
    pub(super) fn note(list: &mut Vec<ConnectionId>, id: &ConnectionId) {
        if list.len() <= MOST_SINGLES && !list.contains(id) {
            list.push(id.clone());
        }
    }
}

impl Told {
    pub(super) fn by(replica: &str, environment: Environment, interest: &Interest) -> String {
        let told = Self {
            replica: replica.to_owned(),
            environment: environment.as_str().to_owned(),
            interest: interest.clone(),
        };
        serde_json::to_string(&told).unwrap_or_default()
    }
}

/// What every replica said last.
#[derive(Debug, Default)]
pub(super) struct Everybody(HashMap<String, (Interest, Instant)>);

impl Everybody {
    /// What cannot be read is of a newer replica, and no interest.
    pub(super) fn heard(&mut self, text: &str, environment: Environment) {
        let Ok(told) = serde_json::from_str::<Told>(text) else { return };
        if told.environment == environment.as_str() {
            self.0.insert(told.replica, (told.interest, Instant::now()));
        }
    }

    /// Of all replicas that are there.
    pub(super) fn interest(&mut self) -> Interest {
        self.0.retain(|_, (_, at)| at.elapsed() < HEARD_OF_WITHIN);
        let mut all = Interest::default();
        for (interest, _) in self.0.values() {
            all.add(interest);
        }
        // So that what happens again happens the same way, whichever replica is which.
        all.drafts.sort();
        all.syncs.sort();
        all.alone.sort();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> ConnectionId {
        ConnectionId::parse(format!("c{number}")).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn all_replicas_count_as_long_as_they_are_there() {
        let mut everybody = Everybody::default();
        let drafts = |range: std::ops::Range<usize>| Interest {
            drafts: range.map(id).collect(),
            ..Interest::default()
        };
        everybody.heard(&Told::by("one", Environment::Live, &drafts(0..15)), Environment::Live);
        everybody.heard(&Told::by("two", Environment::Test, &drafts(50..60)), Environment::Live);
        everybody.heard("nonsense", Environment::Live);
        assert_eq!(everybody.interest().drafts.len(), 15);
        tokio::time::advance(Duration::from_secs(4)).await;
        everybody.heard(&Told::by("two", Environment::Live, &drafts(10..60)), Environment::Live);
        assert_eq!(everybody.interest().drafts.len(), MOST_SINGLES + 1, "enough to know that they are many");
        tokio::time::advance(Duration::from_secs(4)).await;
        assert_eq!(everybody.interest().drafts.first(), Some(&id(10)), "one is not there any more");
    }
}
