//! Packages of Debian's, where we may install them.

use std::path::Path;

use anyhow::Result;

use crate::process::{on_path, output, program, run};
use crate::say::installing;

/// There is apt, and we are root.
pub(super) fn may_install(root: &Path) -> bool {
    let is_root = || output(program("id", root).arg("-u")).is_ok_and(|id| id.trim() == "0");
    on_path("apt-get").is_some() && is_root()
}

pub(super) fn install(root: &Path, package: &str, how_long: &str) -> Result<()> {
    installing(format_args!("Debian's package {package}"), how_long);
    let apt = || {
        let mut apt = program("apt-get", root);
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
        apt
    };
    run(apt().arg("update"))?;
    run(apt().args(["install", "-y", "--no-install-recommends", package]))
}
