//! Where rows are kept.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr as _;

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::postgres::PgConnectOptions;
use url::Url;

use super::reader::Reader;

/// `CONNECT_DATABASE_URL`: a SQLite file, or a PostgreSQL database.
#[derive(Debug, Clone)]
pub enum Database {
    /// The file; its folder is made when missing.
    Sqlite(PathBuf),
    /// The address, which may hold a password.
    Postgres(SecretString),
}

impl Database {
    /// Reads an address. `Err` says how a sentence about it goes on; it never repeats the address.
    pub fn parse(text: &str) -> Result<Self, String> {
        const WRONG: &str = "must name a file, such as sqlite://data/connect.db, or a database, such as postgres://user@host/name.";
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return match PgConnectOptions::from_str(text) {
                Ok(_) => Ok(Self::Postgres(text.into())),
                Err(_) => {
                    Err("is no PostgreSQL address, such as postgres://user:password@host:5432/name."
                        .to_owned())
                }
            };
        }
        match text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")) {
            Some(path) if !path.is_empty() && !path.contains(['?', '#']) && !path.starts_with(':') => {
                Ok(Self::Sqlite(path.into()))
            }
            _ => Err(WRONG.to_owned()),
        }
    }

    /// Whether the database is on another machine, and the address leaves it to that whether the connection is encrypted.
    pub fn leaves_encryption_open(&self) -> bool {
        let Self::Postgres(text) = self else { return false };
        let text = text.expose_secret();
        let is_chosen = std::env::var_os("PGSSLMODE").is_some()
            || Url::parse(text)
                .is_ok_and(|url| url.query_pairs().any(|(name, _)| name == "sslmode" || name == "ssl-mode"));
        !is_chosen && PgConnectOptions::from_str(text).is_ok_and(|options| !is_here(&options))
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        const NAME: &str = "CONNECT_DATABASE_URL";
        if !reader.is_given(NAME) {
            return Some(Self::Sqlite("data/connect.db".into()));
        }
        let text = reader.secret(NAME, "an address")?;
        Self::parse(text.expose_secret()).map_err(|what| reader.problem(NAME, what)).ok()
    }
}

/// Whether no network lies between this program and the database.
fn is_here(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_matches(['[', ']']);
    options.get_socket().is_some()
        || host == "localhost"
        || host.starts_with('/')
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
