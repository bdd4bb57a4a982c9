//! Settings: read from the environment once, at boot, into one documented struct per concern.
//!
//! Everything that is wrong is said at once, one sentence each, before any port opens. Each secret can also be
//! given as the path of a file, in `NAME_FILE`. No `Debug` here shows a secret.

mod database;
mod environment;
mod http;
mod links;
mod log;
mod public_url;
mod reader;
mod secret_keys;
mod token;
mod token_keys;
mod waycore;

pub use database::Database;
pub use environment::Environment;
pub use http::Http;
pub use links::{Link, Links};
pub use log::{Log, LogFormat};
pub use public_url::{BasePath, PublicUrl};
pub use reader::{Problem, Problems};
pub use secret_keys::SecretKeys;
pub use token::Token;
pub use token_keys::{FixedKey, KeySetUrl, TokenAlgorithm, TokenKeys};
pub use waycore::Waycore;

use reader::Reader;

/// All that `serve` needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen, and what browsers see.
    pub http: Http,
    /// Where rows are kept.
    pub database: Database,
    /// What signs the server's own cookies.
    pub secret_keys: SecretKeys,
    /// How to reach Waycore.
    pub waycore: Waycore,
    /// Whose tokens say who is asking.
    pub token: Token,
    /// Where a person can go from here.
    pub links: Links,
    /// What is logged, and how.
    pub log: Log,
}

impl Settings {
    /// Reads the process's own environment.
    pub fn from_process() -> Result<Self, Problems> {
        Self::from_lookup(&process)
    }

    /// Reads settings by name; a name without a value, or with an empty one, is unset.
    pub fn from_lookup(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, Problems> {
        let mut reader = Reader::new(lookup);
        // Each is read before any is looked at, so that every problem is found.
        let http = Http::read(&mut reader);
        let host = http.as_ref().map(|http| http.public_url.host().to_owned());
        let database = Database::read(&mut reader);
        let secret_keys = SecretKeys::read(&mut reader);
        let waycore = Waycore::read(&mut reader, host.as_deref());
        let token = Token::read(&mut reader);
        let links = Links::read(&mut reader);
        let log = Log::read(&mut reader);
        let all = (|| {
            Some(Self {
                http: http?,
                database: database?,
                secret_keys: secret_keys?,
                waycore: waycore?,
                token: token?,
                links: links?,
                log: log?,
            })
        })();
        reader.finish(all)
    }
}

/// A setting of this process; text that is not Unicode counts as it can be read.
pub fn process(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests;
