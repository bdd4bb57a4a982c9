//! `cargo xtask soak`: randomised and long-running tests, in full, and the browser tests on a release.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::tools::CargoLeptos;
use crate::workspace::Workspace;

/// How much is tried; each is read by the tests themselves. `CONNECT_SOAK` turns samples into the whole.
const LONG: [(&str, &str); 4] = [
    ("CONNECT_SOAK", "1"),
    ("PROPTEST_CASES", "20000"),
    ("CONNECT_WALKS", "500"),
    ("CONNECT_SCHEDULES", "10000"),
];

pub(crate) fn soak(workspace: &Workspace) -> Result<ExitCode> {
    let mut checks = Command::new(std::env::current_exe().context("this very program cannot be found")?);
    checks.current_dir(&workspace.root).args(["test", "--release"]);
    for suite in ["build", "unit", "it", "e2e"] {
        checks.args(["--only", suite]);
    }
    // With it on the PATH, the build suite checks that it can build the workspace.
    let cargo_leptos = CargoLeptos::find_or_install(workspace)?;
    let status =
        checks.envs(LONG).env("PATH", cargo_leptos.path).status().context("the checks cannot be started")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
