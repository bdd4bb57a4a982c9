//! The server's own keys.

use secrecy::{ExposeSecret, SecretString};

use super::reader::Reader;
use super::shared_secret;

/// `CONNECT_SECRET_KEY`: what signs the server's own cookies. The first key signs, all verify.
#[derive(Debug, Clone)]
pub struct SecretKeys {
    first: SecretString,
    others: Vec<SecretString>,
}

impl SecretKeys {
    /// Keys of at least 32 bytes, separated by commas. `Err` is the rest of an error message that starts with the setting's
    /// name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let keys = shared_secret::list(text)?;
        for key in &keys {
            shared_secret::check(key)
                .map_err(|unfit| format!("holds {unfit}: use what `openssl rand -hex 32` prints."))?;
        }
        let mut keys = keys.into_iter().map(SecretString::from);
        let first = keys.next().ok_or("holds no key.")?;
        Ok(Self { first, others: keys.collect() })
    }

    /// The key that signs.
    pub fn first(&self) -> &SecretString {
        &self.first
    }

    /// Keys that were the first once, or are about to be.
    pub fn others(&self) -> &[SecretString] {
        &self.others
    }

    /// All of them, the one that signs first.
    pub fn all(&self) -> impl Iterator<Item = &SecretString> {
        std::iter::once(&self.first).chain(&self.others)
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        const NAME: &str = "CONNECT_SECRET_KEY";
        let text = reader.secret(NAME, "at least 32 random bytes, such as `openssl rand -hex 32` prints")?;
        Self::parse(text.expose_secret()).map_err(|what| reader.problem(NAME, what)).ok()
    }
}
