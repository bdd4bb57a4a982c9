//! What makes pages live: Waycore's deliveries, what each customer is to hear of, and who watches for everybody.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use app::backend::Customer;
use async_trait::async_trait;
use aws_lc_rs::digest;
use domain::ids::{ConnectionId, EntityId, UserId};
use domain::poll::Watched;
use domain::timestamp::Timestamp;
use tokio::sync::broadcast;

use super::records::{ConnectionRecord, StoreError, Tenant};
use crate::config::Environment;

/// How long events are kept for browsers that come back; whoever comes later gets the present state. Each customer's last one
/// stays, because it says which number comes next.
pub const EVENTS_KEPT_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// A pause that is longer than this begins another visit of the list.
pub const VISIT_ENDS_AFTER_MILLIS: i64 = 30 * 60 * 1_000;

/// No retry is put off for longer: a time that is further away was written by a clock that was wrong.
pub const LONGEST_RETRY_MILLIS: i64 = 10_000;

/// What was never looked into is due then, so whatever the clocks of two replicas say.
pub(super) const AT_ONCE: Timestamp = Timestamp::from_millis(0);

/// How many announcements a listener may lag behind before it has to look at everything.
const ANNOUNCEMENTS: usize = 4_096;

/// How many low bits of an event's id name the customer, so that another customer's id is not taken for one of its own.
const TAG_BITS: u32 = 20;

/// Where ids end: a browser's numbers are exact up to 2^53.
const LARGEST_SEQ: u64 = 1 << (53 - TAG_BITS);

/// The rows behind live pages. As in [`Store`](super::Store), a method that takes a [`Tenant`] is limited to it, and
/// `now` is the caller's clock. Leases go by the store's own, because the clocks of two replicas may differ.
#[async_trait]
pub trait LiveStore: Send + Sync + 'static {
    /// What is announced from now on, by every replica.
    fn announcements(&self) -> broadcast::Receiver<Announcement>;

    /// Announces something that is in no row.
    async fn announce(&self, announcement: &Announcement) -> Result<(), StoreError>;

    /// Keeps deliveries, each once by its event id, and announces them. Gives the number of new ones.
    async fn receive(
        &self,
        environment: Environment,
        deliveries: &[Delivery],
        now: Timestamp,
    ) -> Result<u64, StoreError>;

    /// At most `limit` deliveries that somebody has to look into by now, the oldest first; but the first of each
    /// connection's before any second, so that a flood for one hides no other.
    async fn due_deliveries(
        &self,
        environment: Environment,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<DueDelivery>, StoreError>;

    /// Notes what came of looking into deliveries.
    async fn settle(&self, environment: Environment, settled: &[(String, Settled)])
    -> Result<(), StoreError>;

    /// How many deliveries wait, and how many are parked.
    async fn inbox_size(&self, environment: Environment) -> Result<InboxSize, StoreError>;

    /// A connection and whose it is, or was; `None` for one that was never known.
    async fn with_owner(
        &self,
        environment: Environment,
        connection: &ConnectionId,
    ) -> Result<Option<WithOwner>, StoreError>;

    /// Every connection that is watched for this reason; with `None` every one that is there.
    async fn watched(
        &self,
        environment: Environment,
        reason: Option<Watched>,
    ) -> Result<Vec<WatchedConnection>, StoreError>;

    /// Every connection that was ever known, those that are gone among them.
    async fn remembered(&self, environment: Environment) -> Result<HashSet<ConnectionId>, StoreError>;

    /// The customer's events after one, each connection's last alone, in order: rows are looked at and not events. But what
    /// transactions there are is another question than what the state is.
    async fn events_after(&self, tenant: Tenant<'_>, after: u64) -> Result<Missed, StoreError>;

    /// The numbers of customers' last events; of one that never had any there is none.
    async fn heads(
        &self,
        environment: Environment,
        customers: &[&Customer],
    ) -> Result<HashMap<CustomerKey, u64>, StoreError>;

    /// Takes or keeps a lease for so many milliseconds. `false`: somebody else has it.
    async fn hold_lease(&self, name: &str, holder: &str, millis: u32) -> Result<bool, StoreError>;

    /// Lets a lease go, if the holder still has it.
    async fn release_lease(&self, name: &str, holder: &str) -> Result<(), StoreError>;

    /// Notes that a person looks at the list, and gives the time that they were away before this visit: from the end of
    /// the last one to the beginning of this. `None` in a first visit.
    async fn visit(
        &self,
        tenant: Tenant<'_>,
        user: &UserId,
        now: Timestamp,
    ) -> Result<Option<(Timestamp, Timestamp)>, StoreError>;

    /// The tenant's connections whose state changed in this time.
    async fn changed_between(
        &self,
        tenant: Tenant<'_>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<ConnectionId>, StoreError>;
}

/// News for whoever listens, in this process or in another replica. It names rows and never holds any that can change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement {
    /// A customer has new events, or was forgotten.
    Customer(CustomerKey),
    /// A customer's open pages were just read again, and need not be by another replica.
    Reread(CustomerKey),
    /// There are deliveries to look into. Those that this process has just taken in may come along, so that nobody has to
    /// look for them; none means that somebody has to.
    Inbox(Environment, Arc<[Delivery]>),
    /// What people look at on one replica, as it says itself.
    Interest(String),
    /// Something may have been missed: look at everything.
    Everything,
}

/// Stands for a customer where nobody has to read who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerKey([u8; 16]);

/// A delivery that was believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Tells it from every other; a repeated one is the same.
    pub event_id: String,
    /// As Waycore calls it; may be a type that is not known.
    pub event_type: String,
    /// Which connection it is about, if that could be read.
    pub connection: Option<ConnectionId>,
}

