//! Repair.

use leptos::prelude::*;

use crate::{error::WireError, model::OneConnection};

/// Hands over again what the bank issued.
#[server(endpoint = "update_credentials", output = super::wire::Answer)]
pub async fn update_credentials(
    connection_id: Option<String>,
    bank_username: Option<String>,
    bank_customer_id: Option<String>,
    password: Option<String>,
) -> Result<OneConnection, WireError> {
    let scope = super::scope()?;
    let id = connection_id.unwrap_or_default();
    let input = crate::backend::Credentials { bank_username, bank_customer_id, password };
    let connection = scope.onboarding.update_credentials(&scope.caller, &id, input).await?;
    Ok(OneConnection { connection })
}
