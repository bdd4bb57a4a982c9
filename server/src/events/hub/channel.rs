//! One customer's pages.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::backend::Customer;
use bytes::Bytes;
use domain::ids::ConnectionId;
use domain::poll::Watched;
use tokio::sync::{Mutex as AsyncMutex, broadcast};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::events::frame;
use crate::events::interest::Interest;
use crate::onboarding::{Happened, LiveConnection, News, Present, Since, WaycoreOnboarding};
use crate::store::{CustomerKey, StoreError};

/// How many frames a stream may lag behind; then it gets the present state.
const FRAMES: usize = 16;

/// How old what an open page shows may become.
const REREAD_EVERY: Duration = Duration::from_secs(60);

/// After a failure.
const REREAD_AGAIN: Duration = Duration::from_secs(4);

/// After the rows could not be read.
const AGAIN: Duration = Duration::from_secs(1);

/// What all streams of a customer's hear.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The last event in it.
    pub(crate) seq: u64,
    pub(crate) text: Bytes,
}

/// The beginning of a stream, and what comes after it.
pub(crate) struct Joined {
    pub(crate) first: Frame,
    pub(crate) frames: broadcast::Receiver<Frame>,
}

/// The open pages of one customer.
pub(crate) struct Channel {
    pub(super) key: CustomerKey,
    pub(super) customer: Customer,
    /// Cancelled when its streams have to end.
    pub(super) end: CancellationToken,
    frames: broadcast::Sender<Frame>,
    known: AsyncMutex<Option<Known>>,
    viewers: Mutex<Viewers>,
    /// Somebody is about to look what is new.
    noticed: AtomicBool,
}

/// What the streams have heard.
struct Known {
    seq: u64,
    snapshot: Option<Bytes>,
    /// By connection; an event that tells nothing newer is not told.
    versions: HashMap<ConnectionId, i64>,
}

#[derive(Default)]
struct Viewers {
    streams: usize,
    /// By connection whose page is open: how many.
    open: HashMap<ConnectionId, usize>,
    polled_until: Option<Instant>,
    /// The same of pages that ask instead of listening: until when each counts as open.
    polled: HashMap<ConnectionId, Instant>,
    reread_at: Option<Instant>,
    waiting: Vec<Waiting>,
}

/// A connection that is expected to change by itself.
struct Waiting {
    id: ConnectionId,
    watched: Watched,
    awaits_others: bool,
    /// Until then; `None` for as long as it stays as it is.
    until: Option<Instant>,
}

impl Channel {
    pub(super) fn new(key: CustomerKey, customer: Customer, end: CancellationToken) -> Self {
        let frames = broadcast::Sender::new(FRAMES);
        let (known, viewers) = (AsyncMutex::default(), Mutex::default());
        Self { key, customer, end, frames, known, viewers, noticed: AtomicBool::new(false) }
    }

