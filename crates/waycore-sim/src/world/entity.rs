//! An integrator's customer.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
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
    #[serde(default)]
    updated_at: i64,
    #[serde(default)]
    contact_emails: Vec<String>,
}

/// An entity as it goes over the wire, with the addresses that the newest documents add.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EntityWithContacts)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Body {
    #[serde(flatten)]
    entity: wire::Entity,
    contact_emails: Vec<String>,
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
            updated_at: now,
            contact_emails: Vec::new(),
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
            updated_at: now,
            contact_emails: Vec::new(),
        }
    }

    /// In the place of all earlier ones, each once whatever its case.
    pub(crate) fn set_contacts(&mut self, emails: Vec<String>, now: i64) {
        let mut seen = HashSet::new();
        self.contact_emails = emails.into_iter().filter(|email| seen.insert(email.to_lowercase())).collect();
        self.updated_at = now.max(self.updated_at + 1);
    }

    pub(crate) fn body(&self) -> Body {
        let entity = wire::Entity {
            entity_id: self.id.clone(),
            external_entity_id: self.external_id.clone(),
            is_default_org_entity: self.is_default,
            created_at: DateTime::from_millis(self.created_at),
            updated_at: DateTime::from_millis(self.updated_at),
            name: self.name.clone(),
            metadata: self.metadata.clone(),
        };
        Body { entity, contact_emails: self.contact_emails.clone() }
    }
}

impl Labelled for Entity {
    fn id(&self) -> &str {
        &self.id
    }
}
