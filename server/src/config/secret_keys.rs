//! The server's own keys.

use secrecy::{ExposeSecret, SecretString};

use super::reader::Reader;

/// Shorter keys can be guessed.
const SHORTEST: usize = 32;

/// `CONNECT_SECRET_KEY`: what signs the server's own cookies. The first key signs, all verify.
#[derive(Debug, Clone)]
pub struct SecretKeys {
    first: SecretString,
    others: Vec<SecretString>,
}

impl SecretKeys {
    /// Keys of at least 32 bytes, separated by commas. `Err` says how a sentence about them goes on.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut keys = text.split(',').map(str::trim).filter(|key| !key.is_empty());
        let first = keys.next().ok_or("holds no key.")?;
        let others: Vec<&str> = keys.collect();
        if std::iter::once(&first).chain(&others).any(|key| key.len() < SHORTEST) {
            return Err(format!("holds a key of fewer than {SHORTEST} bytes."));
        }
        Ok(Self { first: first.into(), others: others.into_iter().map(SecretString::from).collect() })
    }

    /// The key that signs.
    pub fn first(&self) -> &SecretString {
        &self.first
    }

    /// Keys that were the first once, or are about to be.
    pub fn others(&self) -> &[SecretString] {
        &self.others
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        const NAME: &str = "CONNECT_SECRET_KEY";
        let text = reader.secret(NAME, "at least 32 random bytes, such as `openssl rand -hex 32` prints")?;
        Self::parse(text.expose_secret()).map_err(|what| reader.problem(NAME, what)).ok()
    }
}
