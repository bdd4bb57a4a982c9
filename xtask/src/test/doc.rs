//! Documentation: links that lead somewhere, and examples that run.

use super::{Checks, Tally};
use crate::process::cargo;

pub(super) fn run(checks: &Checks) -> Tally {
    let mut tally = Tally::default();
    let ours = ["--workspace", "--exclude", "frontend"];
    tally.program(
        "rustdoc",
        cargo(checks.root()).args(["doc", "--no-deps"]).args(ours).env("RUSTDOCFLAGS", "-D warnings"),
    );
    tally.cargo_tests(cargo(checks.root()).args(["test", "--doc", "--no-fail-fast"]).args(ours));
    tally
}
