//! One connection.

use leptos::prelude::*;

use crate::{error::WireError, model::OneConnection};

/// Reads one connection of the caller's.
#[server(endpoint = "get_connection", output = super::wire::Answer)]
pub async fn get_connection(connection_id: Option<String>) -> Result<OneConnection, WireError> {
    let scope = super::scope()?;
    let id = connection_id.unwrap_or_default();
    let connection = scope.onboarding.get_connection(&scope.caller, &id).await?;
    Ok(OneConnection { connection })
}
