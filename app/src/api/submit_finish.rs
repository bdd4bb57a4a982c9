//! The end of step 3.

#![expect(clippy::too_many_arguments, reason = "each is a field of a form, by its name")]

use leptos::prelude::*;

use crate::{error::WireError, model::OneConnection};

/// Hands over what the bank issued, if anything was filled in, and completes the setup. A form that comes back without the
/// password that was typed says `password_dropped`: it is refused without one, unless it says `without_password` too.
#[server(endpoint = "submit_finish", output = super::wire::Answer)]
pub async fn submit_finish(
    connection_id: Option<String>,
    bank_username: Option<String>,
    bank_customer_id: Option<String>,
    password: Option<String>,
    delegated_user_active: Option<String>,
    accept_terms: Option<String>,
    password_dropped: Option<String>,
    without_password: Option<String>,
) -> Result<OneConnection, WireError> {
    let scope = super::scope()?;
    let id = connection_id.unwrap_or_default();
    let input = crate::backend::FinishSetup {
        bank_username,
        bank_customer_id,
        password,
        delegated_user_active: super::checked(delegated_user_active.as_deref()),
        accept_terms: super::checked(accept_terms.as_deref()),
        password_dropped: super::checked(password_dropped.as_deref())
            && !super::checked(without_password.as_deref()),
    };
    let connection = scope.onboarding.submit_finish(&scope.caller, &id, input).await?;
    Ok(OneConnection { connection })
}
