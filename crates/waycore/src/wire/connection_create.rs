//! The request for a connection (documents: ref/connections/create-connection, onboarding page).

use domain::{bank_choice::BankChoice, ids::EntityId};
use serde::{Deserialize, Serialize};

/// Body of `POST /v1/connections`. Fields that are `None` are left out.
///
/// The documents ask for an institution or a portal address; the address may come along with an institution
/// to choose one of its portals. There is no field for the name that a customer gives to an unlisted bank.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionCreate {
    #[cfg_attr(feature = "openapi", schema(format = Uuid))]
    pub entity_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution_id: Option<String>,
    /// Byte for byte what the customer typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portal_url: Option<String>,
}

impl ConnectionCreate {
    /// The request for the bank that the customer chose. The name of an unlisted bank stays behind.
    pub fn new(entity: &EntityId, choice: &BankChoice) -> Self {
        Self {
            entity_id: entity.as_str().to_owned(),
            institution_id: choice.institution().map(|id| id.as_str().to_owned()),
            portal_url: choice.portal().map(|portal| portal.as_str().to_owned()),
        }
    }
}
