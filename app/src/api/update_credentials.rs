//! Repair.

use leptos::prelude::*;

use crate::{error::WireError, model::OneConnection};

/// Hands over again what the bank issued. `password_dropped` and `without_password` are as in `submit_finish`.
#[server(endpoint = "update_credentials", output = super::wire::Answer)]
pub async fn update_credentials(
    connection_id: Option<String>,
    bank_username: Option<String>,
    bank_customer_id: Option<String>,
    password: Option<String>,
    password_dropped: Option<String>,
    without_password: Option<String>,
) -> Result<OneConnection, WireError> {
    let scope = super::scope()?;
    let id = connection_id.unwrap_or_default();
    let password_dropped =
        super::checked(password_dropped.as_deref()) && !super::checked(without_password.as_deref());
    let input = crate::backend::Credentials { bank_username, bank_customer_id, password, password_dropped };
    let connection = scope.onboarding.update_credentials(&scope.caller, &id, input).await?;
    Ok(OneConnection { connection })
}
