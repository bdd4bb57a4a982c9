//! What a database is for, and why one cannot be used.

use std::path::PathBuf;

use sqlx::migrate::MigrateError;

/// Earlier ones can corrupt a write-ahead log.
pub(super) const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// What a database is for. The two never mix: a demo's rows are nobody's, and its people are everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// Made by `demo`.
    Demo,
    /// Made by `serve`.
    Serve,
}

impl DatabaseKind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Serve => "serve",
        }
    }
}

/// Why a database cannot be used. Each is a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address of a PostgreSQL database cannot be read.
    #[error("The address of the database is no PostgreSQL address.")]
    Address,
    /// Its folder cannot be made.
    #[error("The folder of the database {path} cannot be made: {source}.")]
    Folder {
        /// The database.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Its file cannot be made or looked at.
    #[error("The file of the database {path} cannot be used: {source}.")]
    File {
        /// The database.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It cannot be opened, read or written.
    #[error("The database {name} cannot be opened: {source}.")]
    Unusable {
        /// The database.
        name: String,
        /// What SQLite or PostgreSQL says.
        source: sqlx::Error,
    },
    /// It cannot store every text.
    #[error(
        "The database {name} has the encoding {found}, which cannot store every name: make one with \
         `createdb --encoding=UTF8 --template=template0`."
    )]
    Encoding {
        /// The database.
        name: String,
        /// Its encoding.
        found: String,
    },
    /// A pooler stands in between and does not know what the address asks for.
    #[error(
        "The pooler before the database {name} refuses the connection: {source}. Take the parameter out of the address, \
         add it to the pooler's ignore_startup_parameters, or connect to PostgreSQL itself."
    )]
    Pooler {
        /// The database.
        name: String,
        /// What the pooler says.
        source: sqlx::Error,
    },
    /// It was made for something else.
    #[error("The database {name} was made by `{found}` and cannot be used by `{wanted}`: give another one.")]
    OtherKind {
        /// The database.
        name: String,
        /// What made it.
        found: String,
        /// What opens it now.
        wanted: &'static str,
    },
    /// A newer program has been here.
    #[error("The database {name} was made by a newer version of this program: use that version.")]
    Newer {
        /// The database.
        name: String,
    },
    /// Its tables could not be brought up to date.
    #[error("The tables of the database {name} cannot be brought up to date: {source}.")]
    Migration {
        /// The database.
        name: String,
        /// What went wrong.
        source: MigrateError,
    },
    /// The program was built with a SQLite that must not be used.
    #[error("SQLite {found} is too old: {}.{}.{} or later is needed.", OLDEST_SQLITE.0, OLDEST_SQLITE.1, OLDEST_SQLITE.2)]
    OldSqlite {
        /// Its version.
        found: String,
    },
}
