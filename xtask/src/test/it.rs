//! The integration tests: the real router, client and simulator, each test in a world of its own.

use super::unit::INTEGRATION;
use super::{Checks, Tally};
use crate::process::cargo;

pub(super) fn run(checks: &Checks) -> Tally {
    let mut tally = Tally::default();
    // The whole workspace is named, as for the unit tests, so that both share one set of features and artefacts.
    let arguments = ["test", "--workspace", "--exclude", "frontend", "--no-fail-fast", "--test", INTEGRATION];
    tally.cargo_tests(cargo(checks.root()).args(arguments));
    tally
}
