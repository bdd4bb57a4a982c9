//! What a host's token must and may hold.
//!
//! Claims are checked one by one, so that a refusal names the one that is wrong. A claim that only describes the person is
//! ignored where it cannot be used; one that limits what a token allows (`nbf`, `roles`) never is.

use app::backend::Role;
use domain::ids::{CustomerId, UserId};
use serde_json::{Map, Value};

use super::super::{SignedOut, role};

/// How far the host's clock may be from ours.
const LEEWAY_MILLIS: i64 = 30_000;

/// Sessions are shorter than a year and a day. What expires later is mostly a moment in milliseconds, and never ends.
const MAX_LIFETIME_MILLIS: i64 = 366 * 24 * 3_600_000;

/// Longest name that is shown and sent to Waycore, in characters.
const MAX_NAME_CHARS: usize = 200;

/// Longest claim that a refusal repeats in the log, in characters.
const MAX_SHOWN_CHARS: usize = 200;

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
    pub(super) fn read(&self, claims: &Map<String, Value>) -> Result<Claims, SignedOut> {
        self.check_issuer(required(claims, "iss")?)?;
        self.check_audience(required(claims, "aud")?)?;
        self.check_time(claims)?;
        Ok(Claims {
            sub: id(claims, "sub", UserId::parse)?,
            org: id(claims, "org", CustomerId::parse)?,
            role: self.role(claims.get("roles"))?,
            org_name: name(claims, "org_name"),
            name: name(claims, "name"),
            locale: claims.get("locale").and_then(Value::as_str).map(str::to_owned),
        })
    }

    /// One host: a list of names, the right one among them, is no issuer.
    fn check_issuer(&self, iss: &Value) -> Result<(), SignedOut> {
        if iss.as_str() == Some(self.issuer) {
            return Ok(());
        }
        Err(SignedOut::WrongIssuer { expected: self.issuer.to_owned(), found: shown(iss) })
    }

    fn check_audience(&self, aud: &Value) -> Result<(), SignedOut> {
        let names = aud.as_array().map_or(std::slice::from_ref(aud), Vec::as_slice);
        if names.iter().any(|name| name.as_str() == Some(self.audience)) {
            return Ok(());
        }
        Err(SignedOut::WrongAudience { expected: self.audience.to_owned(), found: shown(aud) })
    }

    fn check_time(&self, claims: &Map<String, Value>) -> Result<(), SignedOut> {
        let now = self.now_millis;
        let exp = millis(required(claims, "exp")?).ok_or(SignedOut::BadClaim("exp"))?;
        if exp.saturating_add(LEEWAY_MILLIS) <= now {
            return Err(SignedOut::Expired);
        }
        if exp.saturating_sub(MAX_LIFETIME_MILLIS + LEEWAY_MILLIS) > now {
            return Err(SignedOut::ExpiresTooLate);
        }
        let Some(nbf) = claims.get("nbf").filter(|nbf| !nbf.is_null()) else { return Ok(()) };
        let nbf = millis(nbf).ok_or(SignedOut::BadClaim("nbf"))?;
        if nbf.saturating_sub(LEEWAY_MILLIS) > now { Err(SignedOut::NotYetValid) } else { Ok(()) }
    }

    /// The most that `roles`, a list or one name, allows. A claim that is there counts, even as `null`: it names no role.
    fn role(&self, roles: Option<&Value>) -> Result<Role, SignedOut> {
        let Some(roles) = roles else { return Ok(self.default_role) };
        let names = roles.as_array().map_or(std::slice::from_ref(roles), Vec::as_slice);
        role::highest(names.iter().filter_map(Value::as_str)).ok_or(SignedOut::NoKnownRole)
    }
}

fn required<'a>(claims: &'a Map<String, Value>, name: &'static str) -> Result<&'a Value, SignedOut> {
    claims.get(name).filter(|value| !value.is_null()).ok_or(SignedOut::MissingClaim(name))
}

fn id<T, E>(
    claims: &Map<String, Value>,
    name: &'static str,
    parse: impl FnOnce(String) -> Result<T, E>,
) -> Result<T, SignedOut> {
    let text = required(claims, name)?.as_str().ok_or(SignedOut::BadClaim(name))?;
    parse(text.to_owned()).map_err(|_| SignedOut::BadClaim(name))
}

/// A name to show, unless the claim can be none.
fn name(claims: &Map<String, Value>, name: &str) -> Option<String> {
    let text = claims.get(name)?.as_str()?.trim();
    let is_name =
        !text.is_empty() && text.chars().count() <= MAX_NAME_CHARS && !text.chars().any(char::is_control);
    is_name.then(|| text.to_owned())
}

/// Seconds, whole or not, as a token writes a moment.
fn millis(seconds: &Value) -> Option<i64> {
    // The cast saturates, so that a far moment stays far and nothing overflows.
    seconds.as_f64().map(|seconds| (seconds * 1_000.0) as i64)
}

/// A claim for the log: JSON escapes what is not printable.
fn shown(claim: &Value) -> String {
    let text = claim.to_string();
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => [&text[..end], "…"].concat(),
        None => text,
    }
}