/// A delivery to look into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueDelivery {
    /// The delivery.
    pub delivery: Delivery,
    /// How often somebody tried.
    pub attempts: u32,
}

/// What came of looking into a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// There is nothing left to do.
    Done,
    /// It failed; try again then.
    Again(Timestamp),
    /// It was not tried, because Waycore cannot be asked; try then.
    Postponed(Timestamp),
    /// It cannot be done; somebody has to look.
    Parked,
}

/// How full the inbox is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InboxSize {
    /// Deliveries to look into.
    pub waiting: u64,
    /// Deliveries that were given up.
    pub parked: u64,
}

/// A connection that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedConnection {
    /// Which.
    pub id: ConnectionId,
    /// Waycore's `updatedAt` as it was last read.
    pub updated_at: Option<Timestamp>,
    /// Of what is known of it.
    pub version: u64,
}

/// A connection, as what is known of it by its id alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithOwner {
    /// Whose it is.
    pub customer: Customer,
    /// What Waycore calls the customer; `None` while that is only intended.
    pub entity: Option<EntityId>,
    /// A tombstone included.
    pub record: ConnectionRecord,
}

/// What a browser that comes back has missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// The number of the customer's last event; 0 before the first.
    pub head: u64,
    /// `None` where the events are kept no more, or never were: then the present state is what was missed.
    pub events: Option<Vec<CustomerEvent>>,
}

/// Something that a customer's pages are to hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerEvent {
    /// Grows by one with each event of the customer's.
    pub seq: u64,
    /// What happened.
    pub kind: EventKind,
    /// To which connection, and what is known of it now.
    pub record: ConnectionRecord,
}

/// What can happen to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// Its state is another.
    Connection,
    /// It is gone.
    Removed,
    /// There are new transactions.
    Transactions,
}

impl EventKind {
    /// As it is stored, and as the stream calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Removed => "removed",
            Self::Transactions => "transactions",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Connection, Self::Removed, Self::Transactions].into_iter().find(|kind| kind.as_str() == text)
    }
}

impl CustomerKey {
    /// The tenant's.
    pub fn of(tenant: Tenant<'_>) -> Self {
        let parts = [tenant.environment.as_str(), &tenant.customer.issuer, &tenant.customer.org];
        let hash = digest::digest(&digest::SHA256, parts.join("\0").as_bytes());
        let mut key = [0; 16];
        for (place, byte) in key.iter_mut().zip(hash.as_ref()) {
            *place = *byte;
        }
        Self(key)
    }

