//! What makes pages live, in memory.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use app::backend::Customer;
use async_trait::async_trait;
use domain::ids::{ConnectionId, UserId};
use domain::poll::Watched;
use domain::timestamp::Timestamp;
use tokio::sync::broadcast;
use tokio::time::Instant;

use super::{MemoryStore, Owner, Rows};
use crate::config::Environment;
use crate::store::live::{AT_ONCE, received};
use crate::store::{
    Announcement, CustomerEvent, CustomerKey, Delivery, DueDelivery, EVENTS_KEPT_MILLIS, EventKind,
    InboxSize, LONGEST_RETRY_MILLIS, LiveStore, Missed, Settled, StoreError, Tenant, VISIT_ENDS_AFTER_MILLIS,
    WatchedConnection, WithOwner,
};

#[derive(Debug, Clone, Default)]
pub(super) struct LiveRows {
    inbox: Vec<Letter>,
    events: Vec<Event>,
    leases: Vec<(String, String, Instant)>,
    visits: Vec<Visit>,
}

#[derive(Debug, Clone)]
struct Event {
    owner: Owner,
    seq: u64,
    kind: EventKind,
    connection: ConnectionId,
    at: Timestamp,
}

#[derive(Debug, Clone)]
struct Letter {
    environment: Environment,
    delivery: Delivery,
    received_at: Timestamp,
    attempts: u32,
    due_at: Option<Timestamp>,
    parked: bool,
}

#[derive(Debug, Clone)]
struct Visit {
    owner: Owner,
    user: UserId,
    away_since: Option<Timestamp>,
    began_at: Timestamp,
    seen_at: Timestamp,
}

impl LiveRows {
    pub(super) fn forget(&mut self, tenant: Tenant<'_>) {
        self.events.retain(|event| !event.owner.is(tenant));
        self.visits.retain(|visit| !visit.owner.is(tenant));
    }

    pub(super) fn prune(&mut self, before: Timestamp, now: Timestamp) {
        self.inbox.retain(|letter| letter.due_at.is_some() || letter.received_at >= before);
        self.visits.retain(|visit| visit.seen_at >= before);
        let is_old = |at: Timestamp| at < now.plus_millis(-EVENTS_KEPT_MILLIS);
        let mut later = HashSet::new();
        let mut latest_first = std::mem::take(&mut self.events);
        latest_first.reverse();
        latest_first.retain(|event| later.insert(event.owner.clone()) || !is_old(event.at));
        latest_first.reverse();
        self.events = latest_first;
    }

    fn head(&self, tenant: Tenant<'_>) -> Option<u64> {
        let mut latest_first = self.events.iter().rev();
        latest_first.find(|event| event.owner.is(tenant)).map(|event| event.seq)
    }

    /// The number of those that were due.
    pub(super) fn settle(&mut self, environment: Environment, settled: &[(String, Settled)]) -> u64 {
        let mut count = 0;
        let due = |letter: &&mut Letter| letter.environment == environment && letter.due_at.is_some();
        for letter in self.inbox.iter_mut().filter(due) {
            let found = settled.iter().find(|(id, _)| *id == letter.delivery.event_id);
            if let Some((_, settled)) = found {
                count += 1;
                letter.attempts += u32::from(!matches!(settled, Settled::Postponed(_)));
                letter.parked = *settled == Settled::Parked;
                letter.due_at = match settled {
                    Settled::Again(at) | Settled::Postponed(at) => Some(*at),
                    Settled::Done | Settled::Parked => None,
                };
            }
        }
        count
    }

    pub(super) fn len(&self) -> usize {
        self.inbox.len() + self.visits.len() + self.events.len()
    }
}

impl Rows {
    pub(super) fn add_event(
        &mut self,
        tenant: Tenant<'_>,
        kind: EventKind,
        id: &ConnectionId,
        now: Timestamp,
    ) {
        let first = u64::try_from(now.as_millis() / 1_000).unwrap_or(0);
        let seq = self.live.head(tenant).unwrap_or(first) + 1;
        self.live.events.push(Event { owner: Owner::of(tenant), seq, kind, connection: id.clone(), at: now });
        self.told.push(Announcement::Customer(CustomerKey::of(tenant)));
    }
}

