//! A Chromium for the end-to-end tests.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::{on_path, output, program, run};
use crate::say::{installing, say};
use crate::workspace::Workspace;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The browser that the tests drive.
pub(crate) enum Chromium {
    /// A program of the system's.
    System(PathBuf),
    /// The one that Playwright downloaded and finds by itself.
    Playwright,
}

/// The system's Chromium; else Debian's package where we may install it; else Playwright's own.
pub(crate) fn find_or_install(workspace: &Workspace) -> Result<Chromium> {
    if let Some(program) = system() {
        return Ok(Chromium::System(program));
    }
    let root = &workspace.root;
    if on_path("apt-get").is_some() && is_root(root) {
        installing("Debian's package chromium", "about 2 minutes");
        match install_debian(root) {
            Ok(()) => {
                if let Some(program) = system() {
                    return Ok(Chromium::System(program));
                }
            }
            Err(error) => say(format_args!("Debian's chromium could not be installed ({error:#})")),
        }
    }
    installing("Playwright's own Chromium", "about 2 minutes");
    run(program(workspace.node_programs().join("playwright"), root).args(["install", "chromium"])).context(
        "there is no Chromium and none could be installed: install one (for Debian: `apt-get install chromium`) \
         and try again",
    )?;
    Ok(Chromium::Playwright)
}

fn system() -> Option<PathBuf> {
    NAMES.into_iter().find_map(on_path)
}

fn install_debian(root: &Path) -> Result<()> {
    let apt = || {
        let mut apt = program("apt-get", root);
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
        apt
    };
    run(apt().arg("update"))?;
    run(apt().args(["install", "-y", "--no-install-recommends", "chromium"]))
}

fn is_root(root: &Path) -> bool {
    output(program("id", root).arg("-u")).is_ok_and(|id| id.trim() == "0")
}
