//! What a host's token must and may hold.
//!
//! Claims are checked one by one, so that a refusal names the one that is wrong. A claim that only describes the person is
//! ignored where it cannot be used; one that limits what a token allows (`nbf`, `roles`) never is.

use app::backend::Role;
use domain::ids::{CustomerId, UserId};
use serde_json::value::RawValue;

use super::super::{SignedOut, role};
use crate::json::{self, Object};

/// How far the host's clock may be from ours.
const LEEWAY_MILLIS: i64 = 30_000;

/// Sessions are shorter than a year and a day. What expires later is mostly a moment in milliseconds, and never ends.
const MAX_LIFETIME_MILLIS: i64 = 366 * 24 * 3_600_000;

/// Longest name that is shown and sent to Waycore, in characters.
const MAX_NAME_CHARS: usize = 200;

/// The claims that are used; a token may hold more.
#[derive(Debug)]
pub(super) struct Claims {
    /// The host's user.
    pub(super) sub: UserId,
    /// The host's customer.
    pub(super) org: CustomerId,
    pub(super) role: Role,
    pub(super) org_name: Option<String>,
    pub(super) name: Option<String>,
    pub(super) locale: Option<String>,
}

/// What a token's claims are held against.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) audience: &'a str,
    /// The role of a token without `roles`.
    pub(super) default_role: Role,
    pub(super) now_millis: i64,
}

impl Expected<'_> {
    /// Reads the claims of a token whose signature is right.
    pub(super) fn read(&self, claims: &Object) -> Result<Claims, SignedOut> {
        self.check_issuer(required(claims, "iss")?)?;
        self.check_audience(required(claims, "aud")?)?;
        self.check_time(claims)?;
        Ok(Claims {
            sub: id(claims, "sub", UserId::parse)?,
            org: id(claims, "org", CustomerId::parse)?,
            role: self.role(claims.get("roles"))?,
            org_name: name(claims, "org_name"),
            name: name(claims, "name"),
            locale: claims.read("locale"),
        })
    }

    /// One host: a list of names, the right one among them, is no issuer.
    fn check_issuer(&self, iss: &RawValue) -> Result<(), SignedOut> {
        if json::read::<String>(iss).as_deref() == Some(self.issuer) {
            return Ok(());
        }
        Err(SignedOut::WrongIssuer { expected: self.issuer.to_owned(), found: json::shown(iss) })
    }

    fn check_audience(&self, aud: &RawValue) -> Result<(), SignedOut> {
        if names(aud).iter().any(|name| name == self.audience) {
            return Ok(());
        }
        Err(SignedOut::WrongAudience { expected: self.audience.to_owned(), found: json::shown(aud) })
    }

    fn check_time(&self, claims: &Object) -> Result<(), SignedOut> {
        let now = self.now_millis;
        let exp = millis(required(claims, "exp")?).ok_or(SignedOut::BadClaim("exp"))?;
        if exp.saturating_add(LEEWAY_MILLIS) <= now {
            return Err(SignedOut::Expired);
        }
        if exp.saturating_sub(MAX_LIFETIME_MILLIS + LEEWAY_MILLIS) > now {
            return Err(SignedOut::ExpiresTooLate);
        }
        let Some(nbf) = present(claims, "nbf") else { return Ok(()) };
        let nbf = millis(nbf).ok_or(SignedOut::BadClaim("nbf"))?;
        if nbf.saturating_sub(LEEWAY_MILLIS) > now { Err(SignedOut::NotYetValid) } else { Ok(()) }
    }

    /// The most that `roles`, a list or one name, allows. A claim that is there counts, even as `null`: it names no role.
    fn role(&self, roles: Option<&RawValue>) -> Result<Role, SignedOut> {
        let Some(roles) = roles else { return Ok(self.default_role) };
        role::highest(names(roles).iter().map(String::as_str)).ok_or(SignedOut::NoKnownRole)
    }
}

/// A claim that is there; `null` is none.
fn present<'a>(claims: &'a Object, name: &str) -> Option<&'a RawValue> {
    claims.get(name).filter(|value| value.get() != "null")
}

fn required<'a>(claims: &'a Object, name: &'static str) -> Result<&'a RawValue, SignedOut> {
    present(claims, name).ok_or(SignedOut::MissingClaim(name))
}

/// One name, or those of a list. What is no name is left out.
fn names(claim: &RawValue) -> Vec<String> {
    match json::read::<Vec<Box<RawValue>>>(claim) {
        Some(list) => list.iter().filter_map(|name| json::read(name)).collect(),
        None => json::read(claim).into_iter().collect(),
    }
}

fn id<T, E>(
    claims: &Object,
    name: &'static str,
    parse: impl FnOnce(String) -> Result<T, E>,
) -> Result<T, SignedOut> {
    let text = json::read(required(claims, name)?).ok_or(SignedOut::BadClaim(name))?;
    parse(text).map_err(|_| SignedOut::BadClaim(name))
}

/// A name to show, unless the claim can be none.
fn name(claims: &Object, name: &str) -> Option<String> {
    let text: String = claims.read(name)?;
    let text = text.trim();
    let is_name =
        !text.is_empty() && text.chars().count() <= MAX_NAME_CHARS && !text.chars().any(char::is_control);
    is_name.then(|| text.to_owned())
}

/// Seconds, whole or not, as a token writes a moment.
fn millis(seconds: &RawValue) -> Option<i64> {
    // The cast saturates, so that a far moment stays far and nothing overflows.
    json::read::<f64>(seconds).map(|seconds| (seconds * 1_000.0) as i64)
}