    fn viewers<T>(&self, change: impl FnOnce(&mut Viewers) -> T) -> T {
        change(&mut self.viewers.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn opened(&self, page: Option<&ConnectionId>) {
        self.viewers(|viewers| {
            viewers.streams += 1;
            if let Some(id) = page {
                *viewers.open.entry(id.clone()).or_default() += 1;
            }
        });
    }

    pub(super) fn closed(&self, page: Option<&ConnectionId>) {
        self.viewers(|viewers| {
            viewers.streams = viewers.streams.saturating_sub(1);
            let Some(id) = page else { return };
            if let Some(count) = viewers.open.get_mut(id) {
                *count -= 1;
                if *count == 0 {
                    viewers.open.remove(id);
                }
            }
        });
    }

    pub(super) fn polled(&self, page: Option<ConnectionId>, until: Instant) {
        self.viewers(|viewers| {
            viewers.polled_until = Some(until);
            if let Some(id) = page {
                viewers.polled.insert(id, until);
            }
        });
    }

    pub(super) fn is_open(&self, now: Instant) -> bool {
        self.viewers(|viewers| {
            viewers.polled_until = viewers.polled_until.filter(|until| *until > now);
            viewers.polled.retain(|_, until| *until > now);
            viewers.streams > 0 || viewers.polled_until.is_some()
        })
    }

    /// Since when a minute has passed after the pages were opened or read again; `None` while it has not.
    pub(super) fn reread_due(&self) -> Option<Instant> {
        let now = Instant::now();
        if !self.is_open(now) {
            return None;
        }
        // Whoever opened a page was shown what Waycore says at that moment.
        Some(self.viewers(|viewers| *viewers.reread_at.get_or_insert_with(next_reread)))
            .filter(|due| *due <= now)
    }

    /// They were read again, or that was tried.
    pub(super) fn reread(&self, went_well: bool) {
        let next = if went_well { next_reread() } else { Instant::now() + REREAD_AGAIN };
        self.viewers(|viewers| viewers.reread_at = Some(next));
    }

    pub(super) fn add_interest(&self, all: &mut Interest) {
        let now = Instant::now();
        if !self.is_open(now) {
            return;
        }
        self.viewers(|viewers| {
            viewers.waiting.retain(|waiting| waiting.until.is_none_or(|until| until > now));
            for Waiting { id, watched, awaits_others, .. } in &viewers.waiting {
                let page = viewers.open.contains_key(id) || viewers.polled.contains_key(id);
                match watched {
                    Watched::Activation => all.activations = true,
                    Watched::Draft if page || *awaits_others => Interest::note(&mut all.drafts, id),
                    Watched::Sync if page || *awaits_others => Interest::note(&mut all.syncs, id),
                    Watched::Alone if page || *awaits_others => Interest::note(&mut all.alone, id),
                    Watched::Draft | Watched::Sync | Watched::Alone => {}
                }
            }
        });
    }

    /// The beginning of a stream that heard everything up to the event with the id `last`.
    pub(super) async fn join(
        &self,
        onboarding: &WaycoreOnboarding,
        last: Option<&str>,
    ) -> Result<Joined, StoreError> {
        let mut known = self.known.lock().await;
        let known = self.catch_up(&mut known, onboarding).await?;
        let after = last.and_then(|id| self.key.seq_of(id));
        let missed = match after {
            Some(after) if after < known.seq => onboarding.since(&self.customer, after).await?,
            Some(after) if after == known.seq => Some(Since { head: after, news: Vec::new() }),
            _ => None,
        };
        let first = match missed {
            Some(Since { news, .. }) => {
                // Of what happened this very moment all streams are about to hear. But a state that was read already
                // is told to nobody again.
                let is_told =
                    |news: &&News| news.seq <= known.seq || matches!(news.what, Happened::Connection(_));
                let news = news.iter().filter(is_told);
                let missed: String = news.map(|news| frame::news(self.key, news)).collect();
                let text = Bytes::from(frame::begun(self.key, &missed, known.seq));
                Frame { seq: known.seq, text }
            }
            None => self.state(known, onboarding).await?,
        };
        Ok(Joined { first, frames: self.frames.subscribe() })
    }

    /// The present state as a text of its own.
    pub(crate) async fn snapshot(&self, onboarding: &WaycoreOnboarding) -> Result<Frame, StoreError> {
        let mut known = self.known.lock().await;
        let known = self.catch_up(&mut known, onboarding).await?;
        self.state(known, onboarding).await
    }

    /// Reads it if nobody has since the last event.
    async fn state(&self, known: &mut Known, onboarding: &WaycoreOnboarding) -> Result<Frame, StoreError> {
        if let Some(snapshot) = &known.snapshot {
            return Ok(Frame { seq: known.seq, text: snapshot.clone() });
        }
        let present = onboarding.present(&self.customer).await?;
        let text = Bytes::from(frame::snapshot(self.key, &present));
        self.note_waiting(&present);
        if present.head == known.seq {
            known.snapshot = Some(text.clone());
        }
        Ok(Frame { seq: present.head, text })
    }

    /// Whether this is the last event that the streams heard of. While somebody looks what is new, it is.
    pub(super) fn has_heard(&self, head: u64) -> bool {
        let Ok(known) = self.known.try_lock() else { return true };
        known.as_ref().is_none_or(|known| known.seq == head)
    }

    /// Looks what is new, in a task of its own: many announcements meanwhile are one look.
    pub(super) fn notice(self: &Arc<Self>, onboarding: &WaycoreOnboarding, shutdown: &CancellationToken) {
        if self.noticed.swap(true, Ordering::AcqRel) {
            return;
        }
        let (channel, onboarding, shutdown) = (self.clone(), onboarding.clone(), shutdown.clone());
        tokio::spawn(async move {
            let look = async {
                loop {
                    let mut known = channel.known.lock().await;
                    channel.noticed.store(false, Ordering::Release);
                    match channel.catch_up(&mut known, &onboarding).await {
                        Ok(_) => return,
                        Err(error) => {
                            let error = &error as &dyn std::error::Error;
                            tracing::warn!(error, "what is new cannot be read");
                        }
                    }
                    drop(known);
                    tokio::time::sleep(AGAIN).await;
                }
            };
            tokio::select! {
                biased;
                () = shutdown.cancelled() => {}
                () = look => {}
            }
        });
    }

    /// Tells the streams what they have not heard.
    async fn catch_up<'k>(
        &self,
        known: &'k mut Option<Known>,
        onboarding: &WaycoreOnboarding,
    ) -> Result<&'k mut Known, StoreError> {
        let news = match known {
            Some(known) => onboarding.since(&self.customer, known.seq).await?,
            None => None,
        };
        match (&mut *known, news) {
            (Some(known), Some(since)) => self.tell(known, since),
            _ => {
                let present = onboarding.present(&self.customer).await?;
                // The customer was forgotten, and perhaps set up anew: whoever listens comes back, and is told what there is.
                if known.as_ref().is_some_and(|known| known.seq != 0) {
                    self.end.cancel();
                }
                let text = Bytes::from(frame::snapshot(self.key, &present));
                self.note_waiting(&present);
                let versions = present.connections.iter();
                let versions = versions.map(|one| (one.id.clone(), one.shown.version)).collect();
                // Nobody listens to a channel that begins; to one that lost its place, this is what it lost.
                let _ = self.frames.send(Frame { seq: present.head, text: text.clone() });
                *known = Some(Known { seq: present.head, snapshot: Some(text), versions });
            }
        }
        // It has just been put there where it was not.
        Ok(known.get_or_insert_with(|| Known { seq: 0, snapshot: None, versions: HashMap::new() }))
    }

