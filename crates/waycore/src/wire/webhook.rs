//! Webhook registrations (documents: webhooks, ref/webhooks/create-webhook, get-webhook, update-webhook).

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{DateTime, Meta, Metadata, lenient::odd_as_default, open_enum::open_enum};

/// An address that events are delivered to.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    pub id: String,
    pub url: String,
    /// What is delivered; at least one.
    pub events: Vec<EventType>,
    /// Signs the deliveries. Whole only in the answer to the creation; masked in every later one.
    #[serde(serialize_with = "expose")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub secret: SecretString,
    /// Deliveries go only to active registrations.
    pub active: bool,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    #[serde(default, deserialize_with = "odd_as_default")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Metadata,
}

/// The answer to a creation, the one list-like envelope around a single object.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WebhookCreated {
    pub webhook: Webhook,
    #[serde(default, deserialize_with = "odd_as_default")]
    pub meta: Meta,
}

/// Body of `POST /v1/webhooks`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WebhookCreate {
    /// https, at most 2,048 characters.
    #[cfg_attr(feature = "openapi", schema(pattern = "^https://[!-~]+$", max_length = 2048))]
    pub url: String,
    /// At least one.
    #[cfg_attr(feature = "openapi", schema(min_items = 1))]
    pub events: Vec<EventType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub metadata: Option<Metadata>,
}

/// Body of the update of a registration: what is `None` is not sent and stays as it is.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WebhookUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(pattern = "^https://[!-~]+$", max_length = 2048))]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_items = 1))]
    pub events: Option<Vec<EventType>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// `Some(None)` is sent as `null`, which clears it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "null_is_a_value")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub metadata: Option<Option<Metadata>>,
}

open_enum! {
    /// What can be delivered. `account.*` and `transfer.*` are reserved and not sent yet.
    pub enum EventType {
        ConnectionStatusChanged = "connection.status_changed",
        TransactionsSyncAvailable = "transactions.sync_available",
        Test = "test",
        AccountCreated = "account.created",
        AccountUpdated = "account.updated",
        TransferStatusChanged = "transfer.status_changed",
    }
}

/// The one place where the secret becomes text again: the simulator's answer.
fn expose<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// Tells `null` from a missing field.
fn null_is_a_value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Metadata>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
