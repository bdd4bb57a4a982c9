//! Registrations for events, and the deliveries that come of them.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use waycore::wire::{self, DateTime, EventType, Metadata, WebhookEvent};

use super::{
    connection::Connection,
    lifecycle,
    shelf::{Labelled, Shelf},
    syncs,
};
use crate::ids;

/// Deliveries that are kept for each environment of an organization; older ones make room.
const KEPT: usize = 1_000;

/// Before the second attempt, in virtual milliseconds; twice as long before each further one.
const FIRST_RETRY: i64 = 10_000;

/// Attempts before a delivery is given up: the last comes almost three virtual hours after the first.
const ATTEMPTS: usize = 11;

/// An address that wants events.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Registration {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) events: Vec<String>,
    pub(crate) secret: String,
    pub(crate) active: bool,
    pub(crate) metadata: Metadata,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// One event on its way to one address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) webhook_id: String,
    pub(crate) url: String,
    pub(crate) event: WebhookEvent,
    /// Whom it is about, for lists.
    pub(crate) connection_id: Option<String>,
    pub(crate) manner: Manner,
    /// When the next attempt is due, in virtual time; `None` once it is over.
    pub(crate) due_at: Option<i64>,
    pub(crate) attempts: Vec<Attempt>,
    /// An attempt is under way. Not kept: a process that died in the middle has to try again.
    #[serde(skip)]
    pub(crate) under_way: bool,
}

/// What is wrong with a delivery on demand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manner {
    pub(crate) bad_signature: bool,
    /// How many real seconds old the signature pretends to be; negative for the future.
    pub(crate) signature_age: i64,
}

/// One try to deliver.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attempt {
    /// Virtual time.
    pub(crate) at: DateTime,
    /// Real time, which is also the signature's.
    pub(crate) sent_at: DateTime,
    pub(crate) status: Option<u16>,
    /// Why there is no status.
    pub(crate) error: Option<String>,
}

/// Everything about webhooks of one environment of an organization.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Webhooks {
    pub(crate) registrations: Shelf<Registration>,
    pub(crate) deliveries: VecDeque<Delivery>,
    /// Kind and status of each connection that subscribers know of.
    told: BTreeMap<String, (String, String)>,
    /// The virtual time up to which everything was noticed.
    noticed_until: i64,
}

impl Registration {
    pub(crate) fn new(create: wire::WebhookCreate, secret: String, now: i64) -> Self {
        Self {
            id: ids::webhook(),
            url: create.url,
            events: names(&create.events),
            secret,
            active: true,
            metadata: create.metadata.unwrap_or_default(),
            created_at: now,
            updated_at: now,
        }
    }

    /// For everything that can be delivered.
    pub(crate) fn of_everything(url: String, secret: String, now: i64) -> Self {
        let events = vec![
            EventType::ConnectionStatusChanged,
            EventType::TransactionsSyncAvailable,
            EventType::Test,
            EventType::AccountCreated,
            EventType::AccountUpdated,
            EventType::TransferStatusChanged,
        ];
        Self::new(wire::WebhookCreate { url, events, metadata: None }, secret, now)
    }

    pub(crate) fn update(&mut self, update: wire::WebhookUpdate, now: i64) {
        if let Some(url) = update.url {
            self.url = url;
        }
        if let Some(events) = update.events {
            self.events = names(&events);
        }
        self.active = update.active.unwrap_or(self.active);
        if let Some(metadata) = update.metadata {
            self.metadata = metadata.unwrap_or_default();
        }
        self.updated_at = now.max(self.updated_at + 1);
    }

    pub(crate) fn wants(&self, event_type: &str) -> bool {
        self.active && self.events.iter().any(|known| known == event_type)
    }

    /// As it goes over the wire; the secret is whole only for the one who creates it.
    pub(crate) fn body(&self, with_secret: bool) -> wire::Webhook {
        let secret = if with_secret { self.secret.clone() } else { masked(&self.secret) };
        wire::Webhook {
            id: self.id.clone(),
            url: self.url.clone(),
            events: self.events.iter().map(|event| event.as_str().into()).collect(),
            secret: secret.into(),
            active: self.active,
            created_at: DateTime::from_millis(self.created_at),
            updated_at: DateTime::from_millis(self.updated_at),
            metadata: self.metadata.clone(),
        }
    }
}

impl Delivery {
    /// What became of an attempt.
    pub(crate) fn tried(&mut self, attempt: Attempt, now: i64) {
        self.under_way = false;
        let delivered = attempt.status.is_some_and(|status| (200..300).contains(&status));
        self.attempts.push(attempt);
        let tries = self.attempts.len();
        let doubled =
            1_i64.checked_shl(u32::try_from(tries).unwrap_or(62).saturating_sub(1)).unwrap_or(i64::MAX);
        self.due_at = (!delivered && tries < ATTEMPTS).then(|| now + FIRST_RETRY.saturating_mul(doubled));
    }

