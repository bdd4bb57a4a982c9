//! Invariant 5: the simulator reaches neither the server's library nor the pages, and the documents' own
//! examples judge both sides.

use anyhow::{Context, Result, bail};

use super::{Checks, Tally};
use crate::process::{cargo, run};
use crate::site::files_below;
use crate::test::rust_source::{sources, stand_only_in};
use crate::test::tree::holds_none_of;

/// The parts of the server that belong to its program and not to its library.
const PROGRAM: [&str; 2] = ["server/src/cli/", "server/src/main.rs"];

pub(super) fn check(checks: &Checks, tally: &mut Tally) {
    tally.check("invariant 5, the server's library without the simulator", || {
        holds_none_of(checks.root(), &["--package", "server", "--no-default-features"], &["waycore-sim"])
    });
    tally.check("invariant 5, who names the simulator", || {
        stand_only_in(&sources(checks.root(), &["app/src", "server/src"])?, &["waycore_sim"], &PROGRAM)
    });
    // Without anybody's dev-dependencies too, as a host of its own would compile.
    tally.check("invariant 5, the server and a host compile without the simulator", || {
        let packages = ["--package", "server", "--package", "host", "--no-default-features"];
        let check = ["check", "--locked", "--lib", "--bins"];
        run(cargo(checks.root()).args(check).args(packages)).map(|()| "library and programs".into())
    });
    tally.check("invariant 5, one set of documented bodies", || fixtures(checks));
}

/// Client and simulator are both tested against the folder of documented bodies.
fn fixtures(checks: &Checks) -> Result<String> {
    let bodies = files_below(&checks.root().join("crates/waycore/fixtures"))?;
    if bodies.is_empty() {
        bail!("crates/waycore/fixtures holds nothing");
    }
    for judged in ["crates/waycore", "crates/waycore-sim"] {
        let folder = checks.root().join(judged);
        let mut files =
            files_below(&folder)?.into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs"));
        let reads = files.try_fold(false, |found, path| -> Result<bool> {
            let text = std::fs::read_to_string(folder.join(&path))
                .with_context(|| format!("{} cannot be read", path.display()))?;
            Ok(found || text.contains("fixtures/") || text.contains("fixture("))
        })?;
        if !reads {
            bail!("{judged} is not tested against crates/waycore/fixtures");
        }
    }
    Ok(format!("{} bodies judge the client and the simulator", bodies.len()))
}
