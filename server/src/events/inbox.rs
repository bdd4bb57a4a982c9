//! Looks into deliveries. One is a hint and no more: its payload is not documented, it may be late, repeated or out of
//! order, so the connection is read and what it says now is what counts.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use domain::ids::ConnectionId;
use domain::timestamp::Timestamp;
use tokio::task::JoinSet;
use tokio::time::Instant;
use waycore::wire::EventType;

use super::watcher::Shared;
use crate::failure::Failure;
use crate::onboarding::{New, Refreshed};
use crate::store::{Cause, Delivery, DueDelivery, Settled, StoreError};

/// However many deliveries there are for a connection, it is read once a second.
const READ_EVERY: Duration = Duration::from_secs(1);

/// However many deliveries do not say what they are about, everything is read so often.
const SWEEP_EVERY: Duration = Duration::from_secs(2);

/// How many connections are read at a time.
const AT_ONCE: usize = 16;

/// How many deliveries are looked at together.
const BATCH: u16 = 512;

/// How soon after a full batch the next one is looked at: whatever comes meanwhile, there is enough to do.
const CROWDED: Duration = Duration::from_millis(100);

/// A delivery that fails for a reason of its own, so often, is given up.
const MOST_ATTEMPTS: u32 = 8;

/// Whatever else may be the matter, it is tried again within ten seconds.
const LONGEST_PAUSE_MILLIS: i64 = 8_000;

/// Of the rows that a create is about to write.
const NOT_YET_MILLIS: i64 = 2_000;

/// What is done with the deliveries.
pub(super) struct Inbox {
    shared: Arc<Shared>,
    read_at: HashMap<ConnectionId, Instant>,
    reading: JoinSet<Option<ConnectionId>>,
    under_way: HashSet<Option<ConnectionId>>,
    /// When everything was last read because a delivery did not say what it is about.
    swept_at: Option<Instant>,
    is_crowded: bool,
}

/// Deliveries that one read settles: those of a connection, or all that name none.
struct Letters {
    connection: Option<ConnectionId>,
    deliveries: Vec<DueDelivery>,
}

impl Letters {
    fn tell_of(&self, event_type: &EventType) -> bool {
        self.deliveries.iter().any(|due| EventType::from(due.delivery.event_type.as_str()) == *event_type)
    }
}

impl Inbox {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            read_at: HashMap::new(),
            reading: JoinSet::new(),
            under_way: HashSet::new(),
            swept_at: None,
            is_crowded: false,
        }
    }

    /// Whether there is so much that announcements say nothing: the next look comes by itself.
    pub(super) fn is_crowded(&self) -> bool {
        self.is_crowded
    }

    /// Begins to look into what is due, and gives the time of the next look that has to come by itself.
    pub(super) async fn look(&mut self) -> Result<Duration, StoreError> {
        while let Some(ended) = self.reading.try_join_next() {
            self.ended(ended);
        }
        if !self.shared.pace.may_ask() {
            return Ok(READ_EVERY);
        }
        let (environment, now) = (self.shared.environment, self.shared.clock.now());
        let due = self.shared.store.due_deliveries(environment, now, BATCH.into()).await?;
        self.is_crowded = due.len() >= usize::from(BATCH);
        let longest = if self.is_crowded { CROWDED } else { READ_EVERY };
        Ok(self.take(due).await.min(longest))
    }

    /// Begins to look into what this process has just taken in; what has to wait is found by the next look. A page waits for
    /// this, and to look first would take longer than to begin.
    pub(super) async fn begin_with(&mut self, taken_in: &[Delivery]) -> Duration {
        if !self.shared.pace.may_ask() {
            return READ_EVERY;
        }
        let due = |delivery: &Delivery| DueDelivery { delivery: delivery.clone(), attempts: 0 };
        self.take(taken_in.iter().map(due).collect()).await
    }

    /// Gives the time of the next look that has to come by itself.
    async fn take(&mut self, due: Vec<DueDelivery>) -> Duration {
        self.read_at.retain(|_, at| at.elapsed() < READ_EVERY);
        let (letters, nothing_to_do) = sort(due);
        // If this fails, they stay due and are read again.
        if !nothing_to_do.is_empty()
            && let Err(error) = self.shared.store.settle(self.shared.environment, &nothing_to_do).await
        {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "deliveries without a connection not marked done");
        }
        let mut wait = READ_EVERY;
        for letters in letters {
            if self.under_way.contains(&letters.connection) || self.under_way.len() >= AT_ONCE {
                continue;
            }
            if let Some(at) = letters.connection.as_ref().and_then(|id| self.read_at.get(id)) {
                wait = wait.min(READ_EVERY.saturating_sub(at.elapsed()));
                continue;
            }
            if letters.connection.is_none() {
                let since = self.swept_at.map(|at| at.elapsed());
                let rest = since.map_or(Duration::ZERO, |since| SWEEP_EVERY.saturating_sub(since));
                if !rest.is_zero() {
                    wait = wait.min(rest);
                    continue;
                }
                self.swept_at = Some(Instant::now());
            }
            self.begin(letters);
        }
        wait
    }

    fn begin(&mut self, letters: Letters) {
        let connection = letters.connection.clone();
        self.under_way.insert(connection.clone());
        if let Some(id) = &connection {
            self.read_at.insert(id.clone(), Instant::now());
        }
        let shared = self.shared.clone();
        self.reading.spawn(async move {
            shared.look_into(letters).await;
            connection
        });
    }

    /// Waits until something under way has ended; for ever if nothing is.
    pub(super) async fn one_ended(&mut self) {
        match self.reading.join_next().await {
            Some(ended) => self.ended(ended),
            None => std::future::pending().await,
        }
    }

    fn ended(&mut self, ended: Result<Option<ConnectionId>, tokio::task::JoinError>) {
        match ended {
            Ok(connection) => drop(self.under_way.remove(&connection)),
            // Which one broke is not said. Those that have not ended stay due, and are begun again at worst.
            Err(error) => {
                tracing::error!(%error, "looking into a delivery broke");
                self.under_way.clear();
            }
        }
    }
}

