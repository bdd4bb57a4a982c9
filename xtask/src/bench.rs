//! `cargo xtask bench`: measures what is promised and writes it down.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::build::{build, build_example};
use crate::process::{program, watched};
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

pub(crate) fn bench(workspace: &Workspace) -> Result<()> {
    let wrk = tools::wrk(workspace)?;
    let lighthouse = tools::lighthouse(workspace)?;
    let binary = build(workspace)?;
    let live_load = build_example(workspace, "live_load")?;
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
    let written =
        [SIMULATOR, &simulator.rows, LIVE, &live.rows, SEARCH, &search.rows, PAGES, &pages.rows].concat();
    std::fs::write(workspace.root.join("BENCH.md"), written).context("BENCH.md cannot be written")?;
    if ![simulator, live, search, pages].iter().all(|measured| measured.is_kept) {
        bail!("a measurement is below what is promised: see above");
    }
    Ok(())
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
