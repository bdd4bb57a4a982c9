//! What the commands build: programs for `run` and `test` in the `dev` profile, and the release.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::front_end;
use crate::process::{cargo, run};
use crate::progress::Progress;
use crate::workspace::Workspace;

/// The programs that `run` and `test` start. They read the browser's files from [`Workspace::site`].
pub(crate) struct Programs {
    pub(crate) waycore_connect: PathBuf,
    /// The product in `examples/host`, which mounts the flow.
    pub(crate) host: PathBuf,
}

impl Programs {
    fn below(folder: &Path) -> Self {
        Self { waycore_connect: folder.join("waycore-connect"), host: folder.join("host") }
    }
}

/// Which release `cargo xtask build` builds.
#[derive(clap::Args)]
pub(crate) struct BuildOptions {
    /// Leave out the commands `demo` and `sim`, and with them the simulator.
    #[arg(long)]
    pub(crate) production: bool,
}

/// The variable that says where programs of the `dev` profile find the browser's files; cargo-leptos sets it too.
pub(crate) const SITE_ROOT: &str = "LEPTOS_SITE_ROOT";

/// What one cargo command compiles for `run` and for every test, so that each dependency is compiled once with one set of
/// features. xtask shares few dependencies with the product and would add features of its own.
pub(crate) const PRODUCT: [&str; 6] =
    ["--locked", "--workspace", "--exclude", "frontend", "--exclude", "xtask"];

/// The targets of [`PRODUCT`] that are programs. Examples are among them because naming them switches on the features of the
/// development dependencies, which tests need too.
const PROGRAMS: [&str; 2] = ["--bins", "--examples"];

/// Builds the front end and the programs in the `dev` profile.
pub(crate) fn build_programs(workspace: &Workspace, progress: &Progress) -> Result<Programs> {
    front_end::build(workspace, progress)?;
    progress.step("programs: compile", || {
        run(cargo(&workspace.root).arg("build").args(PRODUCT).args(PROGRAMS))
            .context("a program does not compile: correct the errors above and run the same command again")
    })?;
    Ok(Programs::below(&workspace.target.join("debug")))
}

/// Builds the release, which carries the browser's files inside.
pub(crate) fn build_release(workspace: &Workspace, progress: &Progress) -> Result<Programs> {
    front_end::build(workspace, progress)?;
    progress.step("release: compile", || {
        build_in_release(workspace, &["--package", "server", "--package", "host", "--bins"])
    })?;
    Ok(Programs::below(&workspace.target.join("release")))
}

/// Builds the program of a deployment: the release without the commands `demo` and `sim`, and so without the simulator.
pub(crate) fn build_production(workspace: &Workspace, progress: &Progress) -> Result<PathBuf> {
    front_end::build(workspace, progress)?;
    progress.step("release: compile", || {
        let features = ["--no-default-features", "--features", "otel"];
        build_in_release(workspace, &[&["--package", "server", "--bins"][..], &features].concat())
    })?;
    Ok(workspace.target.join("release/waycore-connect"))
}

/// Builds an example of the server's in release, and returns its path.
pub(crate) fn build_example(workspace: &Workspace, name: &str, progress: &Progress) -> Result<PathBuf> {
    progress.step(&format!("{name}: compile"), || {
        build_in_release(workspace, &["--package", "server", "--example", name])
    })?;
    Ok(workspace.target.join("release/examples").join(name))
}

fn build_in_release(workspace: &Workspace, what: &[&str]) -> Result<()> {
    // The site is named, so that a checkout that shares its target folder with another embeds its own.
    run(cargo(&workspace.root)
        .args(["build", "--locked", "--release"])
        .args(what)
        .env("CONNECT_SITE_DIR", workspace.site()))
    .context(
        "the server does not compile in release: correct the errors above and run the same command again",
    )
}
