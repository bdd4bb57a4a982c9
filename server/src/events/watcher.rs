//! Watches for everybody who waits. One replica does, by a lease; Waycore's reads are the scarce thing, so one list
//! serves every tab, person, customer and replica.

mod flow;
mod sweeps;
mod young;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::ids::ConnectionId;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use self::flow::Flow;
use self::sweeps::Sweeps;
use self::young::Young;
use super::inbox::Inbox;
use super::interest::Everybody;
use super::pace::Pace;
use crate::clock::Clock;
use crate::config::Environment;
use crate::onboarding::WaycoreOnboarding;
use crate::store::{Announcement, Delivery, InboxSize, Store};

/// What one replica does for all others.
const LEASE: &str = "watcher";

/// Another replica takes over within five seconds of a death; of the ten that are promised, the others are for reading
/// and for the pages.
const LEASE_MILLIS: u32 = 4_000;
const RENEWED_EVERY: Duration = Duration::from_secs(1);

/// While nothing says that it was renewed, the lease ends: so long after it was, another may have it.
const RENEWED_WITHIN: Duration = Duration::from_millis(2_500);

/// How often it is looked whether a read is due.
const TICK: Duration = Duration::from_millis(250);

/// How often the inbox is counted.
const COUNTED_EVERY: Duration = Duration::from_secs(15);

/// After the rows could not be read.
const AGAIN: Duration = Duration::from_secs(1);

/// Looks into deliveries and reads what people wait for, while this process holds the lease.
pub(super) struct Watcher {
    shared: Arc<Shared>,
    replica: String,
}

/// What all of its parts need.
pub(super) struct Shared {
    pub(super) onboarding: WaycoreOnboarding,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) environment: Environment,
    pub(super) pace: Arc<Pace>,
    pub(super) flow: Flow,
    young: Young,
    /// Connections that a list did not tell of, to be read each by itself.
    untold: Mutex<Vec<ConnectionId>>,
}

impl Watcher {
    pub(super) fn new(
        onboarding: WaycoreOnboarding,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        environment: Environment,
        pace: Arc<Pace>,
    ) -> Self {
        let (flow, young) = (Flow::default(), Young::default());
        let untold = Mutex::default();
        let shared = Arc::new(Shared { onboarding, store, clock, environment, pace, flow, young, untold });
        Self { shared, replica: uuid::Uuid::now_v7().to_string() }
    }

    /// Works until the end, and then leaves the lease to another replica.
    pub(super) async fn run(self, shutdown: CancellationToken) {
        let (holds, held) = watch::channel(false);
        let work = async {
            tokio::join!(
                self.hold_lease(&holds),
                self.look_into_deliveries(held.clone()),
                self.sweep(held.clone()),
                self.count(held.clone()),
            );
        };
        tokio::select! {
            biased;
            () = shutdown.cancelled() => {}
            () = work => {}
        }
        if *held.borrow()
            && let Err(error) = self.shared.store.release_lease(&self.lease(), &self.replica).await
        {
            tracing::warn!(error = &error as &dyn std::error::Error, "the lease ends by itself");
        }
    }

    /// Live and test are watched each by itself.
    fn lease(&self) -> String {
        [LEASE, "/", self.shared.environment.as_str()].concat()
    }

    async fn hold_lease(&self, holds: &watch::Sender<bool>) {
        let lease = self.lease();
        let mut ticks = interval(RENEWED_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let hold = self.shared.store.hold_lease(&lease, &self.replica, LEASE_MILLIS);
            let held = match timeout(RENEWED_WITHIN, hold).await {
                Ok(Ok(held)) => held,
                Ok(Err(error)) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the lease cannot be held");
                    false
                }
                Err(_) => {
                    tracing::warn!("the lease may be over: the database does not answer");
                    false
                }
            };
            if holds.send_replace(held) != held {
                tracing::debug!(held, "whether this replica watches for all");
            }
        }
    }

    async fn look_into_deliveries(&self, mut held: watch::Receiver<bool>) {
        let mut inbox = Inbox::new(self.shared.clone());
        let mut announcements = self.shared.store.announcements();
        let own = self.shared.environment;
        let mut taken_in: Arc<[Delivery]> = Arc::default();
        let mut look_at = Instant::now();
        loop {
            if held.wait_for(|held| *held).await.is_err() {
                return;
            }
            let begun = match &*taken_in {
                [] => inbox.look().await.map(|wait| Instant::now() + wait),
                taken_in => {
                    let wait = inbox.begin_with(taken_in).await;
                    Ok(look_at.min(Instant::now() + wait))
                }
            };
            look_at = begun.unwrap_or_else(|error| {
                tracing::warn!(error = &error as &dyn std::error::Error, "the inbox cannot be read");
                Instant::now() + AGAIN
            });
            let news = async {
                loop {
                    match announcements.recv().await {
                        Ok(Announcement::Inbox(environment, taken_in)) if environment == own => {
                            return taken_in;
                        }
                        Ok(Announcement::Everything) | Err(RecvError::Lagged(_)) => return Arc::default(),
                        Err(RecvError::Closed) => std::future::pending().await,
                        Ok(_) => {}
                    }
                }
            };
            let crowded = inbox.is_crowded();
            taken_in = tokio::select! {
                biased;
                () = inbox.one_ended(), if !crowded => Arc::default(),
                () = sleep_until(look_at) => Arc::default(),
                taken_in = news, if !crowded => taken_in,
            };
            if crowded {
                // The next look finds all that was announced meanwhile.
                announcements = announcements.resubscribe();
            }
        }
    }

    async fn sweep(&self, mut held: watch::Receiver<bool>) {
        let mut sweeps = Sweeps::new(self.shared.clone());
        let mut everybody = Everybody::default();
        let mut announcements = self.shared.store.announcements();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                _ = ticks.tick() => {
                    if *held.borrow_and_update() && self.shared.pace.may_ask() {
                        sweeps.look(&everybody.interest()).await;
                    }
                }
                // Whoever does not hold the lease listens all the same, and knows at once when it does.
                heard = announcements.recv() => match heard {
                    Ok(Announcement::Interest(text)) => everybody.heard(&text, self.shared.environment),
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                },
            }
        }
    }

    /// How full the inbox is, for `/metrics`.
    async fn count(&self, mut held: watch::Receiver<bool>) {
        loop {
            if held.wait_for(|held| *held).await.is_err() {
                return;
            }
            if let Ok(size) = self.shared.store.inbox_size(self.shared.environment).await {
                show_size(size);
            }
            let lost = held.wait_for(|held| !*held);
            if timeout(COUNTED_EVERY, lost).await.is_ok() {
                // From now on another replica shows it.
                show_size(InboxSize::default());
            }
        }
    }
}

fn show_size(size: InboxSize) {
    #[expect(clippy::cast_precision_loss, reason = "a gauge need not be exact above 2^53")]
    let gauge = |count: u64| count as f64;
    metrics::gauge!("connect_deliveries_waiting").set(gauge(size.waiting));
    metrics::gauge!("connect_deliveries_parked").set(gauge(size.parked));
}
