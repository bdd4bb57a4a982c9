//! Which reads are due, and what they find.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use domain::ids::ConnectionId;
use domain::poll::Watched;
use domain::timestamp::Timestamp;
use futures_util::{Stream, TryStreamExt as _};
use tokio::task::JoinSet;
use tokio::time::Instant;
use waycore::client::paging;
use waycore::wire::{Connection, ConnectionStatus, Page};
use waycore::{Error, ListConnections};

use super::Shared;
use crate::events::interest::{Interest, MOST_SINGLES};
use crate::failure::{Call, Failure};
use crate::onboarding::{New, Refreshed};
use crate::store::{Cause, WatchedConnection};

/// How often while somebody waits: what a page shows is never older than this and the read itself.
const LOOKED_AT: Duration = Duration::from_secs(5);

/// How often else, so that the history is right when nobody looks.
const QUIET: Duration = Duration::from_secs(60);

/// How many of which a list does not tell are read each by itself. Of more, a list of everything says more.
const MOST_UNTOLD: usize = 40;

/// A list is read whole up to so many pages of five hundred.
const PAGES: usize = 200;
const PAGE: u16 = 500;

/// When what was read last.
pub(super) struct Sweeps {
    shared: Arc<Shared>,
    activations: Due,
    drafts: Due,
    singles: Due,
    everything: Due,
    /// Where the next turn of the singles begins.
    turn: usize,
    /// Those that are being read each by itself: one that does not answer holds up no list, and is not asked for again.
    reading: JoinSet<ConnectionId>,
    under_way: HashSet<ConnectionId>,
}

/// When something was read last, and a shift that keeps many servers apart.
struct Due {
    last: Instant,
    shift: Duration,
    /// It could not be read, because Waycore cannot be asked for a while.
    failed: bool,
}

impl Due {
    fn new() -> Self {
        Self { last: Instant::now(), shift: Duration::from_secs(fastrand::u64(0..10)), failed: false }
    }

    /// Whether it is time again. Asking notes that it is done.
    fn again(&mut self, every: Duration) -> bool {
        let every = if every == QUIET { every - self.shift } else { every };
        let due = self.failed || self.last.elapsed() >= every;
        if due {
            *self = Self::new();
        }
        due
    }
}

/// What is known of a connection when a list is asked for.
struct Known {
    updated_at: Option<Timestamp>,
    version: u64,
    is_listed: bool,
}

/// Those of which a list does not tell what became of them: each has to be asked about by itself.
struct Untold {
    /// Known to be there, and not in the list.
    left: BTreeSet<ConnectionId>,
    /// In the list, and known to be gone, or not known yet when it was asked for.
    back: Vec<ConnectionId>,
}

impl Untold {
    /// One that fails again and again must not stand before the others: of many it is not always the same that are taken.
    fn some(self) -> impl Iterator<Item = ConnectionId> {
        let mut all: Vec<_> = self.left.into_iter().chain(self.back).collect();
        fastrand::shuffle(&mut all);
        all.into_iter().take(MOST_UNTOLD)
    }
}