#[async_trait]
impl LiveStore for MemoryStore {
    fn announcements(&self) -> broadcast::Receiver<Announcement> {
        self.bus.listen()
    }

    async fn announce(&self, announcement: &Announcement) -> Result<(), StoreError> {
        self.tell(announcement.clone());
        Ok(())
    }

    async fn receive(
        &self,
        environment: Environment,
        deliveries: &[Delivery],
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.change(|rows| {
            let mut new = 0;
            for delivery in deliveries {
                let known = |letter: &Letter| {
                    letter.environment == environment && letter.delivery.event_id == delivery.event_id
                };
                if rows.live.inbox.iter().any(known) {
                    continue;
                }
                new += 1;
                rows.live.inbox.push(Letter {
                    environment,
                    delivery: delivery.clone(),
                    received_at: now,
                    attempts: 0,
                    due_at: Some(AT_ONCE),
                    parked: false,
                });
            }
            rows.told.extend(received(environment, deliveries.into(), new));
            Ok(new)
        })
        .await
    }

    async fn due_deliveries(
        &self,
        environment: Environment,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<DueDelivery>, StoreError> {
        let is_due = |at: Timestamp| at <= now || at > now.plus_millis(LONGEST_RETRY_MILLIS);
        let limit = usize::try_from(limit).unwrap_or(0);
        Ok(self.read(|rows| {
            let due = rows.live.inbox.iter().filter(|letter| letter.environment == environment);
            let mut due: Vec<_> = due.filter(|letter| letter.due_at.is_some_and(is_due)).collect();
            due.sort_by_key(|letter| letter.received_at);
            let mut places: HashMap<Option<&ConnectionId>, u32> = HashMap::new();
            let mut due: Vec<_> = due
                .into_iter()
                .map(|letter| {
                    let place = places.entry(letter.delivery.connection.as_ref()).or_default();
                    *place += 1;
                    (*place, letter)
                })
                .collect();
            due.sort_by_key(|(place, _)| *place);
            let due = due.into_iter().map(|(_, letter)| letter).take(limit);
            due.map(|letter| DueDelivery { delivery: letter.delivery.clone(), attempts: letter.attempts })
                .collect()
        }))
    }

    async fn settle(
        &self,
        environment: Environment,
        settled: &[(String, Settled)],
    ) -> Result<(), StoreError> {
        self.change(|rows| {
            rows.live.settle(environment, settled);
            Ok(())
        })
        .await
    }

    async fn inbox_size(&self, environment: Environment) -> Result<InboxSize, StoreError> {
        Ok(self.read(|rows| {
            let own = || rows.live.inbox.iter().filter(|letter| letter.environment == environment);
            InboxSize {
                waiting: own().filter(|letter| letter.due_at.is_some()).count() as u64,
                parked: own().filter(|letter| letter.parked).count() as u64,
            }
        }))
    }

    async fn with_owner(
        &self,
        environment: Environment,
        connection: &ConnectionId,
    ) -> Result<Option<WithOwner>, StoreError> {
        Ok(self.read(|rows| {
            let mut known = rows.connections.iter();
            let (owner, record) =
                known.find(|(owner, record)| owner.environment == environment && record.id == *connection)?;
            let customer = owner.customer.clone();
            let mapped = rows.entity(Tenant { customer: &customer, environment });
            let entity = mapped.and_then(|mapped| mapped.entity.clone());
            Some(WithOwner { customer, entity, record: record.clone() })
        }))
    }

    async fn watched(
        &self,
        environment: Environment,
        reason: Option<Watched>,
    ) -> Result<Vec<WatchedConnection>, StoreError> {
        Ok(self.read(|rows| {
            let there = rows.connections.iter().filter(|(owner, record)| {
                owner.environment == environment
                    && record.removed_at.is_none()
                    && reason.is_none_or(|reason| record.watched == Some(reason))
            });
            there
                .map(|(_, record)| WatchedConnection {
                    id: record.id.clone(),
                    updated_at: record.updated_at,
                    version: record.version,
                })
                .collect()
        }))
    }

    async fn remembered(&self, environment: Environment) -> Result<HashSet<ConnectionId>, StoreError> {
        Ok(self.read(|rows| {
            let known = rows.connections.iter().filter(|(owner, _)| owner.environment == environment);
            known.map(|(_, record)| record.id.clone()).collect()
        }))
    }

    async fn events_after(&self, tenant: Tenant<'_>, after: u64) -> Result<Missed, StoreError> {
        Ok(self.read(|rows| {
            let head = rows.live.head(tenant).unwrap_or(0);
            let own = |event: &&Event| event.owner.is(tenant) && event.seq > after;
            let missed: Vec<_> = rows.live.events.iter().filter(own).collect();
            let whole = after == head || missed.first().is_some_and(|event| event.seq == after + 1);
            let is_money = |event: &Event| event.kind == EventKind::Transactions;
            let is_last = |event: &&&Event| {
                let mut later = missed.iter().filter(|later| later.seq > event.seq);
                !later.any(|later| later.connection == event.connection && is_money(later) == is_money(event))
            };
            let told = missed.iter().filter(is_last).filter_map(|event| {
                let record = rows.known(tenant, &event.connection)?.clone();
                Some(CustomerEvent { seq: event.seq, kind: event.kind, record })
            });
            Missed { head, events: whole.then(|| told.collect()) }
        }))
    }

    async fn heads(
        &self,
        environment: Environment,
        customers: &[&Customer],
    ) -> Result<HashMap<CustomerKey, u64>, StoreError> {
        Ok(self.read(|rows| {
            let tenants = customers.iter().map(|customer| Tenant { customer, environment });
            let head = |tenant: Tenant<'_>| Some((CustomerKey::of(tenant), rows.live.head(tenant)?));
            tenants.filter_map(head).collect()
        }))
    }

    async fn hold_lease(&self, name: &str, holder: &str, millis: u32) -> Result<bool, StoreError> {
        self.change(|rows| {
            let now = Instant::now();
            let others = |(known, other, until): &(String, String, Instant)| {
                known == name && other != holder && *until >= now
            };
            if rows.live.leases.iter().any(others) {
                return Ok(false);
            }
            rows.live.leases.retain(|(known, ..)| known != name);
            rows.live.leases.push((
                name.to_owned(),
                holder.to_owned(),
                now + Duration::from_millis(millis.into()),
            ));
            Ok(true)
        })
        .await
    }

    async fn release_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        self.change(|rows| {
            rows.live.leases.retain(|(known, other, _)| known != name || other != holder);
            Ok(())
        })
        .await
    }

