//! What a build shows: that everything compiles, that no secret is in the download, and that cargo-leptos can build it.

use anyhow::{Context, Result};

use super::{Checks, Tally, invariants};
use crate::process::{self, program};
use crate::tools::CargoLeptos;

pub(super) fn run(checks: &Checks) -> Tally {
    let mut tally = Tally::default();
    tally.check("programs and front end", || checks.programs().map(|_| "built".into()));
    invariants::check_download(checks, &mut tally);
    // It takes long to install, so only who has it anyway waits for it; `soak` always does.
    if let Some(tool) = CargoLeptos::find(checks.workspace) {
        tally.check("cargo leptos build", || build_with_cargo_leptos(checks, &tool?));
    }
    tally
}

/// Builds with the tool of the development loop, into folders of its own.
pub(crate) fn build_with_cargo_leptos(checks: &Checks, tool: &CargoLeptos) -> Result<String> {
    process::run(
        program(&tool.program, checks.root())
            .args(["build"])
            .env("PATH", &tool.path)
            .env("LEPTOS_SITE_ROOT", checks.workspace.target.join("cargo-leptos-site")),
    )
    .context("cargo-leptos cannot build the workspace")?;
    Ok("front end and server".into())
}
