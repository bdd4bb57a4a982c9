//! schemathesis, which makes requests from a description of an API, in a Python of its own.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::debian;
use crate::process::{on_path, output, program, run, version};
use crate::say::installing;
use crate::workspace::Workspace;

const VERSION: &str = "4.32.0";

/// The Python that has schemathesis of exactly this version: from the cache, or installed into it.
pub(crate) fn find_or_install(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.tool("schemathesis", VERSION);
    let python = folder.join("bin/python");
    if is_right(&folder) {
        return Ok(python);
    }
    if !can_make_environments(workspace) && debian::may_install(&workspace.root) {
        debian::install(&workspace.root, "python3-venv", "half a minute")
            .context("python3-venv could not be installed: check the network, or install it by hand")?;
    }
    if on_path("python3").is_none() {
        bail!("there is no python3 on the PATH: install Python 3.10 or newer with its venv module");
    }
    installing("schemathesis", "about a minute");
    run(program("python3", &workspace.root).args(["-m", "venv", "--clear"]).arg(&folder))
        .context("Python could not make a folder for schemathesis: on Debian, `apt-get install python3-venv` brings what is missing")?;
    let package = format!("schemathesis=={VERSION}");
    run(program(&python, &workspace.root)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", &package]))
    .context("schemathesis could not be installed: check that the Python package registry is reachable and try again")?;
    if is_right(&folder) {
        Ok(python)
    } else {
        bail!("schemathesis was installed but does not run as version {VERSION}")
    }
}

pub(crate) fn is_there(workspace: &Workspace) -> bool {
    is_right(&workspace.tool("schemathesis", VERSION))
}

/// Debian's python3 comes without `ensurepip`, which `venv` needs.
fn can_make_environments(workspace: &Workspace) -> bool {
    output(program("python3", &workspace.root).args(["-c", "import ensurepip, venv"])).is_ok()
}

fn is_right(folder: &Path) -> bool {
    version(folder.join("bin/schemathesis")).is_some_and(|line| line.ends_with(VERSION))
}