/// What there is to read for, and what is settled without.
fn sort(due: Vec<DueDelivery>) -> (Vec<Letters>, Vec<(String, Settled)>) {
    let (mut letters, mut nothing_to_do): (Vec<Letters>, Vec<_>) = (Vec::new(), Vec::new());
    let mut places: HashMap<Option<ConnectionId>, usize> = HashMap::new();
    for due in due {
        let event_type = EventType::from(due.delivery.event_type.as_str());
        let says_something =
            matches!(event_type, EventType::ConnectionStatusChanged | EventType::TransactionsSyncAvailable);
        if !says_something {
            if !matches!(event_type, EventType::Test) {
                tracing::info!(
                    event_type = due.delivery.event_type,
                    "a delivery of a type that says nothing"
                );
            }
            nothing_to_do.push((due.delivery.event_id, Settled::Done));
            continue;
        }
        let connection = due.delivery.connection.clone();
        let place = *places.entry(connection.clone()).or_insert_with(|| {
            letters.push(Letters { connection, deliveries: Vec::new() });
            letters.len() - 1
        });
        if let Some(letters) = letters.get_mut(place) {
            letters.deliveries.push(due);
        }
    }
    (letters, nothing_to_do)
}

impl Shared {
    async fn look_into(&self, letters: Letters) {
        let read = match &letters.connection {
            Some(id) => self.onboarding.refresh(id, Cause::Webhook).await,
            None => self.sweep_for_delivery().await.map(|()| Refreshed::Read(New::Nothing)),
        };
        if let (Some(id), Ok(Refreshed::Read(new) | Refreshed::Gone(new))) = (&letters.connection, &read)
            && letters.tell_of(&EventType::ConnectionStatusChanged)
        {
            self.flow.delivered(id, *new);
        }
        let now = self.clock.now();
        let passing = match &read {
            Ok(_) => {
                self.pace.went_well();
                false
            }
            // One that Waycore fails for while it answers for others fails for a reason of its own.
            Err(failure) => {
                let is_databases = matches!(failure, Failure::Store(error) if !error.is_about_one_row());
                self.pace.failed_with(failure) && !self.pace.is_well() || is_databases
            }
        };
        let settled = letters.deliveries.iter().map(|due| {
            let outcome = outcome(&read, passing, due.attempts, now);
            if outcome == Settled::Parked {
                metrics::counter!("connect_deliveries_parked_total").increment(1);
                tracing::error!(
                    event = due.delivery.event_id,
                    "a delivery is parked: it failed again and again"
                );
            }
            (due.delivery.event_id.clone(), outcome)
        });
        let settled: Vec<_> = settled.collect();
        let has_money =
            matches!(read, Ok(Refreshed::Read(_))) && letters.tell_of(&EventType::TransactionsSyncAvailable);
        let news = letters.connection.as_ref().filter(|_| has_money);
        if let Err(failure) = read {
            tracing::warn!(%failure, "a delivery could not be looked into");
        }
        // Then they stay due, and are looked into once more.
        if let Err(failure) = self.settle(&settled, news).await {
            tracing::warn!(%failure, "that deliveries were looked into cannot be noted");
        }
    }

    /// Notes what came of deliveries, and that a connection has new transactions: both or neither, so that nobody hears of
    /// them twice.
    async fn settle(
        &self,
        settled: &[(String, Settled)],
        news: Option<&ConnectionId>,
    ) -> Result<(), Failure> {
        if let Some(id) = news
            && self.onboarding.note_transactions(id, settled).await?
        {
            return Ok(());
        }
        Ok(self.store.settle(self.environment, settled).await?)
    }
}

/// What becomes of a delivery. `passing`: what failed says nothing about it.
fn outcome(read: &Result<Refreshed, Failure>, passing: bool, attempts: u32, now: Timestamp) -> Settled {
    let later = |millis: i64| now.plus_millis(millis);
    match read {
        // Perhaps the row of a connection that is being created is not written yet.
        Ok(Refreshed::Unknown) if attempts == 0 => Settled::Again(later(NOT_YET_MILLIS)),
        Ok(_) => Settled::Done,
        Err(_) if passing => Settled::Postponed(later(1_000)),
        Err(_) if attempts.saturating_add(1) >= MOST_ATTEMPTS => Settled::Parked,
        Err(_) => Settled::Again(later((500_i64 << attempts.min(8)).min(LONGEST_PAUSE_MILLIS))),
    }
}
