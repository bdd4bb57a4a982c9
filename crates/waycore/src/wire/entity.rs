//! Entities: who owns connections (documents: ref/entities/get-entity, ref/entities/create-entity).

use serde::{Deserialize, Serialize};

use super::{
    DateTime, Metadata,
    lenient::{odd_as_absent, odd_as_default},
};

/// One of the integrator's customers, or the organization itself.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entity {
    /// Waycore's id; an entity calls it `entityId`, where a connection calls its own `id`.
    pub entity_id: String,
    /// The integrator's own stable key; Waycore sets it for the organization's default entity.
    pub external_entity_id: String,
    /// True for the entity that Waycore manages for the organization itself: it must never stand for a
    /// customer, so a body without this field is refused.
    pub is_default_org_entity: bool,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "odd_as_default")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Metadata,
}

/// Body of `POST /v1/entities`. Fields that are `None` are left out.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityCreate {
    /// At least one character; what a second entity with the same key becomes is not documented.
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub external_entity_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub metadata: Option<Metadata>,
}

/// Body of `PATCH /v1/entities/{id}`, which replaces the list of contacts. The documents do not print the field's name: it
/// is our inference.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityUpdate {
    pub contact_emails: Vec<String>,
}
