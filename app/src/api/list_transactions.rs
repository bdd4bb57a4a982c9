//! What moved on the accounts behind a connection. No island asks for it, so the browser's half does not have it.

use leptos::prelude::*;

use crate::{backend::TransactionQuery, error::WireError, model::TransactionPage};

/// The transactions of one connection that fit, the latest first.
#[server(endpoint = "list_transactions", output = super::wire::Answer)]
pub async fn list_transactions(
    connection_id: Option<String>,
    account_id: Option<String>,
    from: Option<String>,
    to: Option<String>,
    text: Option<String>,
    cursor: Option<String>,
) -> Result<TransactionPage, WireError> {
    let scope = super::scope()?;
    let query = TransactionQuery { account_id, from, to, text, cursor };
    scope.onboarding.list_transactions(&scope.caller, &connection_id.unwrap_or_default(), query).await
}
