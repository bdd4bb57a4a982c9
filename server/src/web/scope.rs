//! What one request may know: who asks, and through which port.

use std::sync::Arc;

use app::{
    backend::{Caller, Customer, Flash, RequestScope},
    error::WireError,
};
use aws_lc_rs::digest;
use domain::user_error::ErrorCode;
use http::request::Parts;

use crate::{
    client::Client, identity::SignedOut, limits, security_log::SecurityEvent, startup::AppState,
    telemetry::SupportCode,
};

/// A host's key set is read at most once in this time.
const SIGN_IN_RETRY_SECONDS: u64 = 30;

/// Why a request is not answered for a person.
pub(super) struct NoCaller {
    pub(super) error: WireError,
    /// Why nobody is signed in; `None` where somebody is who may not do this now.
    pub(super) refusal: Option<SignedOut>,
}

impl From<WireError> for NoCaller {
    fn from(error: WireError) -> Self {
        Self { error, refusal: None }
    }
}

impl From<NoCaller> for WireError {
    fn from(none: NoCaller) -> Self {
        none.error
    }
}

/// The request's support code; the middleware gives each request one.
pub(super) fn support_code(parts: &Parts) -> String {
    parts.extensions.get::<SupportCode>().map(ToString::to_string).unwrap_or_default()
}

/// Who asks, if that person may read at all.
pub(super) async fn caller(state: &AppState, parts: &Parts) -> Result<Caller, WireError> {
    admitted(state, identified(state, parts).await?).await
}

/// Who listens, however much they ask elsewhere.
pub(super) async fn listener(state: &AppState, parts: &Parts) -> Result<Caller, WireError> {
    let caller = known(state, parts).await?;
    state.limits.stream(&caller).map_err(limits::too_many_of(&caller))?;
    admitted(state, caller).await
}

async fn admitted(state: &AppState, caller: Caller) -> Result<Caller, WireError> {
    if !caller.role.reads() {
        return Err(forbidden(&caller));
    }
    state.onboarding.arrived(&caller).await;
    Ok(caller)
}

/// Logs and returns the refusal of somebody whose role does not suffice.
pub(super) fn forbidden(caller: &Caller) -> WireError {
    SecurityEvent::new("forbidden_role").by(caller).log();
    WireError::new(ErrorCode::Forbidden, app::copy::errors().forbidden)
}

/// Who asks, whatever they may do, unless they or their customer ask too much.
pub(super) async fn identified(state: &AppState, parts: &Parts) -> Result<Caller, WireError> {
    let caller = known(state, parts).await?;
    state.limits.request(&caller, limits::Cost::of(&parts.uri)).map_err(limits::too_many_of(&caller))?;
    Ok(caller)
}

/// The same of a page, which costs little where it fetches itself again: what is on record is shown, and Waycore is asked once
/// for all. What somebody filters or searches for is asked for them alone.
pub(super) async fn caller_of_page(state: &AppState, parts: &Parts) -> Result<Caller, NoCaller> {
    let caller = known(state, parts).await?;
    let may = match is_after_news(parts) && parts.uri.query().is_none() {
        true => state.limits.live_refresh(&caller),
        false => state.limits.request(&caller, limits::Cost::of(&parts.uri)),
    };
    may.map_err(limits::too_many_of(&caller))?;
    Ok(admitted(state, caller).await?)
}

async fn known(state: &AppState, parts: &Parts) -> Result<Caller, NoCaller> {
    let words = app::copy::errors();
    let reason = match state.identity.identify(parts).await {
        Ok(caller) => return Ok(caller),
        Err(reason) => reason,
    };
    state.limits.signed_out(Client::of(parts).address).map_err(limits::too_many_signed_out)?;
    tracing::info!(%reason, "request not authenticated");
    if !matches!(
        reason,
        SignedOut::Absent | SignedOut::Expired | SignedOut::KeysUnavailable | SignedOut::NoKnownRole
    ) {
        SecurityEvent::new("token_refused").because(&reason.to_string()).log();
    }
    let error = match reason.code() {
        ErrorCode::Forbidden => {
            SecurityEvent::new("forbidden_role").because(&reason.to_string()).log();
            WireError::new(ErrorCode::Forbidden, words.forbidden)
        }
        // Signing in again would not help, and the keys are soon read again.
        ErrorCode::Unavailable => WireError::new(ErrorCode::Unavailable, words.sign_in_unavailable)
            .retry_after(Some(SIGN_IN_RETRY_SECONDS)),
        _ => WireError::new(ErrorCode::SignedOut, words.signed_out),
    };
    Err(NoCaller { error, refusal: Some(reason) })
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
        outcome: Arc::default(),
        after_news: is_after_news(parts),
        now_millis: state.clock.now().as_millis(),
    }
}

/// Whether it is a page that fetches itself again because it heard of something.
pub(super) fn is_after_news(parts: &Parts) -> bool {
    parts.headers.contains_key(app::paths::AFTER_NEWS)
}

/// Whether what asks can show a page of this build: a browser can, and the script of a page of the same build.
pub(super) fn can_show(state: &AppState, parts: &Parts) -> bool {
    let build = parts.headers.get(app::paths::BUILD);
    build.is_none_or(|build| build == state.site.paths.build())
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