    async fn visit(
        &self,
        tenant: Tenant<'_>,
        user: &UserId,
        now: Timestamp,
    ) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
        self.change(|rows| {
            let own = |visit: &&mut Visit| visit.owner.is(tenant) && visit.user == *user;
            let Some(visit) = rows.live.visits.iter_mut().find(own) else {
                let (owner, user) = (Owner::of(tenant), user.clone());
                rows.live.visits.push(Visit { owner, user, away_since: None, began_at: now, seen_at: now });
                return Ok(None);
            };
            if !(0..VISIT_ENDS_AFTER_MILLIS).contains(&now.since(visit.seen_at)) {
                (visit.away_since, visit.began_at) = (Some(visit.seen_at), now);
            }
            visit.seen_at = now;
            Ok(visit.away_since.map(|since| (since, visit.began_at)))
        })
        .await
    }

    async fn changed_between(
        &self,
        tenant: Tenant<'_>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<ConnectionId>, StoreError> {
        Ok(self.read(|rows| {
            let mut changed: Vec<ConnectionId> = Vec::new();
            for (owner, id, change) in &rows.changes {
                let then = change.at > from && change.at <= to && change.before.is_some();
                if owner.is(tenant) && then && !changed.contains(id) {
                    changed.push(id.clone());
                }
            }
            changed
        }))
    }
}
