//! The keys that a token's signature is held against.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, DecodingKey};
use secrecy::ExposeSecret;

use super::super::SignedOut;
use super::header::Header;
use super::key_set::KeySet;
use crate::clock::Clock;
use crate::config::{FixedKey, TokenAlgorithm, TokenKeys};

/// A key with the one algorithm that it is for.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) algorithm: Algorithm,
    pub(super) decoding: DecodingKey,
}

pub(super) enum Keys {
    Fixed(Arc<Key>),
    Set(Arc<KeySet>),
}

impl Keys {
    pub(super) fn new(settings: &TokenKeys, clock: Arc<dyn Clock>) -> Self {
        match settings {
            TokenKeys::Fixed(FixedKey::Secret(secret)) => Self::Fixed(Arc::new(Key {
                algorithm: Algorithm::HS256,
                decoding: DecodingKey::from_secret(secret.expose_secret().as_bytes()),
            })),
            TokenKeys::Fixed(FixedKey::Public(key, algorithm)) => {
                Self::Fixed(Arc::new(Key { algorithm: named(*algorithm), decoding: key.clone() }))
            }
            TokenKeys::Set(url, algorithms) => {
                let algorithms = algorithms.iter().copied().map(named).collect();
                Self::Set(Arc::new(KeySet::new(url.clone(), algorithms, clock)))
            }
        }
    }

    /// The key for a token with this header. The token's own word on its algorithm counts only if the key is for it.
    pub(super) async fn find(&self, header: &Header) -> Result<Arc<Key>, SignedOut> {
        let key = match self {
            Self::Fixed(key) => key.clone(),
            Self::Set(set) => set.find(header).await?,
        };
        match header.algorithm == Some(key.algorithm) {
            true => Ok(key),
            false => Err(header.signed_otherwise(&[key.algorithm])),
        }
    }
}

pub(super) fn named(algorithm: TokenAlgorithm) -> Algorithm {
    match algorithm {
        TokenAlgorithm::Hs256 => Algorithm::HS256,
        TokenAlgorithm::Rs256 => Algorithm::RS256,
        TokenAlgorithm::Es256 => Algorithm::ES256,
    }
}
