//! Step 1 as a page: three ways to name a bank, and a way to correct one.

use domain::user_error::ErrorCode;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    backend::RequestScope,
    components::load,
    error::WireError,
    model::{Connection, Institution, Institutions},
    wizard::{Details, connection_details},
};

/// Connection details: the live search, the results of a search without JavaScript, or a bank that is not listed.
#[component]
pub fn NewPage() -> impl IntoView {
    let query = use_query_map().read_untracked();
    let asked = Asked {
        query: query.get("query").filter(|text| !domain::visible::is_blank(text)),
        institution: query.get("institution"),
        unlisted: query.get("unlisted").is_some(),
        draft: query.get("draft"),
        again: query.get("again").filter(|id| !id.is_empty()),
    };
    load(
        move |scope| async move { gather(&scope, asked).await },
        |scope, details: Details| connection_details(&scope, details),
    )
}

struct Asked {
    query: Option<String>,
    institution: Option<String>,
    unlisted: bool,
    draft: Option<String>,
    again: Option<String>,
}

async fn gather(scope: &RequestScope, mut asked: Asked) -> Result<Details, WireError> {
    if !scope.caller.role.changes() {
        return Err(WireError::new(ErrorCode::Forbidden, crate::copy::errors().forbidden));
    }
    let mut details = Details { draft: asked.draft.take(), ..Details::default() };
    if let Some(id) = &asked.again {
        let again = scope.onboarding.look_at_connection(&scope.caller, id).await?.what;
        asked.institution = several_portals(scope, &again).await;
        asked.unlisted |= asked.institution.is_none();
        details.again = Some(again);
    }
    details.unlisted = asked.unlisted;
    if asked.unlisted {
        details.matched = matched(scope).await;
        return Ok(details);
    }
    details.named = named(scope).await;
    details.held = scope.onboarding.held_connections(&scope.caller).await?;
    if let Some(id) = asked.institution {
        let bank = scope.onboarding.institution(&scope.caller, &id).await?;
        details.results = Some(Institutions { institutions: vec![bank], ..Institutions::default() });
    } else if let Some(text) = asked.query {
        let found = scope.onboarding.search_institutions(&scope.caller, &text).await;
        details.results = Some(match found {
            Ok(found) => found,
            Err(error) if error.0.code == ErrorCode::InvalidInput => {
                details.refused = Some(error.0.message);
                Institutions::default()
            }
            Err(error) => return Err(error),
        });
        details.query = text;
    } else {
        details.suggested = scope.onboarding.popular_banks(&scope.caller).await?;
    }
    Ok(details)
}

/// The bank of a connection, if it has another portal to choose. Else only its address can be corrected: for the portal
/// that the catalog knows, Waycore would return the very connection that does not work.
async fn several_portals(scope: &RequestScope, again: &Connection) -> Option<String> {
    let id = again.institution_id.clone()?;
    let bank = scope.onboarding.institution(&scope.caller, &id).await.ok()?;
    (bank.portals.len() > 1).then_some(id)
}

/// The bank that the message about a suspicious address of a listed bank names.
async fn named(scope: &RequestScope) -> Option<Institution> {
    scope.flash.error_on("address_checked")?;
    let portal = scope.flash.value("own_portal");
    scope.onboarding.coach_portal(&scope.caller, None, &portal).await.ok()?.matched
}

/// The bank that the refused input seems to mean, or whose address it imitates. Without an answer the page still says what was refused.
async fn matched(scope: &RequestScope) -> Option<Institution> {
    let is_suspicious = scope.flash.error_on("address_checked").is_some();
    if !is_suspicious && scope.flash.error_on("institution_id").is_none() {
        return None;
    }
    let name = scope.flash.value("requested_name");
    let portal = scope.flash.value("portal_url");
    let name = Some(name.as_str()).filter(|name| !name.is_empty());
    let onboarding = &scope.onboarding;
    match is_suspicious {
        true => onboarding.coach_portal(&scope.caller, name, &portal).await.ok()?.matched,
        false => onboarding.match_institution(&scope.caller, name, &portal).await.ok().flatten(),
    }
}
