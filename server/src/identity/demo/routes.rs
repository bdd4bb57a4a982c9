//! `POST /demo/sign-in`, and `/demo/sign-out`. The page with the form is rendered elsewhere.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use domain::visible::trim;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;

use super::person::Person;
use super::{COOKIE, DemoIdentity, SESSION_SECONDS};
use crate::cookie::SetCookie;
use crate::security::NEVER_STORED;
use crate::signed::Purpose;

pub(super) fn router(identity: DemoIdentity) -> Router {
    Router::new()
        .route("/demo/sign-in", post(sign_in))
        .route("/demo/sign-out", get(sign_out).post(sign_out))
        .with_state(identity)
}

#[derive(Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
struct SignIn {
    user: String,
    org: String,
    role: String,
    return_to: String,
}

async fn sign_in(State(identity): State<DemoIdentity>, Form(form): Form<SignIn>) -> Response {
    match Person::sign_in(trim(&form.user), trim(&form.org), trim(&form.role)) {
        Ok(person) => {
            let expires = identity.clock.now().as_millis() + i64::from(SESSION_SECONDS) * 1_000;
            let expires = domain::timestamp::Timestamp::from_millis(expires);
            let session = identity.signer.sign(Purpose::DemoSession, &person.to_session(), expires);
            identity.go(&identity.safe_return(&form.return_to), &session, u64::from(SESSION_SECONDS))
        }
        Err(reason) => (StatusCode::UNPROCESSABLE_ENTITY, reason.to_string()).into_response(),
    }
}

async fn sign_out(State(identity): State<DemoIdentity>) -> Response {
    identity.go(&format!("{}/", identity.base), "", 0)
}

impl DemoIdentity {
    /// A path of this mount, or its first page: a sign-in never sends a person elsewhere.
    fn safe_return(&self, return_to: &str) -> String {
        let inside = return_to.strip_prefix(&self.base).is_some_and(|rest| rest.starts_with('/'));
        let elsewhere = return_to.starts_with("//") || return_to.contains('\\');
        let printable = return_to.bytes().all(|byte| byte.is_ascii_graphic());
        if inside && !elsewhere && printable { return_to.to_owned() } else { format!("{}/", self.base) }
    }

    fn go(&self, location: &str, session: &str, max_age_seconds: u64) -> Response {
        let path = if self.base.is_empty() { "/" } else { &self.base };
        let cookie = SetCookie { name: COOKIE, value: session, path, max_age_seconds, secure: false };
        let mut headers = HeaderMap::new();
        headers.extend(cookie.header());
        headers.extend(HeaderValue::from_str(location).map(|location| (header::LOCATION, location)).ok());
        headers.insert(header::CACHE_CONTROL, NEVER_STORED);
        (StatusCode::SEE_OTHER, headers).into_response()
    }
}

#[cfg(test)]
mod tests;
