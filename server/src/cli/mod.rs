//! The program's commands. All that talks to a terminal is here; the simulator is named nowhere else.

mod audit;
#[cfg(feature = "demo")]
mod demo;
mod doctor;
mod healthy;
mod listen;
mod open_files;
mod serve;
mod shutdown;
#[cfg(feature = "demo")]
mod sim;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Connects your customers' banks through Waycore.
#[derive(Debug, Parser)]
#[command(name = "waycore-connect", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server; its settings are environment variables.
    Serve,
    /// Check a deployment's settings, key, database and addresses; changes nothing.
    Doctor(doctor::Args),
    /// Ask the server that runs here, with the same settings, whether it is ready; for health checks.
    Healthy,
    /// Look at the audit log.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Run the server and a simulated Waycore in one process, for trying out.
    #[cfg(feature = "demo")]
    Demo(demo::Args),
    /// Run a simulated Waycore alone.
    #[cfg(feature = "demo")]
    Sim(sim::Args),
}

/// Runs the command that was given; what goes wrong is said on standard error.
pub(crate) fn main() -> ExitCode {
    let command = Cli::parse().command;
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve => serve::run().await,
        Command::Doctor(args) => doctor::run(args).await,
        Command::Healthy => healthy::run().await,
        Command::Audit(command) => audit::run(command).await,
        #[cfg(feature = "demo")]
        Command::Demo(args) => demo::run(args).await,
        #[cfg(feature = "demo")]
        Command::Sim(args) => sim::run(args).await,
    }
}

/// Starts the log: all that `demo` and `sim` take from the environment.
#[cfg(feature = "demo")]
fn start_log() -> anyhow::Result<()> {
    use server::config::{Log, process};
    server::telemetry::start(&Log::from_lookup(&process)?)?;
    Ok(())
}

/// One line to standard output: what a person, or a script that started the program, waits for.
#[expect(clippy::print_stdout, reason = "a command answers here")]
fn announce(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "a command fails here")]
fn complain(error: &anyhow::Error) {
    eprintln!("{error}");
}
