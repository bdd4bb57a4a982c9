//! npm packages: wasm-opt for the build, Playwright and axe for the tests.

use anyhow::{Context, Result, bail};

use crate::process::{program, run, version};
use crate::say::installing;
use crate::workspace::Workspace;

const OLDEST_NODE: u32 = 20;

/// Installs exactly what package-lock.json names, unless that is what is there already.
pub(crate) fn install_packages(workspace: &Workspace) -> Result<()> {
    let root = &workspace.root;
    let lock = std::fs::read(root.join("package-lock.json"))
        .context("package-lock.json cannot be read: restore it from git")?;
    let stamp = root.join("node_modules/.installed-from.json");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    assert_node()?;
    installing("npm packages", "about a minute");
    run(program("npm", root).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]))
        .context(
            "the npm packages could not be installed: check that the npm registry is reachable and try again",
        )?;
    // Written last: an interrupted install is done again.
    std::fs::write(stamp, lock).context("node_modules cannot be written to")
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