impl Sweeps {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            activations: Due::new(),
            drafts: Due::new(),
            singles: Due::new(),
            everything: Due::new(),
            turn: 0,
            reading: JoinSet::new(),
            under_way: HashSet::new(),
        }
    }

    /// Does what is due, given what people look at.
    pub(super) async fn look(&mut self, interest: &Interest) {
        while let Some(ended) = self.reading.try_join_next() {
            match ended {
                Ok(id) => drop(self.under_way.remove(&id)),
                Err(error) => {
                    tracing::error!(%error, "reading a connection broke");
                    self.under_way.clear();
                }
            }
        }
        let untold = std::mem::take(&mut *self.shared.untold.lock().unwrap_or_else(PoisonError::into_inner));
        untold.into_iter().for_each(|id| self.begin(id));
        // Also what nobody waits for goes wrong, and its history and the audit log are to tell when. Waycore has no list of
        // those that it fetches data of: where they are too many to be read one by one, the list of everything finds them.
        let many_drafts = interest.drafts.len() > MOST_SINGLES;
        let drafts = if many_drafts { &[][..] } else { &interest.drafts };
        let others = interest.alone.len() + drafts.len();
        let many_syncs = interest.syncs.len() > MOST_SINGLES.min((2 * MOST_SINGLES).saturating_sub(others));
        let syncs = if many_syncs { &[][..] } else { &interest.syncs };
        if self.everything.again(if many_syncs { LOOKED_AT } else { QUIET }) {
            let swept = self.shared.list_all(Cause::Watch).await;
            if swept.is_ok() {
                (self.activations, self.drafts) = (Due::new(), Due::new());
            }
            self.everything.failed = self.swept(swept);
        }
        let looked_at = if self.shared.flow.is_reliable() { QUIET } else { LOOKED_AT };
        if self.activations.again(if interest.activations { looked_at } else { QUIET }) {
            let swept = self.shared.list(Watched::Activation, ConnectionStatus::PendingActivation).await;
            self.activations.failed = self.swept(swept);
        }
        // No delivery announces the details that Waycore prepares for a delegated user, nor the end of a sync: those are
        // always read often.
        if self.drafts.again(if many_drafts { LOOKED_AT } else { QUIET }) {
            let swept = self.shared.list(Watched::Draft, ConnectionStatus::Draft).await;
            self.drafts.failed = self.swept(swept);
        }
        let mut singles: Vec<_> = interest.alone.iter().chain(drafts).chain(syncs).cloned().collect();
        let is_unannounced = singles.len() > interest.alone.len();
        if !singles.is_empty() && self.singles.again(if is_unannounced { LOOKED_AT } else { looked_at }) {
            // Each is the first at some time: those that fail are not always before the same others.
            let count = singles.len();
            singles.rotate_left(self.turn % count);
            self.turn = self.turn.wrapping_add(2 * MOST_SINGLES);
            for id in singles.into_iter().take(2 * MOST_SINGLES) {
                self.begin(id);
            }
        }
    }

    /// Whether the list is due again as soon as Waycore may be asked.
    fn swept(&mut self, swept: Result<Untold, Failure>) -> bool {
        let untold = match swept {
            Ok(untold) => untold,
            Err(failure) => return self.shared.failed(&failure),
        };
        untold.some().for_each(|id| self.begin(id));
        false
    }

    fn begin(&mut self, id: ConnectionId) {
        if !self.under_way.insert(id.clone()) {
            return;
        }
        let shared = Arc::clone(&self.shared);
        self.reading.spawn(async move {
            // Where the key rests, whoever looks next begins anew, and the lists come first.
            if shared.pace.low_priority_turn().await.is_ok()
                && let Err(failure) = shared.read_alone(&id).await
            {
                shared.failed(&failure);
            }
            id
        });
    }
}

impl Shared {
    /// Whether what failed is due again as soon as Waycore may be asked: only where the key rests. One connection that
    /// Waycore fails for is no reason to read a list anew.
    fn failed(&self, failure: &Failure) -> bool {
        tracing::warn!(%failure, "what people wait for could not be read");
        self.pace.failed_with(failure);
        !self.pace.may_ask()
    }

    /// Finds what changed about any connection at all, because a delivery did not say about which. Those that the list does
    /// not tell of are left to the sweeps: one that does not answer must not hold up the next delivery.
    pub(in crate::events) async fn sweep_for_delivery(&self) -> Result<(), Failure> {
        let untold = self.list_all(Cause::Webhook).await?;
        self.untold.lock().unwrap_or_else(PoisonError::into_inner).extend(untold.some());
        Ok(())
    }

    /// Finds what changed about those that wait for the same. Nothing is read while there are none.
    async fn list(&self, watched: Watched, status: ConnectionStatus) -> Result<Untold, Failure> {
        let known = self.store.watched(self.environment, Some(watched)).await?;
        if known.is_empty() {
            return Ok(Untold { left: BTreeSet::new(), back: Vec::new() });
        }
        let filter = ListConnections { status: Some(status), ..ListConnections::default() };
        let untold = self.compare(known, filter, Cause::Watch).await?;
        if untold.left.len() > MOST_UNTOLD { self.list_all(Cause::Watch).await } else { Ok(untold) }
    }

