//! Removing a connection.

use leptos::prelude::*;

use crate::{error::WireError, model::Nothing};

/// Removes a connection for good; `confirmation` is its name as a person typed it.
#[server(endpoint = "remove_connection", output = super::wire::Answer)]
pub async fn remove_connection(
    connection_id: Option<String>,
    confirmation: Option<String>,
) -> Result<Nothing, WireError> {
    let scope = super::scope()?;
    let id = connection_id.unwrap_or_default();
    let confirmation = confirmation.unwrap_or_default();
    scope.onboarding.remove_connection(&scope.caller, &id, &confirmation).await?;
    Ok(Nothing {})
}
