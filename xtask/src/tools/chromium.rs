//! A Chromium for the end-to-end tests and the measurements.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::debian;
use crate::process::{on_path, output, program, run};
use crate::say::{installing, say};
use crate::workspace::Workspace;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The browser that they drive.
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
    if debian::may_install(root) {
        match debian::install(root, "chromium", "about 2 minutes") {
            Ok(()) => {
                if let Some(program) = system() {
                    return Ok(Chromium::System(program));
                }
            }
            Err(error) => say(format_args!("Debian's chromium could not be installed ({error:#})")),
        }
    }
    if !has_playwrights(workspace) {
        installing("Playwright's own Chromium", "about 2 minutes");
        run(program(workspace.node_programs().join("playwright"), root).args(["install", "chromium"])).context(
            "there is no Chromium and none could be downloaded: check the network, or install one (for Debian: \
             `sudo apt-get install chromium`), and run the same command again",
        )?;
    }
    Ok(Chromium::Playwright)
}

pub(crate) fn is_there(workspace: &Workspace) -> bool {
    system().is_some() || has_playwrights(workspace)
}

/// Returns whether Playwright has downloaded its own; only Playwright knows where.
fn has_playwrights(workspace: &Workspace) -> bool {
    let script =
        "process.exit(require('fs').existsSync(require('playwright').chromium.executablePath()) ? 0 : 1)";
    output(program("node", &workspace.root).args(["-e", script])).is_ok()
}

fn system() -> Option<PathBuf> {
    NAMES.into_iter().find_map(on_path)
}
