//! The caller's connections.

use leptos::prelude::*;

use crate::{error::WireError, model::ConnectionPage};

/// The caller's connections, newest first.
#[server(endpoint = "list_connections", output = super::wire::Answer)]
pub async fn list_connections(
    status: Option<String>,
    cursor: Option<String>,
) -> Result<ConnectionPage, WireError> {
    let scope = super::scope()?;
    scope.onboarding.list_connections(&scope.caller, crate::backend::ListQuery { status, cursor }).await
}
