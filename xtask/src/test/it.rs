//! The integration tests: the real router, client and simulator, each test in a world of its own; and the simulator
//! held to its own description.

use anyhow::{Context, Result};

use super::unit::INTEGRATION;
use super::{Checks, Tally};
use crate::build::PRODUCT;
use crate::process::{cargo, program, watched};
use crate::tools;

pub(super) fn run(checks: &Checks) -> Tally {
    let mut tally = Tally::default();
    // Tests that need PostgreSQL fail with a message of their own if it is missing.
    if let Err(error) = tools::postgres(checks.workspace) {
        tally.check("PostgreSQL", || Err(error));
    }
    // The whole workspace is named, as for the unit tests, so that both share one set of features and artefacts.
    let arguments = ["--no-fail-fast", "--test", INTEGRATION];
    tally.cargo_tests(
        cargo(checks.root()).arg("test").args(PRODUCT).args(arguments).args(checks.rust_filter()),
    );
    if checks.options.filter.is_none() {
        tally.check("the simulator is as it describes itself", || described(checks));
    }
    tally
}

/// Thousands of requests that a program of others makes from the simulator's description.
fn described(checks: &Checks) -> Result<String> {
    let python = checks.progress.step("it: schemathesis", || tools::schemathesis(checks.workspace))?;
    let simulator = &checks.programs()?.waycore_connect;
    let script = checks.root().join("crates/waycore-sim/tests/described/run.py");
    let (text, status) = watched(program(python, checks.root()).arg(script).arg(simulator))?;
    let told = text.lines().last().unwrap_or_default().to_owned();
    status.success().then_some(told).context("schemathesis found something: see above")
}
