//! What a host's tokens are signed with.

use std::fmt;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rsa::{PublicEncryptingKey, PublicKey as RsaPublicKey};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use jsonwebtoken::DecodingKey;
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use super::reader::Reader;
use super::shared_secret;

const KEY: &str = "CONNECT_JWT_KEY";
const KEY_SET: &str = "CONNECT_JWT_JWKS_URL";
const ALGORITHMS: &str = "CONNECT_JWT_ALGORITHMS";

/// Where the keys come from. The algorithms follow from the keys and never from a token.
#[derive(Debug, Clone)]
pub enum TokenKeys {
    /// `CONNECT_JWT_KEY`.
    Fixed(FixedKey),
    /// `CONNECT_JWT_JWKS_URL`, with the algorithms that its keys may be used for.
    Set(KeySetUrl, Vec<TokenAlgorithm>),
}

/// A key that stands in the settings.
#[derive(Clone)]
pub enum FixedKey {
    /// Shared with the host, for HS256.
    Secret(SecretString),
    /// A public key, with the one algorithm that its type is for.
    Public(DecodingKey, TokenAlgorithm),
}

/// The address of a key set: https, or http on a loopback address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySetUrl(Url);

/// How a token may be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenAlgorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl TokenKeys {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let algorithms = reader.or(ALGORITHMS, None, |text| TokenAlgorithm::parse_list(text).map(Some));
        match (reader.is_given(KEY), reader.text(KEY_SET).is_some()) {
            (true, true) => {
                reader.problem(KEY, format!("and {KEY_SET} are both set: keep one of them."));
                None
            }
            (false, true) => {
                let url = reader.optional(KEY_SET, KeySetUrl::parse)?;
                Self::of_set(reader, url, algorithms?)
            }
            (true, false) | (false, false) => {
                let hint = format!("the key of your tokens, or set {KEY_SET}");
                let key = reader.secret(KEY, &hint)?;
                let key = FixedKey::parse(key).map_err(|what| reader.problem(KEY, what)).ok()?;
                Self::of_key(reader, key, algorithms?)
            }
        }
    }

    /// A set is public, so a secret in it would let everybody sign.
    fn of_set(
        reader: &mut Reader<'_>,
        url: KeySetUrl,
        algorithms: Option<Vec<TokenAlgorithm>>,
    ) -> Option<Self> {
        let algorithms = algorithms.unwrap_or_else(|| vec![TokenAlgorithm::Rs256, TokenAlgorithm::Es256]);
        if algorithms.contains(&TokenAlgorithm::Hs256) {
            reader.problem(ALGORITHMS, "names HS256, which no key set can hold a key of: it is public.");
            return None;
        }
        Some(Self::Set(url, algorithms))
    }

    fn of_key(
        reader: &mut Reader<'_>,
        key: FixedKey,
        algorithms: Option<Vec<TokenAlgorithm>>,
    ) -> Option<Self> {
        let own = key.algorithm();
        if algorithms.is_some_and(|named| named != [own]) {
            let what = format!("must be {}, which is what {KEY} is for.", own.as_str());
            reader.problem(ALGORITHMS, what);
            return None;
        }
        Some(Self::Fixed(key))
    }
}

impl FixedKey {
    /// Parses a secret, or a public key in PEM. `Err` is the rest of an error message that starts with the setting's name.
    fn parse(key: SecretString) -> Result<Self, String> {
        let text = key.expose_secret();
        if text.contains("-----BEGIN") {
            return Self::parse_pem(text);
        }
        match shared_secret::check(text) {
            Ok(()) => Ok(Self::Secret(key)),
            Err(unfit) => Err(format!(
                "holds {unfit}: give what `openssl rand -hex 32` prints, or a public key in PEM, or set {KEY_SET}."
            )),
        }
    }

    fn parse_pem(pem: &str) -> Result<Self, String> {
        if pem.contains("PRIVATE KEY") {
            return Err("is a private key, which only the host should have: give the public one.".to_owned());
        }
        if let Ok(key) = DecodingKey::from_rsa_pem(pem.as_bytes()) {
            return match rsa_bits(&key) {
                Some(_) => Ok(Self::Public(key, TokenAlgorithm::Rs256)),
                None => Err("is an RSA key that is not of 2,048 to 8,192 bits.".to_owned()),
            };
        }
        match DecodingKey::from_ec_pem(pem.as_bytes()) {
            Ok(key) if is_on_p256(&key) => Ok(Self::Public(key, TokenAlgorithm::Es256)),
            Ok(_) | Err(_) => {
                Err("is a PEM text without a public key for RS256 or ES256 (P-256).".to_owned())
            }
        }
    }

    /// What the key is, for an operator; nothing of a secret shows.
    pub(crate) fn description(&self) -> String {
        match self {
            Self::Secret(_) => "a shared secret, for HS256".to_owned(),
            Self::Public(key, algorithm) => match rsa_bits(key) {
                Some(bits) => format!("a public RSA key of {bits} bits, for {}", algorithm.as_str()),
                None => format!("a public key on P-256, for {}", algorithm.as_str()),
            },
        }
    }

    pub(crate) fn algorithm(&self) -> TokenAlgorithm {
        match self {
            Self::Secret(_) => TokenAlgorithm::Hs256,
            Self::Public(_, algorithm) => *algorithm,
        }
    }
}

/// The length of an RSA key whose signatures can be checked.
fn rsa_bits(key: &DecodingKey) -> Option<usize> {
    let key = RsaPublicKey::from_der(key.try_get_as_bytes().ok()?).ok()?;
    let der: PublicKeyX509Der<'_> = key.as_der().ok()?;
    PublicEncryptingKey::from_der(der.as_ref()).ok().map(|key| key.key_size_bits())
}

fn is_on_p256(key: &DecodingKey) -> bool {
    key.try_get_as_bytes().is_ok_and(|point| ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).is_ok())
}

impl fmt::Debug for FixedKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "FixedKey({})", self.algorithm().as_str())
    }
}

impl KeySetUrl {
    /// `Err` says how a sentence about it goes on.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|_| "is not an absolute URL.".to_owned())?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not contain a user name or a password.".to_owned());
        }
        let key_set = Self(url);
        match key_set.0.scheme() {
            "https" => Ok(key_set),
            "http" if key_set.is_loopback() => Ok(key_set),
            _ => Err("must be https, or http on a loopback address.".to_owned()),
        }
    }

    pub(crate) fn as_url(&self) -> &Url {
        &self.0
    }

    pub(crate) fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        }
    }
}

impl TokenAlgorithm {
    /// The name in a token's header and in the settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    fn parse_list(text: &str) -> Result<Vec<Self>, String> {
        let mut algorithms = Vec::new();
        for name in text.split(',').map(str::trim) {
            let known =
                [Self::Hs256, Self::Rs256, Self::Es256].into_iter().find(|known| known.as_str() == name);
            let algorithm = known.ok_or("must be a list of HS256, RS256 and ES256.")?;
            if !algorithms.contains(&algorithm) {
                algorithms.push(algorithm);
            }
        }
        Ok(algorithms)
    }
}
