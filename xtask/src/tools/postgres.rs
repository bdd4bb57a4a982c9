//! PostgreSQL, of which the tests start a server of their own.

use anyhow::{Context, Result, bail};

use super::debian;
use crate::process::on_path;
use crate::workspace::Workspace;

/// Sees to it that there is one: the system's, or Debian's package where we may install it.
pub(crate) fn find_or_install(workspace: &Workspace) -> Result<()> {
    if is_there() {
        return Ok(());
    }
    if !debian::may_install(&workspace.root) {
        bail!(
            "there is no PostgreSQL: install it (for Debian: `apt-get install postgresql`) and try again; \
             the tests start their own server and leave the system's alone"
        );
    }
    debian::install(&workspace.root, "postgresql", "half a minute")
        .context("Debian's PostgreSQL could not be installed: check the network, or install it by hand")
}

/// Returns whether there is a server to start. Debian keeps one for each major version beside the PATH; a client's
/// packages alone leave a folder there too.
pub(crate) fn is_there() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    on_path("initdb").is_some()
        || versions.into_iter().any(|version| version.path().join("bin/initdb").is_file())
}