    /// Finds what changed about any connection at all.
    async fn list_all(&self, cause: Cause) -> Result<Untold, Failure> {
        let known = self.store.watched(self.environment, None).await?;
        self.young.keep(&known);
        self.compare(known, ListConnections::default(), cause).await
    }

    async fn compare(
        &self,
        known: Vec<WatchedConnection>,
        filter: ListConnections,
        cause: Cause,
    ) -> Result<Untold, Failure> {
        if !self.young.has_begun() {
            self.young.begin(&self.store.watched(self.environment, None).await?);
        }
        let asked = Instant::now();
        let known = known.into_iter().map(|WatchedConnection { id, updated_at, version }| {
            (id, Known { updated_at, version, is_listed: false })
        });
        let mut known: HashMap<_, _> = known.collect();
        let (mut back, mut others) = (Vec::new(), None);
        let mut failed = Ok(());
        // A page at a time: ten thousand rows at once would hold up everything else.
        let mut pages = pin!(self.pages(filter));
        while let Some(page) = pages.try_next().await.map_err(Failure::of(Call::ListConnections))? {
            // The client has logged those that cannot be read. They are there, so nobody needs to look for them.
            let unreadable = page.unreadable.iter().filter_map(|row| row.id.as_deref());
            for id in unreadable.filter_map(|id| ConnectionId::parse(id).ok()) {
                if let Some(known) = known.get_mut(&id) {
                    known.is_listed = true;
                }
            }
            for row in page.data {
                let Ok(id) = ConnectionId::parse(row.id()) else { continue };
                let updated_at = Timestamp::from_millis(row.updated_at().as_millis());
                match known.get_mut(&id) {
                    Some(known) => {
                        known.is_listed = true;
                        let is_young = self.young.is_young(&id, known.version, asked);
                        if is_young || known.updated_at != Some(updated_at) {
                            let read = self.onboarding.keep_row(row, known.version, cause).await;
                            let found = self.found(&id, read, cause);
                            failed = failed.and(found);
                        }
                    }
                    None => {
                        if others.is_none() {
                            others = Some(self.store.remembered(self.environment).await?);
                        }
                        // Else it is of another product on the same organization.
                        if others.as_ref().is_some_and(|others| others.contains(&id)) {
                            back.push(id);
                        }
                    }
                }
            }
        }
        failed?;
        let left = known.into_iter().filter(|(_, known)| !known.is_listed).map(|(id, _)| id);
        Ok(Untold { left: left.collect(), back })
    }

    fn pages(&self, filter: ListConnections) -> impl Stream<Item = Result<Page<Connection>, Error>> {
        paging::pages(PAGES, move |cursor| {
            let filter = ListConnections { cursor, limit: Some(PAGE), ..filter.clone() };
            async move {
                self.pace.turn().await?;
                self.onboarding.everybodys(&filter).await.inspect(|_| self.pace.went_well())
            }
        })
    }

    async fn read_alone(&self, id: &ConnectionId) -> Result<(), Failure> {
        let read = self.onboarding.refresh(id, Cause::Watch).await.inspect(|_| self.pace.went_well());
        self.found(id, read, Cause::Watch)
    }

    /// One connection that cannot be made sense of must not hide the others; a Waycore that fails fails for all.
    fn found(
        &self,
        id: &ConnectionId,
        read: Result<Refreshed, Failure>,
        cause: Cause,
    ) -> Result<(), Failure> {
        match read {
            Ok(Refreshed::Read(new) | Refreshed::Gone(new)) => match (cause, new) {
                (Cause::Webhook, new) => self.flow.delivered(id, new),
                (_, New::State) => self.flow.found(id),
                // Nobody promised to tell of less.
                (_, New::Nothing | New::Details) => {}
            },
            Ok(Refreshed::Unknown) => {}
            Err(failure @ (Failure::Answer { .. } | Failure::NotFound(_))) => {
                tracing::warn!(%failure, "a connection that is watched was left out");
            }
            Err(Failure::Store(error)) if error.is_about_one_row() => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(connection = %id, error, "a connection that is watched was left out");
            }
            Err(failure) => return Err(failure),
        }
        Ok(())
    }
}
