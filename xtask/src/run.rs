//! `cargo xtask run`: the demo, from nothing to an address.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
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
    let mut demo = program(programs.waycore_connect, &workspace.root);
    demo.env(SITE_ROOT, workspace.site()).args(options.arguments(&workspace.root)?);
    become_program(&mut demo)
}

impl RunOptions {
    fn arguments(&self, root: &Path) -> Result<Vec<OsString>> {
        let data = match &self.data {
            Some(folder) => std::path::absolute(folder)?,
            None => root.join("data"),
        };
        let (port, sim_port) = (self.port.to_string(), self.sim_port.to_string());
        let options =
            ["demo", "--port", &port, "--sim-port", &sim_port, "--base-path", &self.base_path, "--data"];
        Ok(options.into_iter().map(OsString::from).chain([data.into()]).collect())
    }
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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Run {
        #[command(flatten)]
        options: RunOptions,
    }

    #[test]
    fn the_demo_gets_every_option() {
        let table = [
            ("run", "demo --port 3000 --sim-port 3100 --base-path / --data /product/data"),
            (
                "run --port 4000 --sim-port 4100 --base-path /bank --data /elsewhere",
                "demo --port 4000 --sim-port 4100 --base-path /bank --data /elsewhere",
            ),
        ];
        for (typed, passed_on) in table {
            let run = Run::try_parse_from(typed.split(' ')).unwrap();
            let arguments = run.options.arguments(Path::new("/product")).unwrap();
            assert_eq!(arguments.join(std::ffi::OsStr::new(" ")), passed_on);
        }
    }
}
