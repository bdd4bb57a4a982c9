//! Documentation: links that lead somewhere, and examples that run.

use super::{Checks, Tally};
use crate::build::PRODUCT;
use crate::process::cargo;

pub(super) fn run(checks: &Checks) -> Tally {
    let mut tally = Tally::default();
    // Its readers work on this code, so private modules are documented too, and may be linked to.
    let flags = "-D warnings -A rustdoc::private-intra-doc-links";
    let document = ["--lib", "--bins", "--examples", "--no-deps", "--document-private-items", "--keep-going"];
    if checks.options.filter.is_none() {
        let mut rustdoc = cargo(checks.root());
        rustdoc.arg("doc").args(PRODUCT).args(document).env("RUSTDOCFLAGS", flags);
        tally.program("rustdoc", &mut rustdoc);
    }
    let tests = ["--doc", "--no-fail-fast"];
    tally.cargo_tests(cargo(checks.root()).arg("test").args(PRODUCT).args(tests).args(checks.rust_filter()));
    tally
}
