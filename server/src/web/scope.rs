//! What one request may know: who asks, and through which port.

use app::{
    backend::{Caller, Customer, Flash, RequestScope},
    error::WireError,
};
use aws_lc_rs::digest;
use domain::user_error::ErrorCode;
use http::request::Parts;

use crate::{limits, startup::AppState, telemetry::SupportCode};

/// The request's support code; the middleware gives each request one.
pub(super) fn support_code(parts: &Parts) -> String {
    parts.extensions.get::<SupportCode>().map(ToString::to_string).unwrap_or_default()
}

/// Who asks, if that person may read at all.
pub(super) async fn caller(state: &AppState, parts: &Parts) -> Result<Caller, WireError> {
    admitted(state, identified(state, parts).await?).await
}

/// Who listens, however much their customer asks.
pub(super) async fn listener(state: &AppState, parts: &Parts) -> Result<Caller, WireError> {
    admitted(state, known(state, parts).await?).await
}

async fn admitted(state: &AppState, caller: Caller) -> Result<Caller, WireError> {
    if !caller.role.reads() {
        return Err(WireError::new(ErrorCode::Forbidden, app::copy::errors().forbidden));
    }
    state.onboarding.arrived(&caller).await;
    Ok(caller)
}

/// Who asks, whatever they may do, unless their customer asks too much.
pub(super) async fn identified(state: &AppState, parts: &Parts) -> Result<Caller, WireError> {
    let caller = known(state, parts).await?;
    state.limits.customer(&caller.customer).map_err(limits::too_many)?;
    Ok(caller)
}

/// The same of a page, which costs little where it fetches itself again: what is on record is shown, and Waycore is asked once
/// for all. What somebody filters or searches for is asked for them alone.
pub(super) async fn caller_of_page(state: &AppState, parts: &Parts) -> Result<Caller, WireError> {
    let caller = known(state, parts).await?;
    let limits = &state.limits;
    let may = match is_after_news(parts) && parts.uri.query().is_none() {
        true => limits.after_news(&caller.customer),
        false => limits.customer(&caller.customer),
    };
    may.map_err(limits::too_many)?;
    admitted(state, caller).await
}

async fn known(state: &AppState, parts: &Parts) -> Result<Caller, WireError> {
    let words = app::copy::errors();
    state.identity.identify(parts).await.map_err(|reason| {
        tracing::info!(%reason, "nobody is signed in");
        match reason.code() {
            ErrorCode::Forbidden => WireError::new(ErrorCode::Forbidden, words.forbidden),
            _ => WireError::new(ErrorCode::SignedOut, words.signed_out),
        }
    })
}

/// The scope in which a page renders or a server function runs.
pub(super) fn scope(state: &AppState, caller: Caller, parts: &Parts, flash: Flash) -> RequestScope {
    RequestScope {
        onboarding: state.onboarding.clone(),
        draft_scope: draft_scope(&caller.customer),
        caller,
        site: state.site.clone(),
        support_code: support_code(parts),
        flash,
        after_news: is_after_news(parts),
        now_millis: state.clock.now().as_millis(),
    }
}

/// Whether it is a page that fetches itself again because it heard of something.
pub(super) fn is_after_news(parts: &Parts) -> bool {
    parts.headers.contains_key(app::paths::AFTER_NEWS)
}

/// Tells one customer's drafts from another's in the same browser, and tells nothing else.
fn draft_scope(customer: &Customer) -> String {
    let named = format!("{}\0{}", customer.issuer, customer.org);
    let hash = digest::digest(&digest::SHA256, named.as_bytes());
    hash.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_customer_has_a_draft_scope_of_its_own() {
        let scope =
            |issuer: &str, org: &str| draft_scope(&Customer { issuer: issuer.into(), org: org.into() });
        assert_eq!(scope("host", "acme"), scope("host", "acme"));
        assert_ne!(scope("host", "acme"), scope("host", "globex"));
        assert_ne!(scope("host", "acme"), scope("hosta", "cme"));
        assert!(!scope("host", "acme").contains("acme"));
    }
}
