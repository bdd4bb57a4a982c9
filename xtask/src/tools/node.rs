//! npm packages: wasm-opt, esbuild and Lightning CSS for the build, Playwright and axe for the tests, Lighthouse for the measurements.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::{program, run, version};
use crate::say::installing;
use crate::workspace::Workspace;

const OLDEST_NODE: u32 = 20;

/// What the build and the tests take from npm.
pub(crate) fn install_packages(workspace: &Workspace) -> Result<()> {
    install(&workspace.root, "npm packages")
}

/// Lighthouse, in a folder of its own: neither a build nor a test needs it, and it is larger than what they need.
pub(crate) fn lighthouse(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.root.join("xtask/bench/lighthouse");
    install(&folder, "Lighthouse")?;
    Ok(folder.join("node_modules/.bin/lighthouse"))
}

/// Installs exactly what the folder's package-lock.json names, unless that is what is there already.
fn install(folder: &Path, what: &str) -> Result<()> {
    let lock = std::fs::read(folder.join("package-lock.json"))
        .context("package-lock.json cannot be read: restore it from git")?;
    let stamp = folder.join("node_modules/.installed-from.json");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    assert_node()?;
    installing(what, "about a minute");
    run(program("npm", folder).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]))
    .context(
        "the npm packages could not be installed: check that the npm registry is reachable and try again",
    )?;
    // Written last: an interrupted install is done again.
    std::fs::write(stamp, lock)
        .context("node_modules cannot be written to: free some space, or check its permissions")
}

fn assert_node() -> Result<()> {
    let Some(line) = version("node") else {
        bail!("there is no Node on the PATH: install Node {OLDEST_NODE} or newer, with npm");
    };
    match major(&line) {
        Some(number) if number >= OLDEST_NODE => Ok(()),
        _ => bail!("Node is {line}, and {OLDEST_NODE} or newer is needed: install a newer one"),
    }
}

/// The first number of `v20.20.2`.
fn major(line: &str) -> Option<u32> {
    line.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("20"), None);
    }
}