    fn to_text(self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.0))
    }

    fn parse(text: &str) -> Option<Self> {
        u128::from_str_radix(text, 16).ok().map(|key| Self(key.to_be_bytes()))
    }

    /// The id of the customer's event with a number: grows with it, and tells nothing of other customers' events.
    pub fn event_id(self, seq: u64) -> u64 {
        let [first, second, third, ..] = self.0;
        let tag = u64::from(u32::from_be_bytes([0, first, second, third])) >> (24 - TAG_BITS);
        (seq << TAG_BITS) | tag
    }

    /// The number of an event by its id; `None` for what is no id of this customer's.
    pub fn seq_of(self, id: &str) -> Option<u64> {
        let id: u64 = id.parse().ok()?;
        let seq = id >> TAG_BITS;
        (seq < LARGEST_SEQ && self.event_id(seq) == id).then_some(seq)
    }
}

impl Announcement {
    /// As it travels between replicas.
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Customer(key) => format!("customer {}", key.to_text()),
            Self::Reread(key) => format!("reread {}", key.to_text()),
            Self::Inbox(environment, _) => format!("inbox {}", environment.as_str()),
            Self::Interest(text) => format!("interest {text}"),
            Self::Everything => "everything".to_owned(),
        }
    }

    /// What cannot be read, such as the announcement of a newer replica, means that something may have been missed.
    pub(super) fn parse(text: &str) -> Self {
        let read = || match text.split_once(' ')? {
            ("customer", key) => CustomerKey::parse(key).map(Self::Customer),
            ("reread", key) => CustomerKey::parse(key).map(Self::Reread),
            ("inbox", environment) => Some(Self::Inbox(Environment::parse(environment)?, Arc::default())),
            ("interest", text) => Some(Self::Interest(text.to_owned())),
            _ => None,
        };
        read().unwrap_or(Self::Everything)
    }
}

/// Where a process hears of announcements.
#[derive(Debug, Clone)]
pub(super) struct Bus(broadcast::Sender<Announcement>);

impl Default for Bus {
    fn default() -> Self {
        Self(broadcast::Sender::new(ANNOUNCEMENTS))
    }
}

impl Bus {
    pub(super) fn listen(&self) -> broadcast::Receiver<Announcement> {
        self.0.subscribe()
    }

    /// Tells whoever listens; nobody may.
    pub(super) fn tell(&self, announcement: Announcement) {
        let _ = self.0.send(announcement);
    }
}

/// What is announced of deliveries of which so many are new. All come along, or none where it is not known which are.
pub(super) fn received(
    environment: Environment,
    deliveries: Arc<[Delivery]>,
    new: u64,
) -> Option<Announcement> {
    let all_new = if new == deliveries.len() as u64 { deliveries } else { Arc::default() };
    (new > 0).then_some(Announcement::Inbox(environment, all_new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_grows_and_names_its_customer() {
        let key = |org: &str| {
            let customer = Customer { issuer: "host".to_owned(), org: org.to_owned() };
            CustomerKey::of(Tenant { customer: &customer, environment: Environment::Live })
        };
        let (acme, globex) = (key("acme"), key("globex"));
        assert!(acme.event_id(1) < acme.event_id(2));
        assert_eq!(acme.seq_of(&acme.event_id(7).to_string()), Some(7));
        assert_eq!(globex.seq_of(&acme.event_id(7).to_string()), None);
        for text in ["", "x", "-1", "18446744073709551615", "99999999999999999999"] {
            assert_eq!(acme.seq_of(text), None, "{text}");
        }
    }

    #[test]
    fn an_announcement_is_read_as_it_was_told() {
        let customer = Customer { issuer: "host".to_owned(), org: "acme".to_owned() };
        let key = CustomerKey::of(Tenant { customer: &customer, environment: Environment::Live });
        for announcement in [
            Announcement::Customer(key),
            Announcement::Reread(key),
            Announcement::Inbox(Environment::Test, Arc::default()),
            Announcement::Interest("one two".to_owned()),
            Announcement::Everything,
        ] {
            assert_eq!(Announcement::parse(&announcement.to_text()), announcement);
        }
        for unknown in ["", "tomorrow", "customer x", "inbox moon"] {
            assert_eq!(Announcement::parse(unknown), Announcement::Everything);
        }
    }
}
