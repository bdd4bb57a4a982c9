//! Invariant 2: the rules do no I/O and read no clock, and compile for the browser.

use anyhow::{Result, bail};

use super::{Checks, Tally};
use crate::process::{cargo, run};
use crate::test::rust_source::{sources, stand_only_in};
use crate::test::tree::dependencies;

/// What the rules may depend on directly: beside derives, Unicode's tables.
const ALLOWED: [&str; 6] = ["domain", "icu_normalizer", "icu_properties", "idna", "serde", "thiserror"];

/// What reads the world in the standard library.
const WORLD: [&str; 9] = ["fs", "net", "env", "process", "thread", "io", "SystemTime", "Instant", "unsafe"];

pub(super) fn check(checks: &Checks, tally: &mut Tally) {
    tally.check("invariant 2, what the rules depend on", || tree(checks));
    tally.check("invariant 2, the rules read no world", || {
        stand_only_in(&sources(checks.root(), &["crates/domain/src"])?, &WORLD, &[])
    });
    tally.check("invariant 2, the rules compile for the browser", || {
        checks.wasm_target()?;
        let build = ["build", "--locked", "--package", "domain", "--target", "wasm32-unknown-unknown"];
        run(cargo(checks.root()).args(build)).map(|()| "wasm32-unknown-unknown".into())
    });
}

fn tree(checks: &Checks) -> Result<String> {
    let names = dependencies(checks.root(), &["--package", "domain", "--depth", "1"])?;
    if let Some(name) = names.iter().find(|name| !ALLOWED.contains(&name.as_str())) {
        bail!("domain depends on {name}, and only {} are allowed", ALLOWED.join(", "));
    }
    Ok(names.into_iter().collect::<Vec<_>>().join(", "))
}
