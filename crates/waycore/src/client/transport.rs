//! One request, one answer: the address, the key, the limits, and what a status means.

use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    header::{ACCEPT, AUTHORIZATION, HeaderValue},
    redirect, retry,
};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use super::{BaseUrl, BuildError, Error, Nonsense, RetryAfter, TimeLimits};

/// The longest answer that is read: 1 MiB, several times a full page of 500 connections.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// Sends requests to the configured address and nowhere else.
#[derive(Clone)]
pub(super) struct Transport {
    base: BaseUrl,
    http: reqwest::Client,
    authorization: HeaderValue,
}

impl Transport {
    pub(super) fn new(base: BaseUrl, key: &SecretString, limits: TimeLimits) -> Result<Self, BuildError> {
        let builder = reqwest::Client::builder()
            .user_agent(concat!("waycore-connect/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(limits.connect)
            .read_timeout(limits.first_byte)
            .timeout(limits.whole)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false);
        // A proxy of the environment is for the way out; on loopback it would only read the key.
        let builder = if base.is_loopback() { builder.no_proxy() } else { builder };
        // Without TLS a machine needs no certificates, and a bare container has none.
        let builder = if base.is_https() { builder.https_only(true) } else { builder.tls_certs_only([]) };
        let http = builder.build().map_err(|error| BuildError::of_transport(&error))?;
        Ok(Self { base, http, authorization: bearer(key)? })
    }

    pub(super) fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// A request for the resource below the base URL. An id that no path can name is the id of nothing.
    pub(super) fn request(&self, method: Method, segments: &[&str]) -> Result<RequestBuilder, Error> {
        let url = self.base.join(segments).ok_or(Error::NotFound)?;
        let request = self.http.request(method, url).header(ACCEPT, "application/json");
        Ok(request.header(AUTHORIZATION, self.authorization.clone()))
    }
}

/// Sends the request; every status but success is an error. `call` names the call in the log.
pub(super) async fn send(call: &'static str, request: RequestBuilder) -> Result<Response, Error> {
    let response = request.send().await.map_err(|error| Error::of_transport(&error))?;
    let status = response.status();
    tracing::debug!(call, status = status.as_u16(), "Waycore answered");
    if status.is_success() { Ok(response) } else { Err(refusal(status, &response)) }
}

/// Reads the answer's JSON and stops as soon as it is too long.
pub(super) async fn read<T: DeserializeOwned>(mut response: Response) -> Result<T, Error> {
    let announced = response.content_length().unwrap_or_default();
    if announced > BODY_LIMIT as u64 {
        return Err(Error::Nonsense(Nonsense::TooLarge));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Error::of_transport(&error))? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(Error::Nonsense(Nonsense::TooLarge));
        }
        body.extend_from_slice(&chunk);
    }
    // The parser's message quotes the body, so it ends here.
    serde_json::from_slice(&body).map_err(|_| Error::Nonsense(Nonsense::Body))
}

/// The table of errors in the documents' onboarding page.
fn refusal(status: StatusCode, response: &Response) -> Error {
    match status.as_u16() {
        400 | 422 => Error::Invalid,
        401 => Error::Unauthorized,
        403 => Error::Forbidden,
        404 => Error::NotFound,
        409 => Error::Conflict,
        429 => Error::RateLimited { retry_after: RetryAfter::of(response.headers()) },
        300..=399 => Error::Nonsense(Nonsense::Redirect),
        500..=599 => Error::Server(status.as_u16()),
        other => Error::Nonsense(Nonsense::Status(other)),
    }
}

/// The header with the key, marked so that no `Debug` shows it.
fn bearer(key: &SecretString) -> Result<HeaderValue, BuildError> {
    let key = key.expose_secret();
    if key.trim().is_empty() {
        return Err(BuildError::Key);
    }
    let mut value = HeaderValue::try_from(format!("Bearer {key}")).map_err(|_| BuildError::Key)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_does_not_show_the_key() {
        let base = BaseUrl::parse("http://127.0.0.1:9/v1").expect("a base URL");
        let key = SecretString::from("way_test_1_secret");
        let transport = Transport::new(base, &key, TimeLimits::default()).expect("a transport");
        let request = transport.request(Method::GET, &["entities"]).expect("a request");
        assert!(!format!("{request:?}").contains("secret"));
        let request = request.build().expect("a request");
        assert_eq!(request.headers()[AUTHORIZATION], "Bearer way_test_1_secret");
        assert!(!format!("{request:?}").contains("secret"));
    }

    #[track_caller]
    fn check_key(key: &str, expected: bool) {
        assert_eq!(bearer(&SecretString::from(key)).is_ok(), expected, "{key:?}");
    }

    #[test]
    fn any_key_that_a_header_can_carry_will_do() {
        check_key("way_live_1_abc", true);
        check_key("something else entirely", true);
        check_key("", false);
        check_key("  ", false);
        check_key("two\nlines", false);
        check_key("nul\0", false);
    }
}
