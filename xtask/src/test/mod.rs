//! `cargo xtask test`: everything that CI checks, in the order in which a person wants to hear of it.

mod advisories;
mod build;
mod cargo_leptos;
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
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use clap::{Args, ValueEnum};

use self::tally::Tally;
use crate::build::{Programs, build_programs, build_release};
use crate::plan::{DEMO, Part, Plan, RELEASE};
use crate::progress::{Progress, Seconds};
use crate::say::say;
use crate::tools;
use crate::workspace::Workspace;

/// Which tests to run.
#[derive(Args)]
pub(crate) struct TestOptions {
    /// Only tests whose name contains this text, of all levels.
    filter: Option<String>,
    /// Only this part; may be given more than once.
    #[arg(long, value_enum)]
    only: Vec<Suite>,
    /// Only browser tests whose title matches this regular expression.
    #[arg(long, value_name = "PATTERN", conflicts_with = "filter")]
    grep: Option<String>,
    /// Drive the release instead of the development build.
    #[arg(long)]
    release: bool,
}

/// A part of the checks.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// Formatting.
    Fmt,
    /// Clippy, licences, bans, and the invariants of the design.
    Lint,
    /// The front end and the programs that the tests start, and that no secret is in what browsers download.
    Build,
    /// The tests beside the code.
    Unit,
    /// The integration tests.
    It,
    /// Documentation and the examples in it.
    Doc,
    /// What a browser has to download.
    Size,
    /// A real browser.
    E2e,
}

/// What the suites share: the workspace, which tests were chosen, and one build however many ask for it.
struct Checks<'a> {
    workspace: &'a Workspace,
    options: &'a TestOptions,
    progress: Progress,
    built: OnceCell<Result<Programs, String>>,
}

/// Runs the chosen suites, all of them when none is chosen, and closes with the count.
pub(crate) fn test(workspace: &Workspace, options: &TestOptions) -> Result<ExitCode> {
    let chosen: Vec<Suite> =
        Suite::value_variants().iter().copied().filter(|suite| suite.is_chosen(options)).collect();
    if options.grep.is_some() && !chosen.contains(&Suite::E2e) {
        bail!("--grep chooses browser tests, and --only leaves them out: add `--only e2e`");
    }
    plan(workspace, options, &chosen).announce(workspace)?;
    let checks = Checks { workspace, options, progress: Progress::start(), built: OnceCell::new() };
    let mut total = Tally::default();
    let mut times: Vec<(Suite, Tally, Duration)> = Vec::new();
    for suite in chosen {
        let started = Instant::now();
        say(format_args!("\n== {}", suite.name()));
        let tally = suite.run(&checks);
        say(format_args!("== {}: {tally} in {}", suite.name(), Seconds(started.elapsed())));
        times.push((suite, tally, started.elapsed()));
        total += tally;
    }
    say("");
    checks.progress.summarise("test");
    for (suite, tally, took) in &times {
        say(format_args!("{:>9}  {}: {tally}", Seconds(*took).to_string(), suite.name()));
    }
    if total == Tally::default() {
        say("no test matches");
    }
    for (suite, ..) in times.iter().filter(|(_, tally, _)| tally.failed > 0) {
        say(format_args!(
            "correct what is printed above, and try again: cargo xtask test --only {}",
            suite.name()
        ));
    }
    say(format_args!("\n{total}"));
    Ok(if total.all_passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the chosen suites need, and how long they take. A filter leaves few tests, whose time does not count.
fn plan(workspace: &Workspace, options: &TestOptions, chosen: &[Suite]) -> Plan {
    let needed: Vec<Part> = chosen.iter().flat_map(|suite| suite.needs(options)).collect();
    let is_whole = options.filter.is_none() && options.grep.is_none();
    let work = chosen.iter().filter(|_| is_whole).map(|suite| suite.usual_time()).sum();
    Plan::new(workspace, &needed, work)
}

impl Suite {
    fn needs(self, options: &TestOptions) -> Vec<Part> {
        let product = if options.release { RELEASE } else { DEMO };
        let more: &[Part] = match self {
            Self::Fmt => return Vec::new(),
            Self::Lint => return vec![Part::WasmTarget, Part::Packages],
            Self::Unit => return vec![Part::Tests, Part::Postgres],
            Self::Doc => return vec![Part::Tests],
            Self::Build => &[Part::CargoLeptosBuild],
            Self::Size => &[],
            Self::It => &[Part::Tests, Part::Postgres, Part::Schemathesis],
            Self::E2e => &[Part::Chromium, Part::Nginx, Part::Postgres],
        };
        product.iter().chain(more).copied().collect()
    }

    /// How long it takes where everything is there and compiled, on two cores; BENCH.md has the measurement.
    fn usual_time(self) -> Duration {
        Duration::from_secs(match self {
            Self::Fmt | Self::Build | Self::Size => 2,
            Self::Lint | Self::Doc => 30,
            Self::Unit => 40,
            Self::It => 120,
            Self::E2e => 300,
        })
    }

    fn is_chosen(self, options: &TestOptions) -> bool {
        if !options.only.is_empty() {
            return options.only.contains(&self);
        }
        if options.grep.is_some() {
            return self == Self::E2e;
        }
        // A filter is the name of a test, which the other suites do not have.
        options.filter.is_none() || matches!(self, Self::Unit | Self::It | Self::Doc | Self::E2e)
    }

    fn run(self, checks: &Checks) -> Tally {
        match self {
            Suite::Fmt => fmt::run(checks),
            Suite::Lint => lint::run(checks),
            Suite::Build => build::run(checks),
            Suite::Unit => unit::run(checks),
            Suite::It => it::run(checks),
            Suite::Doc => doc::run(checks),
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

    /// The programs and the front end, built by whoever asks first.
    fn programs(&self) -> Result<&Programs> {
        self.built
            .get_or_init(|| {
                let build = if self.options.release { build_release } else { build_programs };
                build(self.workspace, &self.progress).map_err(|error| format!("{error:#}"))
            })
            .as_ref()
            .map_err(|error| anyhow!("{error}"))
    }

    /// The arguments that choose tests of `cargo test` by name.
    fn rust_filter(&self) -> Vec<String> {
        let names = self.options.filter.as_deref().map(rust_name);
        std::iter::once("--".to_owned()).chain(names).collect()
    }

    /// Makes sure that what is compiled for the browser can be.
    fn wasm_target(&self) -> Result<()> {
        tools::wasm_target(self.workspace)
    }
}

/// A filter as `cargo test` knows it: names of Rust have underscores and no capitals.
fn rust_name(filter: &str) -> String {
    filter.replace(' ', "_").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::rust_name;

    #[test]
    fn a_sentence_finds_the_rust_test_of_its_name() {
        assert_eq!(rust_name("What Waycore says"), "what_waycore_says");
        assert_eq!(rust_name("events::"), "events::");
    }
}
