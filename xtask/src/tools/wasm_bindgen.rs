//! wasm-bindgen's program, which must be of exactly the version of the crate that the wasm was compiled with.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::cargo_tool::CargoTool;
use crate::workspace::Workspace;

pub(crate) fn find_or_install(workspace: &Workspace) -> Result<PathBuf> {
    let lock = std::fs::read_to_string(workspace.root.join("Cargo.lock"))
        .context("Cargo.lock cannot be read: restore it from git")?;
    let version = locked_version(&lock, "wasm-bindgen")
        .context("Cargo.lock holds no wasm-bindgen: restore it from git")?;
    CargoTool {
        program: "wasm-bindgen",
        package: "wasm-bindgen-cli",
        version,
        how_long: "once, about 2 minutes",
        arguments: &[],
        environment: &[],
    }
    .find_or_install(workspace)
}

/// The version of a package in the text of a lock file.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let mut lines = lock.lines();
    lines.find(|line| field(line, "name") == Some(package))?;
    lines.next().and_then(|line| field(line, "version"))
}

fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    const LOCK: &str = r#"version = 4

[[package]]
name = "wasm-bindgen-futures"
version = "0.4.60"

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
source = "registry"
"#;

    #[test]
    fn the_version_of_exactly_that_package_is_read() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen"), Some("0.2.130"));
    }

    #[test]
    fn a_package_that_is_not_locked_has_no_version() {
        assert_eq!(locked_version(LOCK, "bindgen"), None);
    }
}
