//! `cargo xtask soak`: the same checks for as long as a night, where chance decides what is tried.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// What is tried at random, and how often; each is read by the tests themselves.
const LONG: [(&str, &str); 3] =
    [("PROPTEST_CASES", "20000"), ("CONNECT_WALKS", "500"), ("CONNECT_SCHEDULES", "10000")];

pub(crate) fn soak(workspace: &Workspace) -> Result<ExitCode> {
    let mut checks = Command::new(std::env::current_exe().context("this very program cannot be found")?);
    checks.current_dir(&workspace.root).arg("test");
    for suite in ["unit", "it", "e2e"] {
        checks.args(["--only", suite]);
    }
    let status = checks.envs(LONG).status().context("the checks cannot be started")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