    fn tell(&self, known: &mut Known, since: Since) {
        if since.head == known.seq {
            return;
        }
        (known.seq, known.snapshot) = (since.head, None);
        let news: Vec<News> = since.news.into_iter().filter(|news| known.is_new(&news.what)).collect();
        self.viewers(|viewers| news.iter().for_each(|news| viewers.note(&news.what)));
        let text: String = news.iter().map(|news| frame::news(self.key, news)).collect();
        if !text.is_empty() {
            let _ = self.frames.send(Frame { seq: since.head, text: Bytes::from(text) });
        }
    }

    fn note_waiting(&self, present: &Present) {
        self.viewers(|viewers| {
            viewers.waiting.clear();
            present.connections.iter().for_each(|connection| viewers.note_connection(connection));
        });
    }
}

/// Not all in the same second, however many come at once.
fn next_reread() -> Instant {
    Instant::now() + REREAD_EVERY - Duration::from_millis(fastrand::u64(0..5_000))
}

impl Known {
    /// Whether the streams have not heard it. A state is only ever followed by a later one.
    fn is_new(&mut self, what: &Happened) -> bool {
        match what {
            Happened::Connection(connection) => {
                let version = connection.shown.version;
                let before = self.versions.insert(connection.id.clone(), version);
                before.is_none_or(|before| before < version)
            }
            Happened::Removed(id) => {
                self.versions.remove(id);
                true
            }
            Happened::Transactions(_) => true,
        }
    }
}

impl Viewers {
    fn note(&mut self, what: &Happened) {
        match what {
            Happened::Connection(connection) => self.note_connection(connection),
            Happened::Removed(id) => self.waiting.retain(|waiting| waiting.id != *id),
            Happened::Transactions(_) => {}
        }
    }

    fn note_connection(&mut self, connection: &LiveConnection) {
        self.waiting.retain(|waiting| waiting.id != connection.id);
        if let Some(watched) = connection.watched {
            self.waiting.push(Waiting {
                id: connection.id.clone(),
                watched,
                awaits_others: connection.awaits_others,
                until: connection.ends_after.map(|left| Instant::now() + left),
            });
        }
    }
}
