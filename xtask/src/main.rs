//! The two commands of the README, `cargo xtask run` and `cargo xtask test`, and their parts.

mod bench;
mod build;
mod front_end;
mod plan;
mod process;
mod progress;
mod run;
mod say;
mod site;
mod soak;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::build::BuildOptions;
use crate::plan::{Plan, RELEASE};
use crate::progress::Progress;
use crate::run::RunOptions;
use crate::say::say;
use crate::test::TestOptions;
use crate::workspace::Workspace;

/// Builds, runs and checks Waycore Connect; installs what is missing by itself.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds and starts the demo: the product, a simulated Waycore and a sign-in.
    Run(RunOptions),
    /// Runs everything that CI checks, or parts of it.
    Test(TestOptions),
    /// Builds the release, with the browser's files inside.
    Build(BuildOptions),
    /// Runs the randomised and long-running tests in full, and the browser tests on a release.
    Soak,
    /// Measures a release, its simulator and its pages, and writes BENCH.md.
    Bench,
}

fn main() -> ExitCode {
    match Workspace::locate().and_then(|workspace| execute(&workspace, Cli::parse().command)) {
        Ok(code) => code,
        Err(error) => {
            say(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn execute(workspace: &Workspace, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run(options) => run::run(workspace, &options).map(|()| ExitCode::SUCCESS),
        Command::Bench => bench::bench(workspace).map(|()| ExitCode::SUCCESS),
        Command::Soak => soak::soak(workspace),
        Command::Test(options) => test::test(workspace, &options),
        Command::Build(options) => {
            Plan::new(workspace, &RELEASE, Duration::ZERO).announce(workspace)?;
            let progress = Progress::start();
            let built = match options.production {
                true => build::build_production(workspace, &progress),
                false => build::build_release(workspace, &progress).map(|built| built.waycore_connect),
            };
            progress.summarise("build");
            say(format_args!("built {}", built?.display()));
            Ok(ExitCode::SUCCESS)
        }
    }
}
