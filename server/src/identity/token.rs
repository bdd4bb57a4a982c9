//! The host's signed token: says who is asking, for which customer, until when.

mod claims;
mod key_set;
mod keys;

use std::sync::Arc;

use app::backend::{Caller, Customer, Role};
use async_trait::async_trait;
use http::{HeaderMap, header, request::Parts};
use jsonwebtoken::{Validation, errors::ErrorKind};

use self::claims::Claims;
use self::keys::{Key, Keys};
use super::{HostIdentity, SignedOut, role};
use crate::clock::Clock;
use crate::{config, cookie};

/// How far the host's clock may be from ours.
const LEEWAY_MILLIS: i64 = 30_000;

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

    /// The token of a request. A bad `Authorization` is refused, never made up for by a cookie: whoever sent it
    /// means to be judged by it.
    fn token<'a>(&self, headers: &'a HeaderMap) -> Result<&'a str, SignedOut> {
        let mut authorization = headers.get_all(header::AUTHORIZATION).iter();
        match (authorization.next(), authorization.next()) {
            (None, _) => {
                let name = self.cookie.as_deref().ok_or(SignedOut::Absent)?;
                cookie::get(headers, name).ok_or(SignedOut::Absent)
            }
            (Some(value), None) => {
                let (scheme, token) =
                    value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(SignedOut::NotBearer)?;
                if scheme.eq_ignore_ascii_case("bearer") {
                    Ok(token.trim())
                } else {
                    Err(SignedOut::NotBearer)
                }
            }
            (Some(_), Some(_)) => Err(SignedOut::NotBearer),
        }
    }

    async fn judge(&self, token: &str) -> Result<Caller, SignedOut> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| SignedOut::Malformed)?;
        let key = self.keys.find(&header).await?;
        let claims = self.claims(token, &key)?;
        let now = self.clock.now().as_millis();
        if claims.exp.saturating_add(LEEWAY_MILLIS) <= now {
            return Err(SignedOut::Expired);
        }
        if claims.nbf.is_some_and(|nbf| nbf.saturating_sub(LEEWAY_MILLIS) > now) {
            return Err(SignedOut::NotYetValid);
        }
        let role = match &claims.roles {
            None => self.default_role,
            Some(roles) => role::highest(roles.names()).ok_or(SignedOut::NoKnownRole)?,
        };
        Ok(Caller {
            customer: Customer { issuer: self.issuer.clone(), org: claims.org.as_str().to_owned() },
            user: claims.sub,
            role,
            org_name: claims.org_name,
            locale: claims.locale,
            name: claims.name,
        })
    }
}

impl TokenIdentity {
    /// What the token says, if its signature, issuer and audience are right. Its time is not looked at here: there
    /// is one clock for that.
    fn claims(&self, token: &str, key: &Key) -> Result<Claims, SignedOut> {
        let mut validation = Validation::new(key.algorithm);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_audience(&[&self.audience]);
        validation.validate_exp = false;
        let decoded = jsonwebtoken::decode::<Claims>(token, &key.decoding, &validation);
        let claims = decoded.map_err(|error| reason(error.kind()))?.claims;
        if claims.iss == self.issuer { Ok(claims) } else { Err(SignedOut::WrongIssuer) }
    }
}

#[async_trait]
impl HostIdentity for TokenIdentity {
    async fn identify(&self, request: &Parts) -> Result<Caller, SignedOut> {
        self.judge(self.token(&request.headers)?).await
    }
}

fn reason(error: &ErrorKind) -> SignedOut {
    match error {
        ErrorKind::InvalidSignature => SignedOut::BadSignature,
        ErrorKind::InvalidAudience => SignedOut::WrongAudience,
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) | ErrorKind::Json(_) => {
            SignedOut::BadClaims
        }
        _ => SignedOut::Malformed,
    }
}

#[cfg(test)]
pub(crate) mod test_keys;
#[cfg(test)]
mod tests;
