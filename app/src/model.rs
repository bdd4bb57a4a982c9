//! The JSON of the server functions, as contract.md names it.

use domain::status_label::StatusLabel;
use serde::{Deserialize, Serialize};

/// A bank connection as a browser may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    pub id: String,
    /// The institution's name, else the name that the customer gave, else the portal's host.
    pub display_name: String,
    pub institution_id: Option<String>,
    pub portal_url: Option<String>,
    /// Waycore's `kind`, unchanged.
    pub kind: String,
    /// Waycore's `status`, unchanged; unknown values included.
    pub status: String,
    pub sync_status: Option<String>,
    #[serde(with = "label_text")]
    pub label: StatusLabel,
    pub step: Step,
    pub action_required_by: Option<String>,
    pub next_action: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<Instructions>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials_present: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// RFC 3339, as the next two.
    pub last_synced_at: Option<String>,
    pub created_at: String,
    pub updated_at: String,
    /// Grows whenever what Waycore says of the connection changes.
    pub version: i64,
}

/// Which screen a connection asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    ConnectionDetails,
    DelegatedUser,
    FinishSetup,
    Activation,
    Connected,
    Recoverable,
    Support,
}

/// What the customer types at the bank to create the delegated user. `None`: not issued yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Instructions {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub address: Option<String>,
    pub username: Option<String>,
    pub email: Option<String>,
    pub phone_number: Option<String>,
}

/// A bank of Waycore's catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Institution {
    pub institution_id: String,
    pub name: String,
    /// Host of the canonical portal; empty when Waycore knows no portal.
    pub domain: String,
    /// The canonical portal first.
    pub portals: Vec<String>,
}

/// Answer of `list_connections`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionPage {
    pub connections: Vec<Connection>,
    pub next_cursor: Option<String>,
}

/// Answer of `search_institutions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Institutions {
    pub institutions: Vec<Institution>,
}

/// Answer of `start_connection`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    pub connection: Connection,
    /// Waycore returned a connection that was there before.
    pub existing: bool,
}

/// Answer of every call that ends with one connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneConnection {
    pub connection: Connection,
}

/// A label travels as the words that a person reads.
mod label_text {
    use domain::status_label::StatusLabel;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(label: &StatusLabel, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(crate::copy::status_label(*label))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<StatusLabel, D::Error> {
        let text = String::deserialize(from)?;
        let known = StatusLabel::ALL.into_iter().find(|label| crate::copy::status_label(*label) == text);
        Ok(known.unwrap_or(StatusLabel::Checking))
    }
}
