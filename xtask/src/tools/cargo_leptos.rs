//! cargo-leptos, the tool of the development loop.

use std::path::PathBuf;

use anyhow::Result;

use super::cargo_tool::CargoTool;
use crate::workspace::Workspace;

/// The newest that builds with the pinned toolchain.
const VERSION: &str = "0.3.10";

pub(crate) fn find_or_install(workspace: &Workspace) -> Result<PathBuf> {
    CargoTool {
        program: "cargo-leptos",
        package: "cargo-leptos",
        version: VERSION,
        how_long: "once, about 10 to 20 minutes on two cores",
        // Without downloads it never fetches a tool of a version that we did not choose.
        arguments: &["--features", "no_downloads"],
        // It runs for seconds and is built for minutes: spend less on optimising it.
        environment: &[
            ("CARGO_PROFILE_RELEASE_LTO", "off"),
            ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
            ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
        ],
    }
    .find_or_install(workspace)
}
