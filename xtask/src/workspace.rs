//! Where things stand: the workspace, cargo's target folder, and the cache that survives clones.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process::{cargo, output};

/// The folders that every command needs.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// Cargo's target folder, wherever `CARGO_TARGET_DIR` puts it.
    pub(crate) target: PathBuf,
    cache: PathBuf,
}

impl Workspace {
    /// Finds the workspace that this program belongs to.
    pub(crate) fn locate() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().context("xtask has no workspace above it")?.to_owned();
        let metadata = read_metadata(&root, &["--no-deps"])?;
        let target = metadata["target_directory"].as_str().context("cargo names no target folder")?.into();
        Ok(Self { root, target, cache: cache_folder()? })
    }

    /// What `cargo metadata` says of the workspace and everything that it depends on.
    pub(crate) fn metadata(&self) -> Result<Value> {
        read_metadata(&self.root, &["--locked"])
    }

    /// Where an installed tool stands: outside the clone, so that the next clone finds it.
    pub(crate) fn tool(&self, name: &str, version: &str) -> PathBuf {
        self.cache.join("tools").join(format!("{name}-{version}"))
    }

    /// The browser's files: embedded in a release, read at run time by a development build.
    pub(crate) fn site(&self) -> PathBuf {
        self.root.join("target/site")
    }

    /// Where npm puts its programs.
    pub(crate) fn node_programs(&self) -> PathBuf {
        self.root.join("node_modules/.bin")
    }
}

fn read_metadata(root: &Path, arguments: &[&str]) -> Result<Value> {
    let text = output(cargo(root).args(["metadata", "--format-version", "1"]).args(arguments))?;
    serde_json::from_str(&text).context("`cargo metadata` printed no JSON")
}

fn cache_folder() -> Result<PathBuf> {
    let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    folder("WAYCORE_CONNECT_CACHE")
        .or_else(|| Some(folder("XDG_CACHE_HOME")?.join("waycore-connect")))
        .or_else(|| Some(folder("HOME")?.join(".cache/waycore-connect")))
        .context("there is no home folder to keep tools in: set WAYCORE_CONNECT_CACHE to a folder of yours")
}
