//! `cargo xtask bench`: measures what is promised and writes it down.

use anyhow::{Context, Result, bail};

use crate::build::build;
use crate::process::{program, watched};
use crate::tools;
use crate::workspace::Workspace;

/// Of each measurement.
const SECONDS: &str = "10";

const HEAD: &str = "\
# Measurements

`cargo xtask bench` writes this page. Two cores, a release build, the load generator (wrk, one thread, 16 connections) on the
same machine; each measurement takes ten seconds.

## The simulator alone

| what | measured | promised | slowest of a hundred |
|---|---|---|---|
";

pub(crate) fn bench(workspace: &Workspace) -> Result<()> {
    let wrk = tools::wrk(workspace)?;
    let binary = build(workspace)?;
    let script = workspace.root.join("xtask/bench/simulator.mjs");
    let (rows, status) =
        watched(program("node", &workspace.root).arg(script).arg(binary).arg(wrk).arg(SECONDS))?;
    if rows.trim().is_empty() {
        bail!("nothing was measured ({status}): see above");
    }
    std::fs::write(workspace.root.join("BENCH.md"), format!("{HEAD}{rows}"))
        .context("BENCH.md cannot be written")?;
    if !status.success() {
        bail!("a measurement is below what is promised: see above");
    }
    Ok(())
}
