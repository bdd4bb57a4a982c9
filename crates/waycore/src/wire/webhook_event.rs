//! The envelope of a webhook delivery (documents: webhooks).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::DateTime;

/// One event. A delivery may come twice: `id` tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookEvent {
    pub id: String,
    /// Any text: types are reserved ahead of being sent.
    #[serde(rename = "type")]
    pub event_type: String,
    pub created_at: DateTime,
    /// Its shape is not documented for any event, so nothing may be decided from it.
    #[serde(default)]
    pub data: Value,
}
