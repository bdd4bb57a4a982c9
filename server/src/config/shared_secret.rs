//! Lists of secrets, and texts that must not become a secret: those that can be guessed, and keys and addresses that
//! everybody may know.

use std::collections::HashSet;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256K1_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED,
    EcdsaVerificationAlgorithm, ParsedPublicKey,
};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::IgnoredAny;

/// HMAC with SHA-256 needs a key of at least its output (RFC 7518, section 3.2).
const MIN_BYTES: usize = 32;

/// Random secrets have more, hexadecimal ones included.
const MIN_DIFFERENT_BYTES: usize = 8;

/// How often an encoding may be wrapped into another: base64 of base64 of a key, as in Kubernetes manifests.
const MAX_WRAPPINGS: u8 = 2;

/// With or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Why a text is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    #[error("a secret of fewer than {MIN_BYTES} bytes, which can be guessed")]
    Short,
    #[error("a secret that repeats itself, which can be guessed")]
    Repetitive,
    /// A key or an address, by the name of its form.
    #[error("{0}, which is no shared secret")]
    NotSecret(&'static str),
}

/// Splits secrets at the commas between them. `Err` is the rest of an error message that starts with the setting's name.
pub(super) fn list(text: &str) -> Result<Vec<&str>, String> {
    let secrets: Vec<_> = text.split(',').map(str::trim).collect();
    if secrets.contains(&"") {
        return Err(
            "holds an empty secret: put one comma between two secrets, and none at the ends.".to_owned()
        );
    }
    Ok(secrets)
}

/// Rejects a text that is no secret.
pub(super) fn check(text: &str) -> Result<(), Unfit> {
    if let Some(form) = known_form(text, MAX_WRAPPINGS) {
        return Err(Unfit::NotSecret(form));
    }
    if text.len() < MIN_BYTES {
        return Err(Unfit::Short);
    }
    if is_repetitive(text.as_bytes()) { Err(Unfit::Repetitive) } else { Ok(()) }
}

/// Whether a text is a shorter one again and again, or is made of very few characters.
fn is_repetitive(text: &[u8]) -> bool {
    let has_period = |period: usize| text[period..] == text[..text.len() - period];
    let different = text.iter().collect::<HashSet<_>>().len();
    different < MIN_DIFFERENT_BYTES || (1..=text.len() / 2).any(has_period)
}

/// The form of a key or an address that a text has, by itself or once it is decoded.
fn known_form(text: &str, wrappings: u8) -> Option<&'static str> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'');
    form_of_text(text).or_else(|| {
        decodings(text).find_map(|bytes| {
            form_of_bytes(&bytes).or_else(|| {
                let inner = std::str::from_utf8(&bytes).ok()?;
                known_form(inner, wrappings.checked_sub(1)?)
            })
        })
    })
}

fn form_of_text(text: &str) -> Option<&'static str> {
    // SSH2 and PGP write other headers than PEM, with the same word.
    if text.contains("-BEGIN ") || text.contains("- BEGIN ") {
        return Some("a key or certificate in PEM");
    }
    if text.starts_with(['{', '['])
        && (text.contains("kty") || serde_json::from_str::<IgnoredAny>(text).is_ok())
    {
        return Some("a JSON Web Key");
    }
    if text.contains("KeyValue>") || text.contains("X509Certificate>") {
        return Some("a key in XML");
    }
    let is_address = ["http://", "https://", "file://"].iter().any(|scheme| text.starts_with(scheme));
    is_address.then_some("an address")
}

/// What a text may stand for: hexadecimal digits, or base64 of either alphabet. SSH writes a word of base64 among others, of
/// which the beginning tells enough.
fn decodings(text: &str) -> impl Iterator<Item = Vec<u8>> {
    let whole: String = text.chars().filter(|c| !c.is_whitespace() && *c != ':').collect();
    let beginnings = text.split_whitespace().filter_map(|word| word.get(..32)).map(str::to_owned);
    let hex = hexadecimal(&whole);
    let base64 = |text: String| BASE64.decode(text.replace('-', "+").replace('_', "/")).ok();
    hex.into_iter().chain(std::iter::once(whole).chain(beginnings).filter_map(base64))
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

fn form_of_bytes(bytes: &[u8]) -> Option<&'static str> {
    if is_der(bytes) {
        return Some("a key or certificate in DER");
    }
    // A length of four bytes, then the name of the algorithm (RFC 4253, section 6.6).
    let ssh = bytes.strip_prefix(&[0, 0, 0]).and_then(|rest| rest.get(1..));
    if ssh.is_some_and(|name| [&b"ssh-"[..], b"ecdsa-", b"sk-"].iter().any(|known| name.starts_with(known))) {
        return Some("a key of SSH");
    }
    let curves: [&'static EcdsaVerificationAlgorithm; 4] = [
        &ECDSA_P256_SHA256_FIXED,
        &ECDSA_P256K1_SHA256_FIXED,
        &ECDSA_P384_SHA384_FIXED,
        &ECDSA_P521_SHA512_FIXED,
    ];
    // Of compressed points every second random text is one, so only uncompressed ones are known.
    let is_point =
        bytes.first() == Some(&4) && curves.iter().any(|curve| ParsedPublicKey::new(*curve, bytes).is_ok());
    is_point.then_some("a public key of an elliptic curve")
}

/// Whether bytes are one DER SEQUENCE from the first to the last that begins with a SEQUENCE or an INTEGER, as every key and
/// certificate is. Of random bytes one in eight million is.
fn is_der(bytes: &[u8]) -> bool {
    const SEQUENCE: u8 = 0x30;
    const INTEGER: u8 = 0x02;
    let Some((&SEQUENCE, rest)) = bytes.split_first() else { return false };
    let Some((&first, rest)) = rest.split_first() else { return false };
    // The upper bit says that the length follows, in so many bytes.
    let (length, content) = match first {
        0x00..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let Some((length, content)) = rest.split_at_checked(usize::from(first & 0x7f)) else {
                return false;
            };
            (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), content)
        }
        _ => return false,
    };
    content.len() == length && content.first().is_some_and(|tag| [SEQUENCE, INTEGER].contains(tag))
}

#[cfg(test)]
mod tests;
