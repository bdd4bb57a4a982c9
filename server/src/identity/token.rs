//! The host's signed token: says who is asking, for which customer, until when.

mod claims;
mod header;
pub(crate) mod key_set;
mod keys;

use std::sync::Arc;

use app::backend::{Caller, Customer, Role};
use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::user_error::ErrorCode;
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderValue, request::Parts};

use self::claims::Expected;
use self::header::Header;
use self::keys::{Key, Keys};
use super::{HostIdentity, SignedOut};
use crate::clock::Clock;
use crate::json::Object;
use crate::{config, cookie};

/// Cookies of one name that are checked, each at the price of a signature. A browser sends one a path and domain.
const MAX_COOKIES: usize = 8;

/// Believes tokens that the host signed.
pub struct TokenIdentity {
    keys: Keys,
    issuer: String,
    audience: String,
    cookie: Option<String>,
    default_role: Role,
    clock: Arc<dyn Clock>,
}

impl TokenIdentity {
    /// With the host's keys, and the one issuer and audience that count.
    pub fn new(settings: &config::Token, clock: Arc<dyn Clock>) -> Self {
        Self {
            keys: Keys::new(&settings.keys, clock.clone()),
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            cookie: settings.cookie.clone(),
            default_role: settings.default_role,
            clock,
        }
    }

    /// Returns the person and the customer that a token names, if everything about it is right.
    pub(crate) async fn judge(&self, token: &str) -> Result<Caller, SignedOut> {
        let key = self.keys.find(&Header::read(token)?).await?;
        let expected = Expected {
            issuer: &self.issuer,
            audience: &self.audience,
            default_role: self.default_role,
            now_millis: self.clock.now().as_millis(),
        };
        let claims = expected.read(&signed_claims(token, &key)?)?;
        Ok(Caller {
            customer: Customer { issuer: self.issuer.clone(), org: claims.org.as_str().to_owned() },
            user: claims.sub,
            role: claims.role,
            org_name: claims.org_name,
            locale: claims.locale,
            name: claims.name,
        })
    }

    /// What the cookies of the session's name hold, where anything.
    fn cookies<'a>(&'a self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
        let all = self.cookie.iter().flat_map(move |name| cookie::all(headers, name));
        all.filter(|value| !value.is_empty())
    }

    /// The first [`MAX_COOKIES`] cookies that look like tokens (two dots).
    fn sessions<'a>(&'a self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
        self.cookies(headers).filter(|value| value.matches('.').count() >= 2).take(MAX_COOKIES)
    }

    /// The caller of the first session that is right. Where none is, the most telling refusal: a person who may not do this
    /// must not be sent to sign in because of a stale cookie beside.
    async fn judge_cookies(&self, headers: &HeaderMap) -> Result<Caller, SignedOut> {
        let mut refusal = None;
        for session in self.sessions(headers) {
            match self.judge(session).await {
                Ok(caller) => return Ok(caller),
                Err(reason) if refusal.is_none() || reason.code() != ErrorCode::SignedOut => {
                    refusal = Some(reason);
                }
                Err(_) => {}
            }
        }
        let has_any = self.cookies(headers).next().is_some();
        Err(refusal.unwrap_or(if has_any { SignedOut::Malformed } else { SignedOut::Absent }))
    }
}

#[async_trait]
impl HostIdentity for TokenIdentity {
    /// A bearer token is judged, and never made up for by a cookie: whoever sent it means to be judged by it.
    async fn identify(&self, request: &Parts) -> Result<Caller, SignedOut> {
        match bearer(&request.headers)? {
            Some(token) => self.judge(token).await,
            None => self.judge_cookies(&request.headers).await,
        }
    }

    /// The tokens, without the other cookies of the host's domain.
    fn kept_headers(&self, headers: &HeaderMap) -> HeaderMap {
        let bearer = headers.get_all(AUTHORIZATION).iter();
        let bearer = bearer.filter(|value| after_bearer(value.as_bytes()).is_some());
        let mut kept: HeaderMap = bearer.map(|value| (AUTHORIZATION, value.clone())).collect();
        let Some(name) = &self.cookie else { return kept };
        for session in self.sessions(headers) {
            let own = HeaderValue::from_str(&format!("{name}={session}"));
            kept.extend(own.map(|own| (COOKIE, own)).ok());
        }
        kept
    }
}

/// The bearer token of a request. Other schemes of `Authorization` are between the browser and a proxy in front.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, SignedOut> {
    let values = headers.get_all(AUTHORIZATION).iter();
    let mut tokens = values.filter_map(|value| after_bearer(value.as_bytes()));
    match (tokens.next(), tokens.next()) {
        (None, _) => Ok(None),
        (Some(token), None) => std::str::from_utf8(token).map(Some).map_err(|_| SignedOut::Malformed),
        (Some(_), Some(_)) => Err(SignedOut::SeveralTokens),
    }
}

/// What follows the scheme, if that is `Bearer`.
fn after_bearer(authorization: &[u8]) -> Option<&[u8]> {
    let value = authorization.trim_ascii();
    let end = value.iter().position(u8::is_ascii_whitespace).unwrap_or(value.len());
    let (scheme, token) = value.split_at(end);
    scheme.eq_ignore_ascii_case(b"bearer").then(|| token.trim_ascii())
}

/// What the token says, if its signature is right. `jsonwebtoken` would check the claims too, and names none in its refusals.
fn signed_claims(token: &str, key: &Key) -> Result<Object, SignedOut> {
    let (message, signature) = token.rsplit_once('.').ok_or(SignedOut::Malformed)?;
    let (_, claims) = message.split_once('.').ok_or(SignedOut::Malformed)?;
    match jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key.decoding, key.algorithm) {
        Ok(true) => {}
        Ok(false) => return Err(SignedOut::BadSignature),
        Err(_) => return Err(SignedOut::Malformed),
    }
    let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| SignedOut::Malformed)?;
    Object::parse(&claims).ok_or(SignedOut::Malformed)
}

#[cfg(test)]
pub(crate) mod test_keys;
#[cfg(test)]
mod tests;
