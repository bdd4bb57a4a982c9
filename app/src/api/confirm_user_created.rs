//! The end of step 2.

use leptos::prelude::*;

use crate::{error::WireError, model::OneConnection};

/// The customer has created the delegated user; kept on the server, so that any device resumes after it.
#[server(endpoint = "confirm_user_created", output = super::wire::Answer)]
pub async fn confirm_user_created(connection_id: Option<String>) -> Result<OneConnection, WireError> {
    let scope = super::scope()?;
    let id = connection_id.unwrap_or_default();
    let connection = scope.onboarding.confirm_user_created(&scope.caller, &id).await?;
    Ok(OneConnection { connection })
}
