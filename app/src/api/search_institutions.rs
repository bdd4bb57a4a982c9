//! The bank search.

#[cfg(feature = "ssr")]
use domain::bank_choice::SearchText;
use leptos::prelude::*;

use crate::{error::WireError, model::Institutions};

/// At most 20 banks of the catalog that fit what was typed; if asked, with what was typed marked in them, whether there are
/// more, and all of it in words.
#[server(endpoint = "search_institutions", output = super::wire::Answer)]
pub async fn search_institutions(
    query: Option<String>,
    marked: Option<String>,
) -> Result<Institutions, WireError> {
    let scope = super::scope()?;
    let query = query.unwrap_or_default();
    let mut found = scope.onboarding.search_institutions(&scope.caller, &query).await?;
    if !super::checked(marked.as_deref()) {
        found.more = false;
    } else if let Ok(typed) = SearchText::parse(&query) {
        found.news = crate::copy::search_news(found.institutions.len(), found.more, found.unreadable);
        found.institutions = found.institutions.into_iter().map(|bank| bank.marked(&typed)).collect();
    }
    Ok(found)
}
