//! Values that are handed to a browser and that it must not read: encrypted, and good for what they were made for alone.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};

use crate::config::SecretKeys;

/// Part of what the keys are made from; another word makes every value out there useless.
const PURPOSE: &[u8] = b"waycore-connect sealed 1";

/// Seals and opens. Of several keys the first seals and all open. Cheap to clone.
#[derive(Clone)]
pub struct Sealer(Arc<Vec<RandomizedNonceKey>>);

impl Sealer {
    /// With keys made from the server's own.
    ///
    /// # Errors
    /// When this machine has no AES.
    pub fn new(keys: &SecretKeys) -> anyhow::Result<Self> {
        let all = keys.all().map(|secret| RandomizedNonceKey::new(&AES_256_GCM, &derived(secret, PURPOSE)));
        Ok(Self(Arc::new(all.collect::<Result<_, _>>()?)))
    }

    /// Text for a URL that opens only for the same `context`.
    pub fn seal(&self, context: &str, text: &str) -> Option<String> {
        let mut sealed = text.as_bytes().to_vec();
        let nonce = self.0.first()?.seal_in_place_append_tag(Aad::from(context), &mut sealed).ok()?;
        sealed.extend_from_slice(nonce.as_ref());
        Some(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// What was sealed for this `context`, by one of the keys.
    pub fn open(&self, context: &str, sealed: &str) -> Option<String> {
        let mut sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let at = sealed.len().checked_sub(NONCE_LEN)?;
        let nonce: [u8; NONCE_LEN] = sealed.split_off(at).try_into().ok()?;
        self.0.iter().find_map(|key| {
            let mut attempt = sealed.clone();
            let nonce = Nonce::assume_unique_for_key(nonce);
            let text = key.open_in_place(nonce, Aad::from(context), &mut attempt).ok()?;
            String::from_utf8(text.to_vec()).ok()
        })
    }
}

/// Makes a key of a secret, for one purpose alone: who learns it can make no other from it.
pub(crate) fn derived(secret: &SecretString, purpose: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
    hmac::sign(&key, purpose).as_ref().to_vec()
}

impl fmt::Debug for Sealer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Sealer({} keys)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(keys: &str) -> Sealer {
        Sealer::new(&SecretKeys::parse(keys).unwrap()).unwrap()
    }

    const OLD: &str = "an old key that is long enough for it";
    const NEW: &str = "a new key that is long enough for that";

    #[test]
    fn it_opens_for_its_context_alone() {
        let sealer = sealer(OLD);
        let sealed = sealer.seal("acme", "a place").unwrap();
        assert!(!sealed.contains("place") && !sealed.contains(&URL_SAFE_NO_PAD.encode("a place")));
        assert_eq!(sealer.open("acme", &sealed).as_deref(), Some("a place"));
        assert_eq!(sealer.open("globex", &sealed), None);
        assert_ne!(sealer.seal("acme", "a place").unwrap(), sealed, "no two look alike");
    }

    #[test]
    fn keys_are_rotated() {
        let sealed = sealer(OLD).seal("acme", "a place").unwrap();
        assert!(sealer(&format!("{NEW},{OLD}")).open("acme", &sealed).is_some());
        assert_eq!(sealer(NEW).open("acme", &sealed), None);
    }

    #[test]
    fn nonsense_is_nothing() {
        let sealer = sealer(OLD);
        let sealed = sealer.seal("acme", "a place").unwrap();
        for text in ["", "x", "%", &"A".repeat(15), &"A".repeat(200), &sealed[1..], &format!("{sealed}A")] {
            assert_eq!(sealer.open("acme", text), None, "{text}");
        }
    }
}
