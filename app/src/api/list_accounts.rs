//! The accounts behind a connection. No island asks for them, so the browser's half does not have it.

use leptos::prelude::*;

use crate::{error::WireError, model::Accounts};

/// The accounts of one connection.
#[server(endpoint = "list_accounts", output = super::wire::Answer)]
pub async fn list_accounts(connection_id: Option<String>) -> Result<Accounts, WireError> {
    let scope = super::scope()?;
    scope.onboarding.list_accounts(&scope.caller, &connection_id.unwrap_or_default()).await
}
