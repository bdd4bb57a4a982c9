//! Help beside the fields of an unlisted bank.

use leptos::prelude::*;

use crate::{error::WireError, model::Advice};

/// What is odd about an address, and which bank of the catalog it seems to be. Nothing is kept or chosen.
#[server(endpoint = "coach_portal", output = super::wire::Answer)]
pub async fn coach_portal(
    requested_name: Option<String>,
    portal_url: Option<String>,
) -> Result<Advice, WireError> {
    let scope = super::scope()?;
    let (name, portal) = (requested_name.unwrap_or_default(), portal_url.unwrap_or_default());
    let name = Some(name.as_str()).filter(|name| !domain::visible::is_blank(name));
    let coaching = scope.onboarding.coach_portal(&scope.caller, name, &portal).await?;
    Ok(coaching.advice(&scope.site.paths))
}
