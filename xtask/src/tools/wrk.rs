//! wrk, which loads a server.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::debian;
use crate::process::on_path;
use crate::workspace::Workspace;

/// The system's, or Debian's package where we may install it.
pub(crate) fn find_or_install(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(program) = on_path("wrk") {
        return Ok(program);
    }
    if !debian::may_install(&workspace.root) {
        bail!("there is no wrk on the PATH: install it (for Debian: `apt-get install wrk`) and try again");
    }
    debian::install(&workspace.root, "wrk", "seconds").context("Debian's wrk could not be installed")?;
    on_path("wrk").context("Debian's wrk was installed and is not on the PATH")
}
