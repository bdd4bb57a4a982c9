//! The two commands of the README, `cargo xtask run` and `cargo xtask test`, and their parts.

mod bench;
mod bindings;
mod build;
mod process;
mod run;
mod say;
mod site;
mod soak;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::run::RunOptions;
use crate::say::say;
use crate::test::Suite;
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
    /// Builds a release and starts the demo: the product, a simulated Waycore and a sign-in.
    Run(RunOptions),
    /// Runs everything that CI checks, or parts of it.
    Test {
        /// Only this part; may be given more than once.
        #[arg(long, value_enum)]
        only: Vec<Suite>,
    },
    /// Builds the release that `run` starts.
    Build,
    /// Runs the checks in which chance plays a part, many times as often.
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
        Command::Test { only } => Ok(test::test(workspace, &only)),
        Command::Build => {
            let binary = build::build(workspace)?;
            say(format_args!("built {}", binary.display()));
            Ok(ExitCode::SUCCESS)
        }
    }
}
