//! Documentation: links that lead somewhere, and examples that run.

use super::{Checks, Tally};
use crate::process::cargo;

pub(super) fn run(checks: &Checks) -> Tally {
    let mut tally = Tally::default();
    let ours = ["--workspace", "--exclude", "frontend"];
    // Its readers work on this code, so private modules are documented too, and may be linked to.
    let flags = "-D warnings -A rustdoc::private-intra-doc-links";
    let document = ["doc", "--no-deps", "--document-private-items", "--keep-going"];
    tally.program("rustdoc", cargo(checks.root()).args(document).args(ours).env("RUSTDOCFLAGS", flags));
    tally.cargo_tests(cargo(checks.root()).args(["test", "--doc", "--no-fail-fast"]).args(ours));
    tally
}
