//! `cargo xtask run`: the demo, from nothing to an address.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::build::{SITE_ROOT, build_programs};
use crate::plan::{DEMO, Plan};
use crate::process::program;
use crate::progress::Progress;
use crate::workspace::Workspace;

/// What is passed on to the demo.
#[derive(Args)]
pub(crate) struct RunOptions {
    /// Port of the product.
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Port of the simulated Waycore.
    #[arg(long, default_value_t = 3100)]
    sim_port: u16,
    /// Path that the product is mounted under.
    #[arg(long, default_value = "/")]
    base_path: String,
    /// Folder of the demo's database and of the simulator's state [default: data/ in the workspace].
    #[arg(long)]
    data: Option<PathBuf>,
}

/// Builds what changed and becomes the demo, so that Ctrl-C and SIGTERM reach it and its end is ours.
pub(crate) fn run(workspace: &Workspace, options: &RunOptions) -> Result<()> {
    Plan::new(workspace, &DEMO, Duration::ZERO).announce(workspace)?;
    let progress = Progress::start();
    let built = build_programs(workspace, &progress);
    progress.summarise("build");
    let programs = built?;
    let data = match &options.data {
        Some(folder) => std::path::absolute(folder)?,
        None => workspace.root.join("data"),
    };
    let mut demo = program(programs.waycore_connect, &workspace.root);
    demo.arg("demo")
        .env(SITE_ROOT, workspace.site())
        .args(["--port", &options.port.to_string()])
        .args(["--sim-port", &options.sim_port.to_string()])
        .args(["--base-path", &options.base_path])
        .arg("--data")
        .arg(data);
    become_program(&mut demo)
}

#[cfg(unix)]
fn become_program(demo: &mut std::process::Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    // Comes back only when the program could not be started.
    Err(anyhow::Error::from(demo.exec()).context(
        "the demo could not be started: remove target/debug/waycore-connect and run the same command again",
    ))
}

#[cfg(not(unix))]
fn become_program(demo: &mut std::process::Command) -> Result<()> {
    crate::process::run(demo)
}
