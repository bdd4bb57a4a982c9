//! Formatting is one check: it holds or it does not.

use super::{Checks, Tally};
use crate::process::cargo;

pub(super) fn run(checks: &Checks) -> Tally {
    let mut tally = Tally::default();
    tally.program(
        "cargo fmt (`cargo fmt --all` corrects it)",
        cargo(checks.root()).args(["fmt", "--all", "--check"]),
    );
    tally
}
