//! The header parameters that are used, of a token that is not verified yet.
//!
//! `jsonwebtoken` rejects a token for a parameter that we ignore.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;

use super::super::SignedOut;
use crate::json::{self, Object};

/// A header without `crit`.
pub(super) struct Header {
    /// `alg`, if known; the key decides whether it is accepted.
    pub(super) algorithm: Option<Algorithm>,
    /// `kid`, if it is a text.
    pub(super) key_id: Option<String>,
    /// `alg` for the log.
    found: String,
}

impl Header {
    pub(super) fn read(token: &str) -> Result<Self, SignedOut> {
        let (header, rest) = token.split_once('.').ok_or(SignedOut::Malformed)?;
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| SignedOut::Malformed)?;
        let header = Object::parse(&header).ok_or(SignedOut::Malformed)?;
        match rest.bytes().filter(|byte| *byte == b'.').count() {
            1 => {}
            // Five parts (RFC 7516).
            3 => return Err(SignedOut::Encrypted),
            _ => return Err(SignedOut::Malformed),
        }
        if header.get("crit").is_some() {
            return Err(SignedOut::CriticalExtension);
        }
        Ok(Self {
            algorithm: header.read::<String>("alg").and_then(|name| name.parse().ok()),
            key_id: header.read("kid"),
            found: header.get("alg").map_or_else(|| "missing".to_owned(), json::shown),
        })
    }

    /// The refusal of a token that is signed with none of these algorithms.
    pub(super) fn signed_otherwise(&self, expected: &[Algorithm]) -> SignedOut {
        let names: Vec<_> = expected.iter().map(|algorithm| format!("{algorithm:?}")).collect();
        SignedOut::WrongAlgorithm { expected: names.join(" or "), found: self.found.clone() }
    }
}
