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

/// Runs of at least this many base64 or hex digits are decoded on their own. A key of 32 bytes with the name of its algorithm
/// has 60.
const MIN_RUN: usize = 40;

/// Names of algorithms in DER: RSA, curves, Ed25519 and X25519 with what stands before them.
const ALGORITHMS: [&[u8]; 4] = [
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x01",
    b"\x2a\x86\x48\xce\x3d\x02\x01",
    b"\x30\x05\x06\x03\x2b\x65\x70",
    b"\x30\x05\x06\x03\x2b\x65\x6e",
];

/// How files with keys end.
const KEY_FILES: [&str; 16] = [
    ".asc", ".cer", ".cert", ".crt", ".der", ".env", ".json", ".jwk", ".jwks", ".key", ".p8", ".pem", ".pub",
    ".toml", ".txt", ".yaml",
];

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
    // Line ends as files of settings write them.
    let text = text.replace("\\n", "\n").replace("\\r", "\r");
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'');
    let inner = |bytes: &[u8]| known_form(std::str::from_utf8(bytes).ok()?, wrappings.checked_sub(1)?);
    let decoded = || decodings(text).find_map(|bytes| form_of_bytes(&bytes).or_else(|| inner(&bytes)));
    let of_address = || text.contains('%').then(|| inner(percent_decoded(text).as_bytes())).flatten();
    form_of_text(text).or_else(decoded).or_else(of_address)
}

/// A text as it was before it became a part of an address.
fn percent_decoded(text: &str) -> String {
    let pairs = url::form_urlencoded::parse(text.as_bytes());
    pairs
        .map(|(name, value)| if value.is_empty() { name.into_owned() } else { format!("{name}={value}") })
        .collect()
}

fn form_of_text(text: &str) -> Option<&'static str> {
    let lower_case = text.to_ascii_lowercase();
    // SSH2 and PGP write other headers than PEM, with the same word.
    if lower_case.contains("--begin") || lower_case.contains("-- begin") {
        return Some("a key or certificate in PEM");
    }
    if has_key_type(text) || text.starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
    {
        return Some("a JSON Web Key");
    }
    if lower_case.contains("keyvalue>") || lower_case.contains("x509certificate>") {
        return Some("a key in XML");
    }
    if text.split_whitespace().any(is_token) {
        return Some("a token");
    }
    if lower_case.contains("://") || is_address_without_scheme(&lower_case) {
        return Some("an address");
    }
    is_path(&lower_case).then_some("the path of a file")
}

/// Whether a text has a member `kty`, as every JSON Web Key has, in whatever notation.
fn has_key_type(text: &str) -> bool {
    let is_apart = |c: char| !c.is_ascii_alphanumeric();
    text.match_indices("kty").any(|(at, word)| {
        let value = text[at + word.len()..].trim_start_matches(|c| is_apart(c) && c != ':' && c != '=');
        let is_member = text[..at].chars().next_back().is_none_or(is_apart);
        is_member && value.starts_with([':', '='])
    })
}

/// Whether a text is a JWT, whose first part says how it is signed or encrypted.
fn is_token(text: &str) -> bool {
    let Some((head, rest)) = text.split_once('.') else { return false };
    // What stands before it, such as a name, ends at a character that base64 lacks.
    let head = head.rsplit(|c| !is_base64(c)).next().unwrap_or(head);
    rest.contains('.') && base64(head).is_some_and(|head| head.trim_ascii_start().starts_with(b"{"))
}

/// Whether a text in lower case begins with a host, as browsers show addresses.
fn is_address_without_scheme(text: &str) -> bool {
    let Some((host, path)) = text.split_once('/') else { return false };
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    let has_top_level =
        host.rsplit('.').next().is_some_and(|label| label.starts_with(|c: char| c.is_ascii_alphabetic()));
    let is_host = host.contains('.') && has_top_level && host.split('.').all(is_label);
    let is_path = |c: char| c.is_ascii_alphanumeric() || "-._~/?#=&%+:@".contains(c);
    is_host && path.chars().all(is_path)
}

