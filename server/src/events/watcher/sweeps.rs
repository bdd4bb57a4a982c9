//! Which reads are due, and what they find.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use domain::ids::ConnectionId;
use domain::poll::Watched;
use domain::timestamp::Timestamp;
use futures_util::TryStreamExt as _;
use tokio::time::Instant;
use waycore::client::paging;
use waycore::wire::{Connection, ConnectionStatus};
use waycore::{Error, ListConnections};

use super::Shared;
use crate::events::interest::{Interest, MOST_SINGLES};
use crate::failure::{Call, Failure};
use crate::onboarding::Refreshed;
use crate::store::{Cause, WatchedConnection};

/// How often while somebody waits: what a page shows is never older than this and the read itself.
const LOOKED_AT: Duration = Duration::from_secs(5);

/// How often else, so that the history is right when nobody looks.
const QUIET: Duration = Duration::from_secs(60);

/// How many of those that left a list are read by one sweep; the others are still missing in the next one.
const MOST_LEFT: usize = 40;

/// A list is read whole up to so many pages of five hundred.
const PAGES: usize = 200;
const PAGE: u16 = 500;

/// When what was read last.
pub(super) struct Sweeps {
    shared: Arc<Shared>,
    activations: Due,
    drafts: Due,
    singles: Due,
}

/// When something was read last, and a shift that keeps many servers apart.
struct Due {
    last: Instant,
    shift: Duration,
}

impl Due {
    fn new() -> Self {
        Self { last: Instant::now(), shift: Duration::from_secs(fastrand::u64(0..10)) }
    }

    /// Whether it is time again. Asking notes that it is done.
    fn again(&mut self, every: Duration) -> bool {
        let every = if every == QUIET { every - self.shift } else { every };
        let due = self.last.elapsed() >= every;
        if due {
            *self = Self::new();
        }
        due
    }
}

impl Sweeps {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, activations: Due::new(), drafts: Due::new(), singles: Due::new() }
    }

    /// Does what is due, given what people look at.
    pub(super) async fn look(&mut self, interest: &Interest) {
        let looked_at = if self.shared.flow.is_reliable() { QUIET } else { LOOKED_AT };
        let often = |wanted: bool| if wanted { looked_at } else { QUIET };
        let many_drafts = interest.drafts.len() > MOST_SINGLES;
        if self.activations.again(often(interest.activations)) {
            self.done(self.shared.sweep(Watched::Activation, ConnectionStatus::PendingActivation).await);
        }
        if self.drafts.again(often(many_drafts)) {
            self.done(self.shared.sweep(Watched::Draft, ConnectionStatus::Draft).await);
        }
        let singles = interest.alone.iter().chain(&interest.drafts);
        let singles: Vec<_> = singles.filter(|_| !many_drafts).take(2 * MOST_SINGLES).cloned().collect();
        if !singles.is_empty() && self.singles.again(looked_at) {
            for id in singles {
                if self.shared.pace.may_ask() {
                    self.done(self.shared.read_alone(&id).await);
                }
            }
        }
    }

    fn done(&self, outcome: Result<(), Failure>) {
        match outcome {
            Ok(()) => self.shared.pace.went_well(),
            Err(failure) => {
                self.shared.pace.failed_with(&failure);
                tracing::warn!(?failure, "what people wait for could not be read");
            }
        }
    }
}

impl Shared {
    /// Finds what changed about those that wait for the same. Nothing is read while there are none.
    async fn sweep(&self, watched: Watched, status: ConnectionStatus) -> Result<(), Failure> {
        let known = self.store.watched(self.environment, Some(watched)).await?;
        if known.is_empty() {
            return Ok(());
        }
        let filter = ListConnections { status: Some(status), ..ListConnections::default() };
        self.compare(known, filter).await
    }

    /// Finds what changed about any connection at all.
    pub(in crate::events) async fn sweep_all(&self) -> Result<(), Failure> {
        let known = self.store.watched(self.environment, None).await?;
        self.compare(known, ListConnections::default()).await
    }

    async fn compare(&self, known: Vec<WatchedConnection>, filter: ListConnections) -> Result<(), Failure> {
        let rows = self.rows(filter).await.map_err(Failure::of(Call::ListConnections))?;
        let mut left: BTreeSet<ConnectionId> = known.iter().map(|known| known.id.clone()).collect();
        let known: HashMap<_, _> = known.into_iter().map(|known| (known.id, known.updated_at)).collect();
        for row in rows {
            let Ok(id) = ConnectionId::parse(row.id()) else { continue };
            left.remove(&id);
            let updated_at = Timestamp::from_millis(row.updated_at().as_millis());
            let same = known.get(&id).is_some_and(|kept| *kept == Some(updated_at));
            if !same {
                self.found(self.onboarding.keep_row(row, Cause::Watch).await)?;
            }
        }
        for id in left.into_iter().take(MOST_LEFT) {
            self.read_alone(&id).await?;
        }
        Ok(())
    }

    async fn rows(&self, filter: ListConnections) -> Result<Vec<Connection>, Error> {
        let rows = paging::rows(PAGES, |cursor| {
            let filter = ListConnections { cursor, limit: Some(PAGE), ..filter.clone() };
            async move {
                self.pace.turn().await;
                self.onboarding.everybodys(&filter).await
            }
        });
        rows.try_collect().await
    }

    async fn read_alone(&self, id: &ConnectionId) -> Result<(), Failure> {
        self.pace.turn().await;
        self.found(self.onboarding.refresh(id, Cause::Watch).await)
    }

    /// One connection that cannot be made sense of must not hide the others; a Waycore that fails fails for all.
    fn found(&self, read: Result<Refreshed, Failure>) -> Result<(), Failure> {
        match read {
            Ok(Refreshed::Read { changed: true } | Refreshed::Gone) => self.flow.found(),
            Ok(Refreshed::Read { changed: false } | Refreshed::Unknown) => {}
            Err(failure @ (Failure::Answer { .. } | Failure::NotFound(_))) => {
                tracing::warn!(?failure, "a connection that is watched was left out");
            }
            Err(failure) => return Err(failure),
        }
        Ok(())
    }
}
