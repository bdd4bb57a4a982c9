//! The end of step 1.
#![expect(clippy::too_many_arguments, reason = "each is a field of a form, by its name")]

use leptos::prelude::*;

use crate::{error::WireError, model::Started};

/// Creates the connection for a chosen bank, or for a portal URL of a bank that is not in the catalog. Our own forms say
/// `ask_first`: then another portal of a connected bank needs `another`; that of an unlisted bank says `unlisted`, and
/// the address that JavaScript has `warned` of, should it be odd; and one that corrects a connection's address names it,
/// `again`.
#[server(endpoint = "start_connection", output = super::wire::Answer)]
pub async fn start_connection(
    institution_id: Option<String>,
    portal_url: Option<String>,
    requested_name: Option<String>,
    not_listed: Option<String>,
    ask_first: Option<String>,
    another: Option<String>,
    unlisted: Option<String>,
    warned: Option<String>,
    address_checked: Option<String>,
    again: Option<String>,
) -> Result<Started, WireError> {
    let scope = super::scope()?;
    let not_listed = super::checked(not_listed.as_deref());
    let ask_first = super::checked(ask_first.as_deref()) && !super::checked(another.as_deref());
    let unlisted = super::checked(unlisted.as_deref());
    let unwarned = unlisted && warned.unwrap_or_default() != portal_url.as_deref().unwrap_or_default();
    let input = crate::backend::StartConnection {
        institution_id,
        portal_url,
        requested_name,
        not_listed,
        unlisted,
        unwarned,
        address_checked: super::checked(address_checked.as_deref()),
        again,
        ask_first,
    };
    scope.onboarding.start_connection(&scope.caller, input).await
}