    /// In one word, for lists.
    pub(crate) fn state(&self) -> &'static str {
        let delivered = |attempt: &Attempt| attempt.status.is_some_and(|status| (200..300).contains(&status));
        match (self.due_at, self.attempts.last()) {
            (Some(_), _) => "pending",
            (None, Some(last)) if delivered(last) => "delivered",
            (None, _) => "givenUp",
        }
    }
}

impl Webhooks {
    /// Makes an event for each change since the last look, whether a request made it or time did.
    pub(crate) fn notice(&mut self, connections: &Shelf<Connection>, now: i64) {
        if self.registrations.is_empty() {
            self.told.clear();
            self.noticed_until = now;
            return;
        }
        let since = self.noticed_until;
        for (_, connection) in connections.newest_first() {
            self.notice_one(connection, since, now);
        }
        self.told.retain(|id, _| connections.get(id).is_some());
        self.noticed_until = now;
    }

    fn notice_one(&mut self, connection: &Connection, since: i64, now: i64) {
        let mut moments = lifecycle::turns(connection, since, now);
        // A request may have changed it at this very moment.
        moments.push(now);
        moments.dedup();
        let synced = syncs::ends(connection, since, now);
        for at in moments {
            let state = lifecycle::state(connection, at);
            let present = (state.kind, state.status);
            // A connection that was not known yet is told of when it changes for the first time.
            let known = self.told.insert(connection.id.clone(), present.clone());
            if known.is_some_and(|known| known != present) {
                let data = json!({
                    "connectionId": connection.id, "entityId": connection.entity_id, "kind": present.0, "status": present.1,
                });
                self.announce(EventType::ConnectionStatusChanged.as_str(), Some(connection), data, at);
            }
            if synced.contains(&at) {
                let data = json!({
                    "connectionId": connection.id, "entityId": connection.entity_id, "accountId": Value::Null,
                });
                self.announce(EventType::TransactionsSyncAvailable.as_str(), Some(connection), data, at);
            }
        }
    }

    /// An event for everybody who wants it.
    fn announce(&mut self, event_type: &str, connection: Option<&Connection>, data: Value, at: i64) {
        let event = event(event_type, data, at);
        let wanting: Vec<Registration> = self
            .registrations
            .newest_first()
            .filter(|(_, registration)| registration.wants(event_type))
            .map(|(_, registration)| registration.clone())
            .collect();
        let connection_id = connection.map(|connection| connection.id.clone());
        for registration in wanting {
            self.send(&registration, event.clone(), connection_id.clone(), Manner::default(), at);
        }
    }

    /// Puts an event on its way. Gives the delivery's id.
    pub(crate) fn send(
        &mut self,
        registration: &Registration,
        event: WebhookEvent,
        connection_id: Option<String>,
        manner: Manner,
        due_at: i64,
    ) -> String {
        if self.deliveries.len() >= KEPT {
            // What is over goes first.
            let over = self.deliveries.iter().position(|delivery| delivery.due_at.is_none());
            self.deliveries.remove(over.unwrap_or_default());
        }
        let id = ids::delivery();
        self.deliveries.push_back(Delivery {
            id: id.clone(),
            webhook_id: registration.id.clone(),
            url: registration.url.clone(),
            event,
            connection_id,
            manner,
            due_at: Some(due_at),
            attempts: Vec::new(),
            under_way: false,
        });
        id
    }

    /// The next moment at which there is something to do.
    pub(crate) fn next_due(&self, connections: &Shelf<Connection>, now: i64) -> Option<i64> {
        let waiting = self.deliveries.iter().filter(|delivery| !delivery.under_way);
        let attempts = waiting.filter_map(|delivery| delivery.due_at);
        let turns = connections.newest_first().filter_map(|(_, one)| lifecycle::next_turn(one, now));
        match self.registrations.is_empty() {
            true => attempts.min(),
            false => attempts.chain(turns).min(),
        }
    }
}

impl Labelled for Registration {
    fn id(&self) -> &str {
        &self.id
    }
}

pub(crate) fn event(event_type: &str, data: Value, at: i64) -> WebhookEvent {
    WebhookEvent {
        id: ids::event(),
        event_type: event_type.to_owned(),
        created_at: DateTime::from_millis(at),
        data,
    }
}

fn names(events: &[EventType]) -> Vec<String> {
    events.iter().map(|event| event.as_str().to_owned()).collect()
}

fn masked(secret: &str) -> String {
    let shown = secret.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    format!("****{}", secret.get(shown..).unwrap_or_default())
}
