//! An organization: a world of its own, with its own key, objects and clock.

use serde::{Deserialize, Serialize};

use super::{connection::Connection, entity::Entity, shelf::Shelf};
use crate::ids;

/// Which of Waycore's two environments an organization's key is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Environment {
    Live,
    /// Nothing here is a real bank, so this is what an organization is when nobody says otherwise.
    #[default]
    Test,
}

/// What a key may do; the documents name these.
pub(crate) const SCOPES: [&str; 8] = [
    "entities:read",
    "entities:write",
    "connections:read",
    "connections:write",
    "accounts:read",
    "transactions:read",
    "webhooks:read",
    "webhooks:write",
];

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) environment: Environment,
    pub(crate) scopes: Vec<String>,
    pub(crate) api_key: String,
    pub(crate) webhook_secret: String,
    pub(crate) entities: Shelf<Entity>,
    pub(crate) connections: Shelf<Connection>,
}

impl Environment {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

impl Organization {
    pub(crate) fn new(id: String, environment: Environment, scopes: Vec<String>, now: i64) -> Self {
        let mut organization = Self {
            api_key: ids::api_key(environment.as_str()),
            webhook_secret: ids::webhook_secret(),
            id,
            environment,
            scopes,
            entities: Shelf::default(),
            connections: Shelf::default(),
        };
        organization.clear(now);
        organization
    }

    /// Back to the start: only the keys stay.
    pub(crate) fn clear(&mut self, now: i64) {
        self.entities = Shelf::default();
        self.connections = Shelf::default();
        self.entities.put(Entity::of_organization(&self.id, now));
    }
}
