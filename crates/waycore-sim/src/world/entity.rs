//! An integrator's customer.

use serde::{Deserialize, Serialize};
use waycore::wire::{self, DateTime, Metadata};

use super::shelf::Labelled;
use crate::ids;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Entity {
    pub(crate) id: String,
    pub(crate) external_id: String,
    pub(crate) is_default: bool,
    name: Option<String>,
    metadata: Metadata,
    created_at: i64,
}

impl Entity {
    pub(crate) fn new(create: wire::EntityCreate, now: i64) -> Self {
        Self {
            id: ids::entity(),
            external_id: create.external_entity_id,
            is_default: false,
            name: create.name,
            metadata: create.metadata.unwrap_or_default(),
            created_at: now,
        }
    }

    /// The entity that Waycore manages for the organization itself, and no customer of it.
    pub(crate) fn of_organization(organization_id: &str, now: i64) -> Self {
        Self {
            id: ids::entity(),
            external_id: organization_id.to_owned(),
            is_default: true,
            name: None,
            metadata: Metadata::new(),
            created_at: now,
        }
    }

    pub(crate) fn body(&self) -> wire::Entity {
        wire::Entity {
            entity_id: self.id.clone(),
            external_entity_id: self.external_id.clone(),
            is_default_org_entity: self.is_default,
            created_at: DateTime::from_millis(self.created_at),
            updated_at: DateTime::from_millis(self.created_at),
            name: self.name.clone(),
            metadata: self.metadata.clone(),
        }
    }
}

impl Labelled for Entity {
    fn id(&self) -> &str {
        &self.id
    }
}
