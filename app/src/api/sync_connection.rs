//! Asking for a sync.

use leptos::prelude::*;

use crate::{error::WireError, model::OneConnection};

/// Asks Waycore to read the bank now.
#[server(endpoint = "sync_connection", output = super::wire::Answer)]
pub async fn sync_connection(connection_id: Option<String>) -> Result<OneConnection, WireError> {
    let scope = super::scope()?;
    let id = connection_id.unwrap_or_default();
    let connection = scope.onboarding.sync_connection(&scope.caller, &id).await?;
    Ok(OneConnection { connection })
}
