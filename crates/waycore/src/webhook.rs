//! Signatures of webhook deliveries (documents: webhooks).
//!
//! `Waycore-Signature: t=<unix seconds>,v1=<hex>`, where `v1` is HMAC-SHA256 over `<t>.<raw body>` with the
//! registration's secret. The body is checked as it came, before anything parses it.

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use secrecy::{ExposeSecret, SecretString};

/// The header that carries the signature.
pub const HEADER: &str = "Waycore-Signature";

/// How far a delivery's time may be from ours, in either direction. The documents name no tolerance; five minutes is the
/// custom.
pub const TOLERANCE: Duration = Duration::from_mins(5);

/// Longest header that is looked at; a real one has about a hundred bytes.
const LONGEST_HEADER: usize = 4_096;

/// Why a delivery is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the signature header is not t=<unix seconds>,v1=<hex>")]
    Malformed,
    #[error("the signature's time is too far from ours")]
    Stale,
    #[error("the signature is not one of our secrets'")]
    Wrong,
}

/// Believes a delivery that was signed with one of the secrets, at a time near `now` (seconds since 1970).
///
/// Unknown parts of the header are ignored and each of several `v1` counts, so that Waycore may add a scheme or replace
/// a secret. The comparison takes the same time wherever two signatures differ.
///
/// # Errors
/// [`SignatureError`]; whether the time or the signature is wrong may be logged and must not be answered.
pub fn verify(
    raw_body: &[u8],
    header: &str,
    secrets: &[SecretString],
    now: i64,
    tolerance: Duration,
) -> Result<(), SignatureError> {
    let Signature { time, candidates } = Signature::parse(header)?;
    let seconds: i64 = time.parse().map_err(|_| SignatureError::Malformed)?;
    if now.abs_diff(seconds) > tolerance.as_secs() {
        return Err(SignatureError::Stale);
    }
    let signed = signed(time, raw_body);
    let mut believed = false;
    for secret in secrets {
        // Once for each secret, however many signatures a stranger writes.
        let tag = hmac::sign(&key(secret), &signed);
        for candidate in &candidates {
            believed |= verify_slices_are_equal(tag.as_ref(), candidate).is_ok();
        }
    }
    if believed { Ok(()) } else { Err(SignatureError::Wrong) }
}

/// The header of a delivery at this time (seconds since 1970).
pub fn sign(secret: &SecretString, unix_seconds: i64, raw_body: &[u8]) -> String {
    let tag = hmac::sign(&key(secret), &signed(&unix_seconds.to_string(), raw_body));
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={unix_seconds},v1={hex}")
}

struct Signature<'a> {
    /// As it was written: the text is what was signed.
    time: &'a str,
    candidates: Vec<Vec<u8>>,
}

impl<'a> Signature<'a> {
    fn parse(header: &'a str) -> Result<Self, SignatureError> {
        if header.len() > LONGEST_HEADER {
            return Err(SignatureError::Malformed);
        }
        let (mut time, mut candidates) = (None, Vec::new());
        for part in header.split(',') {
            match part.trim().split_once('=') {
                Some(("t", value)) if time.is_none() && is_number(value) => time = Some(value),
                // Which of two times was signed is not for us to guess.
                Some(("t", _)) => return Err(SignatureError::Malformed),
                Some(("v1", value)) => candidates.extend(bytes(value)),
                Some(_) | None => {}
            }
        }
        match time {
            Some(time) if !candidates.is_empty() => Ok(Self { time, candidates }),
            Some(_) | None => Err(SignatureError::Malformed),
        }
    }
}

/// Digits with at most a minus before them: what else Rust reads as a number is no time of Waycore's.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn key(secret: &SecretString) -> hmac::Key {
    // The documents do not say that the text is an encoding of anything, so its bytes are the key.
    hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes())
}

fn signed(time: &str, raw_body: &[u8]) -> Vec<u8> {
    [time.as_bytes(), b".", raw_body].concat()
}

/// Sixty-four hexadecimal digits; anything else is no signature.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..32).map(|place| u8::from_str_radix(hex.get(place * 2..place * 2 + 2)?, 16).ok()).collect()
}
