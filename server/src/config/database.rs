//! Where rows are kept.

use std::path::{Path, PathBuf};

use super::reader::Reader;

/// `CONNECT_DATABASE_URL`: a SQLite file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    path: PathBuf,
}

impl Database {
    /// The file at a path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The database file; its folder is made when missing.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.or("CONNECT_DATABASE_URL", Self::at("data/connect.db"), |text| {
            if text.starts_with("postgres://") || text.starts_with("postgresql://") {
                return Err(
                    "names a PostgreSQL database, which this version does not support: use sqlite://PATH."
                        .to_owned(),
                );
            }
            match text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")) {
                Some(path) if !path.is_empty() && !path.contains(['?', '#']) && !path.starts_with(':') => {
                    Ok(Self::at(path))
                }
                _ => Err("must name a file, such as sqlite://data/connect.db.".to_owned()),
            }
        })
    }
}
