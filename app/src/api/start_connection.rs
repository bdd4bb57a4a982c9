//! The end of step 1.
#![expect(clippy::too_many_arguments, reason = "each is a field of a form, by its name")]

use leptos::prelude::*;

use crate::{error::WireError, model::Started};

/// Creates the connection for a chosen bank, or for a portal URL of a bank that is not in the catalog. `portal_not_listed` says
/// that the chosen bank has a portal that the catalog lacks: `own_portal` is its address. A suspicious address needs
/// `address_checked`. Our own forms say `ask_first`: then another portal of a connected bank needs
/// `another`; that of an unlisted bank says `unlisted`; and one that corrects a connection's address names it, `again`.
#[server(endpoint = "start_connection", output = super::wire::Answer)]
pub async fn start_connection(
    institution_id: Option<String>,
    portal_url: Option<String>,
    portal_not_listed: Option<String>,
    own_portal: Option<String>,
    requested_name: Option<String>,
    not_listed: Option<String>,
    ask_first: Option<String>,
    another: Option<String>,
    unlisted: Option<String>,
    address_checked: Option<String>,
    again: Option<String>,
) -> Result<Started, WireError> {
    let scope = super::scope()?;
    let is_own = super::checked(portal_not_listed.as_deref());
    let input = crate::backend::StartConnection {
        institution_id,
        portal_url,
        own_portal: is_own.then(|| own_portal.unwrap_or_default()),
        requested_name,
        not_listed: super::checked(not_listed.as_deref()),
        unlisted: super::checked(unlisted.as_deref()),
        address_checked,
        again,
        ask_first: super::checked(ask_first.as_deref()) && !super::checked(another.as_deref()),
    };
    scope.onboarding.start_connection(&scope.caller, input).await
}
