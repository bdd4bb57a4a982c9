//! What can be told by reading: clippy, the test scripts' types, licences and bans, and the invariants.

use anyhow::Context;

use super::{Checks, Tally, advisories, invariants, licences};
use crate::build::PRODUCT;
use crate::process::{cargo, on_path, program};
use crate::tools;

pub(super) fn run(checks: &Checks) -> Tally {
    let mut tally = Tally::default();
    clippy(checks, &mut tally);
    let packages = tools::install_packages(checks.workspace);
    tally.check("types of the end-to-end tests", || {
        packages?;
        let compiler = checks.workspace.node_programs().join("tsc");
        crate::process::run(program(compiler, checks.root()).args(["--project", "end2end"]))
            .map(|()| "nothing to report".into())
    });
    licences::check(checks, &mut tally);
    if on_path("cargo-deny").is_some() {
        let offline = ["deny", "--offline", "check", "bans", "licenses", "sources"];
        tally.program("cargo deny", cargo(checks.root()).args(offline));
    }
    advisories::check(checks, &mut tally);
    invariants::check_sources(checks, &mut tally);
    tally
}

/// `frontend` compiles only for wasm32, so it is linted with that target.
fn clippy(checks: &Checks, tally: &mut Tally) {
    let native = ["--all-targets", "--", "-D", "warnings"];
    tally.program("clippy", cargo(checks.root()).arg("clippy").args(PRODUCT).args(native));
    let own = ["clippy", "--locked", "--package", "xtask", "--all-targets", "--", "-D", "warnings"];
    tally.program("clippy for xtask", cargo(checks.root()).args(own));
    let browser = [
        "clippy",
        "--locked",
        "--package",
        "frontend",
        "--target",
        "wasm32-unknown-unknown",
        "--",
        "-D",
        "warnings",
    ];
    tally.check("clippy for the browser", || {
        checks.wasm_target()?;
        crate::process::run(cargo(checks.root()).args(browser)).context("the browser's half")?;
        Ok("nothing to report".into())
    });
}
