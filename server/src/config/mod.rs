//! Settings: read from the environment once, at boot, into one documented struct per concern.
//!
//! Everything that is wrong is said at once, one sentence each, before any port opens. Each secret can also be
//! given as the path of a file, in `NAME_FILE`. No `Debug` here shows a secret.

mod connection_limits;
mod database;
mod environment;
mod guides;
mod http;
mod layout;
mod links;
mod log;
mod public_url;
mod reader;
mod secret_keys;
mod shared_secret;
mod theme;
mod token;
mod token_keys;
mod trusted_proxies;
mod waycore;

pub use connection_limits::ConnectionLimits;
pub use database::Database;
pub use environment::Environment;
pub use guides::Guides;
pub use http::Http;
pub use layout::Layout;
pub use links::{Link, Links};
pub use log::{Log, LogFormat};
pub use public_url::{BasePath, PublicUrl};
pub use reader::{Problem, Problems};
pub use secret_keys::SecretKeys;
pub use theme::Theme;
pub use token::Token;
pub use token_keys::{FixedKey, KeySetUrl, TokenAlgorithm, TokenKeys};
pub use trusted_proxies::TrustedProxies;
pub use waycore::Waycore;

use reader::Reader;
use secrecy::SecretString;

/// Open pages of ten thousand people, and half as many again.
pub const DEFAULT_MAX_STREAMS: usize = 15_000;

/// What one mount needs to know, wherever it runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `CONNECT_PUBLIC_URL`: what browsers see.
    pub public_url: PublicUrl,
    /// Where rows are kept.
    pub database: Database,
    /// What signs the server's own cookies, and the audit log.
    pub secret_keys: SecretKeys,
    /// How to reach Waycore.
    pub waycore: Waycore,
    /// Where a person can go from here.
    pub links: Links,
    /// Which guide belongs to which bank.
    pub guides: Guides,
    /// `WAYCORE_WEBHOOK_SECRET`: what Waycore signs its deliveries with; several while one is being replaced.
    pub webhook_secrets: Vec<SecretString>,
    /// `CONNECT_TRUSTED_PROXIES`: whose word counts about where a request comes from.
    pub trusted_proxies: TrustedProxies,
    /// `CONNECT_MAX_STREAMS`: open pages that this process may serve events to.
    pub max_streams: usize,
}

/// How the pages look and where they lead: all that a demo takes from the environment.
#[derive(Debug, Clone)]
pub struct Brand {
    /// The host's page chrome.
    pub layout: Layout,
    /// Where a person can go from here.
    pub links: Links,
    /// Which guide belongs to which bank.
    pub guides: Guides,
}

impl Brand {
    /// Reads the process's own environment.
    pub fn from_process() -> Result<Self, Problems> {
        let mut reader = Reader::new(&process);
        let layout = Layout::read(&mut reader);
        let links = Links::read(&mut reader);
        let guides = Guides::read(&mut reader);
        let all = (|| Some(Self { layout: layout?, links: links?, guides: guides? }))();
        reader.finish(all)
    }
}

/// What the audit log's commands need to know.
#[derive(Debug, Clone)]
pub struct AuditSettings {
    /// Where the log is.
    pub database: Database,
    /// What signed it.
    pub secret_keys: SecretKeys,
}

impl AuditSettings {
    /// Reads the process's own environment.
    pub fn from_process() -> Result<Self, Problems> {
        let mut reader = Reader::new(&process);
        let database = Database::read(&mut reader);
        let secret_keys = SecretKeys::read(&mut reader);
        let all = database.zip(secret_keys).map(|(database, secret_keys)| Self { database, secret_keys });
        reader.finish(all)
    }
}

/// What `serve` needs to know on top: it listens, signs people in by the host's tokens, and wears the host's colours.
#[derive(Debug, Clone)]
pub struct ServeSettings {
    /// Of its one mount.
    pub mount: Settings,
    /// Where to listen.
    pub http: Http,
    /// Whose tokens say who is asking.
    pub token: Token,
    /// The host's page chrome.
    pub layout: Layout,
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
        let settings = Self::read(&mut reader);
        reader.finish(settings)
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        // Each is read before any is looked at, so that every problem is found.
        let public_url = reader.required(
            "CONNECT_PUBLIC_URL",
            "the address that browsers see, such as https://app.example.com/banks",
            PublicUrl::parse,
        );
        let database = Database::read(reader);
        let secret_keys = SecretKeys::read(reader);
        let waycore = Waycore::read(reader);
        let links = Links::read(reader);
        let guides = Guides::read(reader);
        let webhook_secrets = Waycore::read_webhook_secrets(reader);
        let trusted_proxies = TrustedProxies::read(reader);
        let max_streams = reader.or("CONNECT_MAX_STREAMS", DEFAULT_MAX_STREAMS, connection_limits::count);
        Some(Self {
            public_url: public_url?,
            database: database?,
            secret_keys: secret_keys?,
            waycore: waycore?,
            links: links?,
            guides: guides?,
            webhook_secrets: webhook_secrets?,
            trusted_proxies: trusted_proxies?,
            max_streams: max_streams?,
        })
    }
}

impl ServeSettings {
    /// Reads the process's own environment.
    pub fn from_process() -> Result<Self, Problems> {
        Self::from_lookup(&process)
    }

    /// Reads settings by name; a name without a value, or with an empty one, is unset.
    pub fn from_lookup(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, Problems> {
        let mut reader = Reader::new(lookup);
        let mount = Settings::read(&mut reader);
        let base = mount.as_ref().map(|mount| mount.public_url.base().clone());
        let http = Http::read(&mut reader, base.unwrap_or_default());
        let token = Token::read(&mut reader);
        let layout = Layout::read(&mut reader);
        let log = Log::read(&mut reader);
        let all = (|| Some(Self { mount: mount?, http: http?, token: token?, layout: layout?, log: log? }))();
        reader.finish(all)
    }
}

impl Waycore {
    /// Reads the process's own environment, for what needs nothing but Waycore. The webhook's secret may not be there yet.
    pub fn from_process() -> Result<Self, Problems> {
        let mut reader = Reader::new(&process);
        let waycore = Self::read(&mut reader);
        reader.finish(waycore)
    }
}

/// `WAYCORE_API_KEY` as it is now, for a process that runs already.
pub fn waycore_api_key() -> Result<SecretString, Problems> {
    let mut reader = Reader::new(&process);
    let key = Waycore::read_key(&mut reader);
    reader.finish(key)
}

/// A setting of this process; text that is not Unicode counts as it can be read.
pub fn process(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests;
