//! The one folder that a demo keeps its things in.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use aws_lc_rs::rand;
use server::config::SecretKeys;

/// A folder that this process alone uses; the lock ends with it.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder when it is missing. Two demos at once would overwrite each other's simulator.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| {
            anyhow!("The folder {shown} cannot be made: {error}. Choose another with --data.")
        })?;
        let lock = File::create(path.join("lock")).map_err(|error| {
            anyhow!("The folder {shown} cannot be written to: {error}. Choose another with --data.")
        })?;
        if lock.try_lock().is_err() {
            bail!("The folder {shown} is in use by another demo: choose another with --data.");
        }
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// The database, marked as a demo's.
    pub(super) fn database(&self) -> PathBuf {
        self.path.join("demo.db")
    }

    /// What the simulator remembers.
    pub(super) fn simulator_state(&self) -> PathBuf {
        self.path.join("simulator.json")
    }

    /// The demo's own key, made at the first start; people stay signed in over a restart.
    pub(super) fn keys(&self) -> anyhow::Result<SecretKeys> {
        let path = self.path.join("secret.key");
        let key = match std::fs::read_to_string(&path) {
            Ok(key) => key,
            Err(error) if error.kind() == ErrorKind::NotFound => new_key(&path)?,
            Err(error) => bail!("The key {} cannot be read: {error}.", path.display()),
        };
        SecretKeys::parse(key.trim())
            .map_err(|what| anyhow!("The key {} {what} Remove it to get a new one.", path.display()))
    }
}

/// 32 random bytes in hex, for the owner's eyes only.
fn new_key(path: &Path) -> anyhow::Result<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| anyhow!("This machine gives no random numbers."))?;
    let key: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(key.as_bytes())
        .and_then(|()| file.sync_all())
        .context("The demo's key cannot be kept.")?;
    Ok(key)
}
