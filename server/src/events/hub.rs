//! Whose pages are open, and what they hear.
//!
//! Each customer with an open page has a channel, however many pages there are: what happened is read and written down
//! once for all of them. The channel also knows what its customer waits for, which is what is watched.

mod channel;
mod open_streams;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::backend::{Caller, Customer};
use bytes::Bytes;
use domain::ids::ConnectionId;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::yield_now;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use super::interest::{AGAIN_AFTER, Interest, Told};
use super::pace::Pace;
use crate::config::Environment;
use crate::onboarding::WaycoreOnboarding;
use crate::store::{Announcement, CustomerKey, Store, StoreError, Tenant};

pub(super) use channel::{Channel, Joined};
pub(crate) use open_streams::SessionKey;
use open_streams::{Full, OpenStreams};

/// How often pages that were left are noticed, and interest that changed is told.
const TICK: Duration = Duration::from_millis(500);

/// How often each channel is looked at by itself.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(20);

/// Channels that one read looks at.
const LOOKED_AT_TOGETHER: usize = 64;

/// Channels that are gone through before somebody else's turn.
const SOME: usize = 256;

/// Customers whose pages are read again side by side.
const REREAD_AT_ONCE: usize = 16;

/// Of a customer whose page asks for the present state now and then, instead of listening.
const POLLED_WITHIN: Duration = Duration::from_secs(15);

/// How long a poll waits for an event. Shorter than the browser's five-second interval, so that one poll is nearly always
/// open.
const ANSWERED_WITHIN: Duration = Duration::from_millis(4_500);

/// The open pages of this process.
pub(crate) struct Hub {
    onboarding: WaycoreOnboarding,
    store: Arc<dyn Store>,
    environment: Environment,
    pace: Arc<Pace>,
    replica: String,
    shutdown: CancellationToken,
    /// In an order, so that what happens again happens the same way.
    channels: Mutex<BTreeMap<CustomerKey, Arc<Channel>>>,
    streams: OpenStreams,
}

/// Why nobody listens.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotJoined {
    /// The customer, or this process, has as many streams as it may.
    #[error("too many streams are open")]
    Full,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Somebody who listens, until it is dropped.
pub(crate) struct Viewer {
    hub: Arc<Hub>,
    session: SessionKey,
    key: CustomerKey,
    /// While this is there, the page counts as open.
    _opened: Opened,
    /// Cancelled when it has to end.
    pub(super) end: CancellationToken,
    pub(super) joined: Joined,
}

/// A stream that counts as open until this is dropped, also by somebody who went away before it began.
pub(super) struct Opened {
    pub(super) channel: Arc<Channel>,
    page: Option<ConnectionId>,
}

impl Opened {
    fn new(channel: Arc<Channel>, page: Option<ConnectionId>) -> Self {
        channel.opened(page.as_ref());
        Self { channel, page }
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.channel.closed(self.page.as_ref());
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.hub.leave(self);
    }
}

