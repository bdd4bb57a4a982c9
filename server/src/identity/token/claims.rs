//! What a host's token must and may hold.

use domain::ids::{CustomerId, UserId};
use serde::{Deserialize, Deserializer};

/// The claims that are used; a token may hold more. The audience is compared before this is read.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    /// One host: a list of names, the right one among them, is no issuer.
    pub(super) iss: String,
    /// The host's user.
    pub(super) sub: UserId,
    /// The host's customer.
    pub(super) org: CustomerId,
    /// In milliseconds.
    #[serde(deserialize_with = "millis")]
    pub(super) exp: i64,
    /// In milliseconds.
    #[serde(default, deserialize_with = "optional_millis")]
    pub(super) nbf: Option<i64>,
    /// Absent is something else than none that is known.
    #[serde(default, deserialize_with = "present")]
    pub(super) roles: Option<Roles>,
    pub(super) org_name: Option<String>,
    pub(super) name: Option<String>,
    pub(super) locale: Option<String>,
}

/// `roles` as hosts write it: a list, or one name. Anything else is a claim without a known role.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Roles {
    One(String),
    Many(Vec<String>),
    Other(serde::de::IgnoredAny),
}

impl Roles {
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let names = match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names,
            Self::Other(_) => &[],
        };
        names.iter().map(String::as_str)
    }
}

/// A claim that is there counts, even as `null`: it names no role.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Roles>, D::Error> {
    Roles::deserialize(deserializer).map(Some)
}

/// Seconds, whole or not, as a token writes a moment.
fn millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    // The cast saturates, so that a far moment stays far and nothing overflows.
    f64::deserialize(deserializer).map(|seconds| (seconds * 1_000.0) as i64)
}

fn optional_millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    millis(deserializer).map(Some)
}
