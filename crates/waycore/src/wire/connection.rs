//! Connections (documents: ref/connections/*, getting-started/bank-onboarding-flow).

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::value::RawValue;

use super::{
    DateTime, Metadata, Setup,
    lenient::{odd_as_absent, odd_as_default},
    open_enum::open_enum,
};

/// A connection, told apart by its `kind`.
///
/// Neither kind nor status alone says "connected": that takes kind `ready` and status `active`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Connection {
    Ready(ReadyConnection),
    Setup(SetupConnection),
    /// A kind that the documents do not list, or none at all.
    #[serde(untagged)]
    Other(OtherConnection),
}

/// Kind `ready`: the documents' ActiveConnection.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadyConnection {
    pub id: String,
    pub entity_id: String,
    /// Documented as always there; a connection made from a portal address alone makes that doubtful, so a
    /// missing one is no error.
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub institution_id: Option<String>,
    pub status: ConnectionStatus,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub sync_status: Option<SyncStatus>,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    /// Normalized by Waycore: it can differ from the text that was sent.
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub portal_url: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub institution_name: Option<String>,
    /// The last success.
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub last_synced_at: Option<DateTime>,
    /// The most recent error; its values are not documented.
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub error_code: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub error_message: Option<String>,
    #[serde(default, deserialize_with = "odd_as_default")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Metadata,
}

/// Kind `setup`: the documents' PendingConnection. It has no sync status and no error.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetupConnection {
    pub id: String,
    pub entity_id: String,
    pub status: ConnectionStatus,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    #[serde(default, deserialize_with = "odd_as_default")]
    pub setup: Setup,
    /// Normalized by Waycore: it can differ from the text that was sent.
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub portal_url: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub institution_id: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub institution_name: Option<String>,
    #[serde(default, deserialize_with = "odd_as_default")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Metadata,
}

/// A connection of a kind that is not known: what every connection has, and the rest as it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OtherConnection {
    pub id: String,
    pub entity_id: String,
    #[serde(default, deserialize_with = "odd_as_absent", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    pub status: ConnectionStatus,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    /// Every other field, written back unchanged.
    #[serde(flatten)]
    pub rest: Metadata,
}

open_enum! {
    /// The documented states. `invalidConfig` is in the onboarding page only, but real.
    pub enum ConnectionStatus {
        Draft = "draft",
        PendingActivation = "pendingActivation",
        Active = "active",
        ReauthRequired = "reauthRequired",
        Errored = "errored",
        InvalidConfig = "invalidConfig",
        Paused = "paused",
        Revoked = "revoked",
    }
}

open_enum! {
    /// Whether a ready connection is being read at the moment.
    pub enum SyncStatus {
        Idle = "idle",
        Syncing = "syncing",
    }
}

impl Connection {
    pub fn id(&self) -> &str {
        match self {
            Self::Ready(ready) => &ready.id,
            Self::Setup(setup) => &setup.id,
            Self::Other(other) => &other.id,
        }
    }

    /// Whose connection it is.
    pub fn entity_id(&self) -> &str {
        match self {
            Self::Ready(ready) => &ready.entity_id,
            Self::Setup(setup) => &setup.entity_id,
            Self::Other(other) => &other.entity_id,
        }
    }

    /// The text of `kind`; empty where the body had none.
    pub fn kind(&self) -> &str {
        match self {
            Self::Ready(_) => "ready",
            Self::Setup(_) => "setup",
            Self::Other(other) => other.kind.as_deref().unwrap_or_default(),
        }
    }

    pub fn status(&self) -> &ConnectionStatus {
        match self {
            Self::Ready(ready) => &ready.status,
            Self::Setup(setup) => &setup.status,
            Self::Other(other) => &other.status,
        }
    }

    pub fn created_at(&self) -> &DateTime {
        match self {
            Self::Ready(ready) => &ready.created_at,
            Self::Setup(setup) => &setup.created_at,
            Self::Other(other) => &other.created_at,
        }
    }

    pub fn updated_at(&self) -> &DateTime {
        match self {
            Self::Ready(ready) => &ready.updated_at,
            Self::Setup(setup) => &setup.updated_at,
            Self::Other(other) => &other.updated_at,
        }
    }
}

/// All that has to be known of a body before it is read.
#[derive(Deserialize)]
struct Kind {
    #[serde(default, deserialize_with = "odd_as_absent")]
    kind: Option<String>,
}

impl<'de> Deserialize<'de> for Connection {
    /// The kind decides first, so that a `ready` body with a broken field is an error and not an unknown kind.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The text is gone through twice: a tree of all its values would take longer, and lists have hundreds of these.
        let body = Box::<RawValue>::deserialize(deserializer)?;
        let Kind { kind } = serde_json::from_str(body.get()).map_err(D::Error::custom)?;
        match kind.as_deref() {
            Some("ready") => serde_json::from_str(body.get()).map(Self::Ready),
            Some("setup") => serde_json::from_str(body.get()).map(Self::Setup),
            Some(_) | None => serde_json::from_str(body.get()).map(Self::Other),
        }
        .map_err(D::Error::custom)
    }
}