/// Whether a text in lower case names a file. Random base64 with slashes has no `.`, `_`, `-` or `~`.
fn is_path(text: &str) -> bool {
    let is_of_paths = |c: char| c.is_alphanumeric() || "-._~/\\: ".contains(c);
    if !text.chars().all(is_of_paths) {
        return false;
    }
    let is_key_file = KEY_FILES.iter().any(|end| text.ends_with(end));
    let begins = ["/", "./", "../", "~/", ".\\", "..\\", "\\\\"].iter().any(|start| text.starts_with(start));
    let has_drive = text.get(1..3) == Some(":\\");
    let is_known_folder = ["/etc/", "/home/", "/opt/", "/run/", "/srv/", "/usr/", "/var/"]
        .iter()
        .any(|folder| text.starts_with(folder));
    is_key_file || is_known_folder || (begins || has_drive) && text.contains(['.', '_', '-', '~'])
}

/// Decodes hex and base64, of the whole text and of its runs; of words that may be cut off, the first 32 characters.
fn decodings(text: &str) -> impl Iterator<Item = Vec<u8>> {
    let digits = text.replace("0x", "").replace("0X", "").replace("\\x", "");
    let digits = digits.split(|c: char| c.is_ascii_alphanumeric() && !c.is_ascii_hexdigit());
    let digits: Vec<String> =
        digits.map(|part| part.chars().filter(char::is_ascii_hexdigit).collect()).collect();
    let whole: String = text.chars().filter(|c| is_base64(*c)).collect();
    let (words, runs) = (text.split_whitespace(), runs(text));
    let beginnings = words.chain(runs.clone()).filter_map(|word| word.get(..32));
    let of_base64: Vec<_> =
        std::iter::once(&*whole).chain(runs.clone()).chain(beginnings).filter_map(base64).collect();
    let of_digits: Vec<_> = digits.iter().filter_map(|digits| hexadecimal(digits)).collect();
    of_digits.into_iter().chain(of_base64)
}

/// Runs of base64 digits, once for each set of signs that may be punctuation.
fn runs(text: &str) -> impl Iterator<Item = &str> + Clone {
    ["+/-_", "+/", "-_", ""].into_iter().flat_map(move |signs| {
        let parts = text.split(move |c: char| !(c.is_ascii_alphanumeric() || signs.contains(c)));
        parts.filter(|part| part.len() >= MIN_RUN)
    })
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+/-_".contains(c)
}

fn base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.replace('-', "+").replace('_', "/")).ok()
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    if text.len() < MIN_RUN || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

fn form_of_bytes(bytes: &[u8]) -> Option<&'static str> {
    // Also of a key that is cut off, or has something behind it.
    let names_algorithm = ALGORITHMS.iter().any(|name| bytes.windows(name.len()).any(|part| part == *name));
    if names_algorithm || is_der(bytes) {
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

/// Whether bytes are one or more DER SEQUENCEs and nothing else. Of random bytes one in eight million is.
fn is_der(mut bytes: &[u8]) -> bool {
    while let Some(behind) = after_sequence(bytes) {
        if behind.is_empty() {
            return true;
        }
        bytes = behind;
    }
    false
}

/// What is behind a DER SEQUENCE that begins with a SEQUENCE or an INTEGER, as every key and certificate does.
fn after_sequence(bytes: &[u8]) -> Option<&[u8]> {
    const SEQUENCE: u8 = 0x30;
    const INTEGER: u8 = 0x02;
    let (&first, rest) = bytes.strip_prefix(&[SEQUENCE])?.split_first()?;
    // The upper bit says that the length follows, in so many bytes.
    let (length, content) = match first {
        0x00..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (length, content) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), content)
        }
        _ => return None,
    };
    let (content, behind) = content.split_at_checked(length)?;
    matches!(content.first(), Some(&(SEQUENCE | INTEGER))).then_some(behind)
}

#[cfg(test)]
mod tests;
