//! nginx, behind which the tests put the product.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::debian;
use crate::process::on_path;
use crate::workspace::Workspace;

/// The system's, or Debian's package where we may install it.
pub(crate) fn find_or_install(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(nginx) = found() {
        return Ok(nginx);
    }
    if !debian::may_install(&workspace.root) {
        bail!(
            "there is no nginx: install it (for Debian: `apt-get install nginx`) and try again; the tests start \
             their own and leave the system's alone"
        );
    }
    debian::install(&workspace.root, "nginx-light", "a few seconds")
        .context("Debian's nginx could not be installed: check the network, or install nginx by hand")?;
    found().context("Debian's package was installed and brought no nginx")
}

pub(crate) fn is_there() -> bool {
    found().is_some()
}

fn found() -> Option<PathBuf> {
    // Debian's stands where only root's PATH leads.
    let debians = Path::new("/usr/sbin/nginx");
    on_path("nginx").or_else(|| debians.exists().then(|| debians.to_owned()))
}
