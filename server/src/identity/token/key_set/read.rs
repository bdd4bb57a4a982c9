//! One request for a key set.

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use reqwest::{Client, redirect, retry};
use serde_json::value::RawValue;

use super::super::keys::Key;
use crate::config::KeySetUrl;
use crate::json::{self, Object};

/// A key set of a hundred keys has some 100 kB.
const BODY_LIMIT: usize = 256 * 1_024;

/// A key with the id that tokens name it by.
pub(super) struct NamedKey {
    pub(super) id: Option<String>,
    pub(super) key: Arc<Key>,
}

/// What an address answered.
pub(super) struct Answer {
    /// The keys that can be used for the algorithms.
    pub(super) keys: Vec<NamedKey>,
    /// How many others it holds.
    pub(super) others: usize,
}

/// Reads a key set, for tokens of some algorithms.
pub(super) struct Reader {
    url: KeySetUrl,
    algorithms: Vec<Algorithm>,
}

/// Why there is no set. None holds what was answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("it cannot be reached")]
    Request(#[source] reqwest::Error),
    #[error("it was answered with status {0}")]
    Status(u16),
    #[error("it is larger than {BODY_LIMIT} bytes")]
    TooLarge,
    #[error("it is no key set")]
    NotAKeySet,
}

impl Reader {
    pub(super) fn new(url: KeySetUrl, algorithms: Vec<Algorithm>) -> Self {
        Self { url, algorithms }
    }

    pub(super) fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    pub(super) fn takes(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Sends one request for the set.
    pub(super) async fn read(&self) -> Result<Answer, ReadError> {
        let request = self.client()?.get(self.url.as_url().clone());
        let mut response = request.send().await.map_err(unreachable)?;
        if !response.status().is_success() {
            return Err(ReadError::Status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > BODY_LIMIT {
                return Err(ReadError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let set = Object::parse(&body).ok_or(ReadError::NotAKeySet)?;
        // One by one, so that a key of a kind that is not known does no harm to the others.
        let all: Vec<Box<RawValue>> = set.read("keys").ok_or(ReadError::NotAKeySet)?;
        let keys = all.iter().filter_map(|key| named_key(json::read(key)?));
        let keys: Vec<_> = keys.filter(|named| self.takes(named.key.algorithm)).collect();
        let others = all.len() - keys.len();
        Ok(Answer { keys, others })
    }

    /// Made for each request: there is one in ten minutes, and nothing is kept open in between.
    fn client(&self) -> Result<Client, ReadError> {
        let builder = Client::builder()
            .connect_timeout(Duration::from_secs(2))
            .timeout(Duration::from_secs(5))
            // An address that leads elsewhere is a mistake in the settings, or somebody else's doing.
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false);
        let builder = match self.url.is_loopback() {
            true => builder.no_proxy(),
            false => builder.https_only(true),
        };
        // Without TLS a machine needs no certificates.
        let plain = self.url.as_url().scheme() == "http";
        let builder = if plain { builder.tls_certs_only([]) } else { builder };
        builder.build().map_err(unreachable)
    }
}

/// Without the address, whose query may hold a secret.
fn unreachable(error: reqwest::Error) -> ReadError {
    ReadError::Request(error.without_url())
}

/// A public key for signatures of RS256 or ES256; whatever else a set holds is not for us.
fn named_key(jwk: Jwk) -> Option<NamedKey> {
    let (algorithm, named) = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        _ => return None,
    };
    let signs = jwk.common.public_key_use.as_ref().is_none_or(|use_| *use_ == PublicKeyUse::Signature);
    if !signs || jwk.common.key_algorithm.is_some_and(|other| other != named) {
        return None;
    }
    let decoding = DecodingKey::from_jwk(&jwk).ok()?;
    Some(NamedKey { id: jwk.common.key_id, key: Arc::new(Key { algorithm, decoding }) })
}
