//! `cargo xtask test`: everything that CI checks, in the order in which a person wants to hear of it.

mod cargo_output;
mod doc;
mod e2e;
mod fmt;
mod invariants;
mod it;
mod licences;
mod lint;
mod rust_source;
mod size;
mod tally;
mod tree;
mod unit;

use std::cell::OnceCell;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, anyhow};
use clap::ValueEnum;

use self::tally::Tally;
use crate::build::build;
use crate::say::say;
use crate::tools;
use crate::workspace::Workspace;

/// A part of the checks.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// Formatting.
    Fmt,
    /// Clippy, licences, bans, and the invariants of the design.
    Lint,
    /// The tests beside the code.
    Unit,
    /// The integration tests.
    It,
    /// Documentation and the examples in it.
    Doc,
    /// The release, and that nothing secret is in what browsers download.
    Build,
    /// What a browser has to download.
    Size,
    /// A real browser against the release.
    E2e,
}

/// What the suites share: the workspace, and one build however many ask for it.
struct Checks<'a> {
    workspace: &'a Workspace,
    built: OnceCell<Result<std::path::PathBuf, String>>,
}

/// Runs the chosen suites, all of them when none is chosen, and closes with the count.
pub(crate) fn test(workspace: &Workspace, only: &[Suite]) -> ExitCode {
    let checks = Checks { workspace, built: OnceCell::new() };
    let chosen = Suite::value_variants().iter().filter(|suite| only.is_empty() || only.contains(suite));
    let mut total = Tally::default();
    for suite in chosen {
        let started = Instant::now();
        say(format_args!("\n== {}", suite.name()));
        let tally = suite.run(&checks);
        say(format_args!("== {}: {tally} in {} s", suite.name(), started.elapsed().as_secs()));
        total += tally;
    }
    say(format_args!("\n{total}"));
    if total.all_passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Suite {
    fn run(self, checks: &Checks) -> Tally {
        match self {
            Suite::Fmt => fmt::run(checks),
            Suite::Lint => lint::run(checks),
            Suite::Unit => unit::run(checks),
            Suite::It => it::run(checks),
            Suite::Doc => doc::run(checks),
            Suite::Build => {
                let mut tally = Tally::default();
                tally.check("release", || {
                    checks.binary().map(|_| "waycore-connect with its assets inside".into())
                });
                invariants::check_download(checks, &mut tally);
                tally
            }
            Suite::Size => size::run(checks),
            Suite::E2e => e2e::run(checks),
        }
    }

    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

impl Checks<'_> {
    fn root(&self) -> &Path {
        &self.workspace.root
    }

    /// The release, built by whoever asks first.
    fn binary(&self) -> Result<&Path> {
        self.built
            .get_or_init(|| build(self.workspace).map_err(|error| format!("{error:#}")))
            .as_deref()
            .map_err(|error| anyhow!("{error}"))
    }

    /// Makes sure that what is compiled for the browser can be.
    fn wasm_target(&self) -> Result<()> {
        tools::wasm_target(self.workspace)
    }
}
