//! `cargo xtask bench`: measures what is promised and writes it down.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::build::{build_example, build_release};
use crate::plan::{Plan, RELEASE};
use crate::process::{program, watched};
use crate::progress::Progress;
use crate::tools::{self, Chromium};
use crate::workspace::Workspace;

/// Of each measurement of the simulator.
const SECONDS: &str = "10";

const SIMULATOR: &str = "\
# Measurements

`cargo xtask bench` writes this page. Two cores, a release build, and what measures it on the same machine.

## The simulator alone

The load generator is wrk, one thread, 16 connections; each measurement takes ten seconds.

| what | measured | promised | slowest of a hundred |
|---|---|---|---|
";

const PAGES: &str = "
## Pages in a browser

Lighthouse with its mobile profile, nine runs of each page of the production server (`serve`), with one connected bank and
somebody whom a host has signed in. Of performance the median counts, with the lowest and the highest in brackets; of
accessibility and best practices the lowest.

| page | performance | accessibility | best practices | promised at least |
|---|---|---|---|---|
";

const LIVE: &str = "
## Live status

A production server on SQLite, the simulator, and 10,000 streams of events that people of 2,500 customers hold open, each
customer waiting for four banks. A stream is idle when it has had its first look and its signs of life; its memory is what the
server's has grown by, half a minute later. From webhook to browser is from the first byte of a signed delivery to the event on
a stream: the delivery is stored, the connection is read again at the simulator, its new state is stored, and every stream of
the customer is told. Deliveries come at a fixed rate, whether the ones before were answered or not. A machine that is shared
wakes whoever sleeps late, and a calm server sleeps before every step; how late is measured beside it.

| what | measured | promised |
|---|---|---|
";

const SEARCH: &str = "
## The bank search in a browser

The production server with the simulator's 5,000 banks, and one who types: names, a part of one, one with a typo, and the address
of a portal. From a letter to the banks that fit, painted.

| what | measured | promised |
|---|---|---|
";

const BUILDS: &str = "\n## Builds and tests\n";

pub(crate) fn bench(workspace: &Workspace) -> Result<()> {
    Plan::new(workspace, &RELEASE, Duration::from_secs(900)).announce(workspace)?;
    let wrk = tools::wrk(workspace)?;
    let lighthouse = tools::lighthouse(workspace)?;
    let progress = Progress::start();
    let binary = build_release(workspace, &progress)?.waycore_connect;
    let live_load = build_example(workspace, "live_load", &progress)?;
    // After the build, which installs the Playwright that may have to bring one.
    let chromium = tools::chromium(workspace)?;
    let simulator = measure(script(workspace, "simulator.mjs").arg(&binary).arg(wrk).arg(SECONDS))?;
    let live = measure(with_many_files(workspace).arg(live_load).arg(&binary))?;
    let mut in_browser = script(workspace, "lighthouse.mjs");
    in_browser.arg(&binary).arg(lighthouse);
    let mut searched = script(workspace, "search.mjs");
    searched.arg(&binary);
    if let Chromium::System(program) = chromium {
        in_browser.env("CONNECT_CHROMIUM", &program);
        searched.env("CONNECT_CHROMIUM", program);
    }
    let search = measure(&mut searched)?;
    let pages = measure(&mut in_browser)?;
    let file = workspace.root.join("BENCH.md");
    let builds = builds_and_tests(&std::fs::read_to_string(&file).unwrap_or_default());
    let written =
        [SIMULATOR, &simulator.rows, LIVE, &live.rows, SEARCH, &search.rows, PAGES, &pages.rows, &builds]
            .concat();
    std::fs::write(file, written).context("BENCH.md cannot be written")?;
    if ![simulator, live, search, pages].iter().all(|measured| measured.is_kept) {
        bail!("a measurement is below what is promised: see above");
    }
    Ok(())
}

/// The times of the commands themselves, which are measured on fresh machines and written by hand: they stay as they are.
fn builds_and_tests(text: &str) -> String {
    text.find(BUILDS).and_then(|at| text.get(at..)).unwrap_or_default().to_owned()
}

/// What a script found out.
struct Measured {
    /// Of a table.
    rows: String,
    /// Whether every promise is.
    is_kept: bool,
}

fn script(workspace: &Workspace, name: &str) -> Command {
    let mut node = program("node", &workspace.root);
    node.arg(workspace.root.join("xtask/bench").join(name));
    node
}

/// Runs a program, its first argument, with as many open files as the system allows; what it starts has them too.
fn with_many_files(workspace: &Workspace) -> Command {
    let mut shell = program("sh", &workspace.root);
    shell.args(["-c", r#"ulimit -n "$(ulimit -Hn)" && exec "$0" "$@""#]);
    shell
}

fn measure(script: &mut Command) -> Result<Measured> {
    let (rows, status) = watched(script)?;
    if rows.trim().is_empty() {
        bail!("nothing was measured ({status}): see above");
    }
    Ok(Measured { rows, is_kept: status.success() })
}

#[cfg(test)]
mod tests {
    use super::builds_and_tests;

    #[test]
    fn the_times_of_the_commands_stay() {
        assert_eq!(builds_and_tests("# Measurements\n\nold\n"), "");
        assert_eq!(
            builds_and_tests("# Measurements\n\nold\n\n## Builds and tests\n\nthese\n"),
            "\n## Builds and tests\n\nthese\n"
        );
    }
}
