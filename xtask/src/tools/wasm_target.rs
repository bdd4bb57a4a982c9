//! The standard library for wasm.

use std::path::Path;

use anyhow::{Context, Result};

use crate::process::{on_path, output, program, run};
use crate::say::installing;
use crate::workspace::Workspace;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that the pinned toolchain can compile for the browser.
pub(crate) fn install(workspace: &Workspace) -> Result<()> {
    let root = &workspace.root;
    if is_there(workspace) {
        return Ok(());
    }
    if on_path("rustup").is_none() {
        anyhow::bail!(
            "this Rust has no {TARGET} target and there is no rustup to add it: install Rust with rustup"
        );
    }
    installing(format_args!("the {TARGET} target"), "seconds");
    run(program("rustup", root).args(["target", "add", TARGET]))
        .with_context(|| format!("run `rustup target add {TARGET}` where Rust's own server can be reached"))
}

pub(crate) fn is_there(workspace: &Workspace) -> bool {
    output(program("rustc", &workspace.root).args(["--print", "sysroot"]))
        .is_ok_and(|sysroot| Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).is_dir())
}