impl Hub {
    pub(super) fn new(
        onboarding: WaycoreOnboarding,
        store: Arc<dyn Store>,
        environment: Environment,
        pace: Arc<Pace>,
        max_streams: usize,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            onboarding,
            store,
            environment,
            pace,
            replica: uuid::Uuid::now_v7().to_string(),
            shutdown,
            channels: Mutex::default(),
            streams: OpenStreams::new(max_streams),
        }
    }

    fn key(&self, customer: &Customer) -> CustomerKey {
        CustomerKey::of(Tenant { customer, environment: self.environment })
    }

    fn channel(&self, customer: &Customer) -> (CustomerKey, Arc<Channel>) {
        let key = self.key(customer);
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let open = channels.get(&key).filter(|channel| !channel.end.is_cancelled()).cloned();
        let channel = open.unwrap_or_else(|| {
            let channel = Arc::new(Channel::new(key, customer.clone(), self.shutdown.child_token()));
            channels.insert(key, channel.clone());
            channel
        });
        (key, channel)
    }

    /// Whether a page that comes back finds room. One whose stream had to yield would else make another yield, for ever; it
    /// asks now and then instead.
    pub(crate) fn has_room(&self, session: SessionKey) -> bool {
        self.streams.has_room(session)
    }

    /// Listens for a person, whose page shows `open`, from after the event with the id `last`.
    pub(crate) async fn join(
        self: &Arc<Self>,
        caller: &Caller,
        session: SessionKey,
        open: Option<ConnectionId>,
        last: Option<&str>,
    ) -> Result<Viewer, NotJoined> {
        let (key, channel) = self.channel(&caller.customer);
        let opened = Opened::new(channel, open);
        let end = opened.channel.end.child_token();
        let joined = opened.channel.join(&self.onboarding, last).await?;
        self.streams.admit(session, key, &end).map_err(|Full| NotJoined::Full)?;
        Ok(Viewer { hub: self.clone(), session, key, _opened: opened, end, joined })
    }

    /// Returns the present state for a page that polls. If the page knows the last event (`known`), waits for the next one, at
    /// most [`ANSWERED_WITHIN`] (long polling). The wait counts as a stream; it starts only while the browser has room.
    pub(crate) async fn poll(
        self: &Arc<Self>,
        caller: &Caller,
        session: SessionKey,
        open: Option<ConnectionId>,
        known: &str,
    ) -> Result<Bytes, StoreError> {
        let (key, channel) = self.channel(&caller.customer);
        channel.polled(open.clone(), Instant::now() + POLLED_WITHIN);
        let present = channel.snapshot(&self.onboarding).await?;
        if key.seq_of(known) != Some(present.seq) || !self.has_room(session) {
            return Ok(present.text);
        }
        let mut viewer = match self.join(caller, session, open, Some(known)).await {
            Ok(viewer) => viewer,
            Err(NotJoined::Full) => return Ok(present.text),
            Err(NotJoined::Store(error)) => return Err(error),
        };
        // An event between the snapshot and the join is in neither of them.
        if viewer.joined.first.seq == present.seq {
            tokio::select! {
                biased;
                // The person signed out, or the server ends: nothing newer is told.
                () = viewer.end.cancelled() => return Ok(present.text),
                _ = viewer.joined.frames.recv() => {}
                () = sleep(ANSWERED_WITHIN) => return Ok(present.text),
            }
        }
        Ok(channel.snapshot(&self.onboarding).await?.text)
    }

    /// Ends the streams of a session, because its person signed out.
    pub(crate) fn end_session(&self, session: SessionKey) {
        self.streams.end_session(session);
    }

    fn leave(&self, viewer: &Viewer) {
        self.streams.leave(viewer.session, viewer.key, &viewer.end);
        tracing::debug!(customer = ?viewer.key, "a stream ended");
    }

    /// Passes on what is announced, until the end.
    pub(super) async fn run(self: Arc<Self>) {
        let work = async {
            tokio::join!(self.pass_on(), self.tell_interest(), self.read_again(), self.look_again());
        };
        tokio::select! {
            biased;
            () = self.shutdown.cancelled() => {}
            () = work => {}
        }
    }

    async fn pass_on(self: &Arc<Self>) {
        let mut announcements = self.store.announcements();
        loop {
            let channels = match announcements.recv().await {
                Ok(Announcement::Customer(key)) => self.of(key).into_iter().collect(),
                Ok(Announcement::Reread(key)) => {
                    self.of(key).inspect(|channel| channel.reread(true));
                    continue;
                }
                Ok(Announcement::Everything) | Err(RecvError::Lagged(_)) => self.all(),
                Ok(Announcement::Inbox(..) | Announcement::Interest(_)) => continue,
                Err(RecvError::Closed) => return,
            };
            for channel in channels {
                channel.notice(&self.onboarding, &self.shutdown);
            }
        }
    }

    fn of(&self, key: CustomerKey) -> Option<Arc<Channel>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
    }

    fn all(&self) -> Vec<Arc<Channel>> {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.values().cloned().collect()
    }

    /// Tells whoever watches what people here look at: at once when it changes, and again and again.
    async fn tell_interest(&self) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut told, mut at) = (Interest::default(), Instant::now());
        loop {
            ticks.tick().await;
            self.sweep_out();
            let mut interest = Interest::default();
            for (place, channel) in self.all().iter().enumerate() {
                channel.add_interest(&mut interest);
                if place % SOME == SOME - 1 {
                    yield_now().await;
                }
            }
            let again = !interest.is_empty() && at.elapsed() >= AGAIN_AFTER;
            if interest == told && !again {
                continue;
            }
            let text = Told::by(&self.replica, self.environment, &interest);
            match self.store.announce(&Announcement::Interest(text)).await {
                Ok(()) => (told, at) = (interest, Instant::now()),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "what people look at cannot be told");
                }
            }
        }
    }

    /// Looks what is new although nobody announced it, at each channel in its turn: an announcement can be lost with the
    /// process or the connection that was to make it.
    async fn look_again(&self) {
        loop {
            let keys: Vec<_> = self.all().iter().map(|channel| channel.key).collect();
            let some = keys.chunks(LOOKED_AT_TOGETHER);
            let pause = LOOKED_AT_EVERY.div_f64(some.len().max(1) as f64);
            if keys.is_empty() {
                sleep(TICK).await;
            }
            for keys in some {
                sleep(pause).await;
                self.look_at(keys).await;
            }
        }
    }

    async fn look_at(&self, keys: &[CustomerKey]) {
        let channels: Vec<_> = keys.iter().filter_map(|key| self.of(*key)).collect();
        let customers: Vec<_> = channels.iter().map(|channel| &channel.customer).collect();
        let heads = match self.store.heads(self.environment, &customers).await {
            Ok(heads) => heads,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "what may be new cannot be read");
                return;
            }
        };
        for channel in &channels {
            if !channel.has_heard(heads.get(&channel.key).copied().unwrap_or(0)) {
                channel.notice(&self.onboarding, &self.shutdown);
            }
        }
    }

    /// Forgets the channels that nobody listens to.
    fn sweep_out(&self) {
        let now = Instant::now();
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        // One that somebody is about to join is held by them.
        channels.retain(|_, channel| channel.is_open(now) || Arc::strong_count(channel) > 1);
    }

    /// Reads what is open once a minute, because not everything that can happen is in a list of those that wait. One customer
    /// whom Waycore is slow about is no reason for the others to wait.
    async fn read_again(&self) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reading = FuturesUnordered::new();
        loop {
            tokio::select! {
                biased;
                Some(()) = reading.next() => continue,
                _ = ticks.tick() => {}
            }
            if !self.pace.may_ask() {
                continue;
            }
            let due = |channel: Arc<Channel>| Some((channel.reread_due()?, channel));
            let mut due: Vec<_> = self.all().into_iter().filter_map(due).collect();
            // Of more than there is time for, none waits for ever.
            due.sort_by_key(|(since, _)| *since);
            for (_, channel) in due.into_iter().take(REREAD_AT_ONCE.saturating_sub(reading.len())) {
                // Nobody else has to begin.
                channel.reread(true);
                reading.push(self.read_again_for(channel));
            }
        }
    }

    async fn read_again_for(&self, channel: Arc<Channel>) {
        if self.pace.low_priority_turn().await.is_err() {
            return channel.reread(false);
        }
        match self.onboarding.reread(&channel.customer).await {
            Ok(()) => {
                self.pace.went_well();
                channel.reread(true);
                // Then each replica reads by itself.
                let _ = self.store.announce(&Announcement::Reread(channel.key)).await;
            }
            Err(failure) => {
                self.pace.failed_with(&failure);
                channel.reread(false);
                tracing::debug!(%failure, "an open page was not read again");
            }
        }
    }
}
