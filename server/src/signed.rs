//! Values that are handed to a browser and trusted when they come back: signed, expiring, for one purpose.
//!
//! Signed is not encrypted: whoever holds the browser can read them. No secret goes in.

use std::fmt;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::timestamp::Timestamp;
use secrecy::SecretString;

use crate::config::SecretKeys;
use crate::sealed::derived;

/// Part of what the keys are made from; another word invalidates every value out there.
const DERIVED_FOR: &[u8] = b"waycore-connect signed 1";

/// What a value is for. One purpose's value never passes for another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Who signed in to the demo.
    DemoSession,
    /// The message that a form leaves for the page after it.
    Flash,
    /// How often a person's session was refused within a minute.
    SignInRefusals,
}

impl Purpose {
    /// Part of what is signed; changing a word invalidates every value out there.
    fn label(self) -> &'static str {
        match self {
            Self::DemoSession => "demo-session",
            Self::Flash => "flash",
            Self::SignInRefusals => "sign-in-refusals",
        }
    }
}

/// Signs and verifies. Of several keys the first signs and all verify, so that a key can be rotated without
/// signing anybody out.
#[derive(Clone)]
pub struct Signer {
    first: hmac::Key,
    others: Vec<hmac::Key>,
}

impl Signer {
    /// A signer with the server's own keys.
    pub fn new(keys: &SecretKeys) -> Self {
        let key = |secret: &SecretString| hmac::Key::new(hmac::HMAC_SHA256, &derived(secret, DERIVED_FOR));
        Self { first: key(keys.first()), others: keys.others().iter().map(key).collect() }
    }

    /// `EXPIRES.VALUE.SIGNATURE` in characters that a cookie and a URL may hold.
    pub fn sign(&self, purpose: Purpose, value: &str, expires: Timestamp) -> String {
        let signed = format!("{}.{}", expires.as_millis(), URL_SAFE_NO_PAD.encode(value));
        let tag = hmac::sign(&self.first, &message(purpose, &signed));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// The value, if one of the keys signed it for this purpose and it has not expired.
    pub fn verify(&self, purpose: Purpose, text: &str, now: Timestamp) -> Option<String> {
        let (signed, tag) = text.rsplit_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        let message = message(purpose, signed);
        let mut keys = std::iter::once(&self.first).chain(&self.others);
        keys.find(|key| hmac::verify(key, &message, &tag).is_ok())?;
        // Only now is anything in it believed.
        let (expires, value) = signed.split_once('.')?;
        let expires = Timestamp::from_millis(expires.parse().ok()?);
        if expires <= now {
            return None;
        }
        String::from_utf8(URL_SAFE_NO_PAD.decode(value).ok()?).ok()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Signer({} keys)", 1 + self.others.len())
    }
}

fn message(purpose: Purpose, signed: &str) -> Vec<u8> {
    // No label holds the separator, so no two pairs give the same bytes.
    [purpose.label().as_bytes(), b"\0", signed.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "an older key of thirty-two bytes!";
    const NEW: &str = "a newer key of thirty-two bytes!!";

    fn signer(keys: &str) -> Signer {
        Signer::new(&SecretKeys::parse(keys).unwrap())
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[track_caller]
    fn check(signed_by: &str, verified_by: &str, purpose: Purpose, now: i64, expected: Option<&str>) {
        let text = signer(signed_by).sign(Purpose::Flash, "ünï = ;,. code", at(1_000));
        assert_eq!(signer(verified_by).verify(purpose, &text, at(now)).as_deref(), expected);
    }

    #[test]
    fn a_value_is_trusted_until_it_expires_and_for_its_purpose_only() {
        let value = Some("ünï = ;,. code");
        check(OLD, OLD, Purpose::Flash, 0, value);
        check(OLD, OLD, Purpose::Flash, 999, value);
        check(OLD, OLD, Purpose::Flash, 1_000, None);
        check(OLD, OLD, Purpose::DemoSession, 0, None);
    }

    #[test]
    fn keys_rotate() {
        let value = Some("ünï = ;,. code");
        let both = format!("{NEW},{OLD}");
        check(OLD, &both, Purpose::Flash, 0, value);
        check(&both, NEW, Purpose::Flash, 0, value);
        check(&both, OLD, Purpose::Flash, 0, None);
        check(OLD, NEW, Purpose::Flash, 0, None);
    }

    #[test]
    fn a_changed_character_anywhere_is_refused() {
        let signer = signer(OLD);
        let text = signer.sign(Purpose::Flash, "value", at(1_000));
        for position in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[position] = if changed[position] == b'1' { b'2' } else { b'1' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(signer.verify(Purpose::Flash, &changed, at(0)), None, "{changed}");
        }
        for nonsense in ["", ".", "..", "a.b.c", "1000.dmFsdWU", "…"] {
            assert_eq!(signer.verify(Purpose::Flash, nonsense, at(0)), None, "{nonsense}");
        }
    }

    #[test]
    fn a_signer_tells_no_key() {
        assert_eq!(format!("{:?}", signer(&format!("{NEW},{OLD}"))), "Signer(2 keys)");
    }
}
