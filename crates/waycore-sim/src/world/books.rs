//! What belongs to an organization in one of Waycore's two environments; the other does not see it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::api::Used;

use super::{
    connection::Connection,
    entity::Entity,
    shelf::Shelf,
    transfer::Transfer,
    webhook::{Registration, Webhooks},
};

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Books {
    pub(crate) entities: Shelf<Entity>,
    pub(crate) connections: Shelf<Connection>,
    pub(crate) webhooks: Webhooks,
    pub(crate) transfers: Shelf<Transfer>,
    /// Idempotency keys of transfers.
    pub(crate) transfer_keys: BTreeMap<String, Used>,
    /// Entity id to the virtual time until which `sim-rate-limited` refuses it.
    pub(crate) held_back: BTreeMap<String, i64>,
}

impl Books {
    /// As they are at the start: the organization's own entity, and nobody else.
    pub(crate) fn new(organization_id: &str, now: i64) -> Self {
        let mut books = Self::default();
        books.entities.put(Entity::of_organization(organization_id, now));
        books
    }

    /// With an address that hears of everything.
    pub(crate) fn with_webhook(mut self, url: &str, secret: &str, now: i64) -> Self {
        let registration = Registration::of_everything(url.to_owned(), secret.to_owned(), now);
        self.webhooks.registrations.put(registration);
        self
    }
}
