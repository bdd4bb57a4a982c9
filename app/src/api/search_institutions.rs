//! The bank search.

use leptos::prelude::*;

use crate::{error::WireError, model::Institutions};

/// At most 20 banks of the catalog that fit what was typed.
#[server(endpoint = "search_institutions", output = super::wire::Answer)]
pub async fn search_institutions(query: Option<String>) -> Result<Institutions, WireError> {
    let scope = super::scope()?;
    let query = query.unwrap_or_default();
    let institutions = scope.onboarding.search_institutions(&scope.caller, &query).await?;
    Ok(Institutions { institutions })
}
