//! What a package depends on, as cargo resolves it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, bail};

use crate::process::{cargo, output};

/// The names of all packages that a package is compiled with and that end in its output; tests and build
/// scripts do not count.
pub(super) fn dependencies(root: &Path, arguments: &[&str]) -> Result<BTreeSet<String>> {
    let tree = [
        "tree",
        "--locked",
        "--quiet",
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ];
    let names = names(&output(cargo(root).args(tree).args(arguments))?);
    if names.is_empty() {
        bail!("`cargo tree {}` shows nothing", arguments.join(" "));
    }
    Ok(names)
}

/// Fails when one of `banned` is among the dependencies; otherwise says how many were looked at.
pub(super) fn holds_none_of(root: &Path, arguments: &[&str], banned: &[&str]) -> Result<String> {
    let names = dependencies(root, arguments)?;
    let found: Vec<_> = banned.iter().filter(|name| names.contains(**name)).copied().collect();
    if !found.is_empty() {
        bail!("`cargo tree {}` holds {}", arguments.join(" "), found.join(", "));
    }
    Ok(format!("{} packages, none of them {}", names.len(), banned.join(", ")))
}

/// The first word of each line of `cargo tree --prefix none`.
fn names(tree: &str) -> BTreeSet<String> {
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_package_is_named_once_however_often_it_stands_there() {
        let tree = "domain v0.1.0 (crates/domain)\nserde v1.0.229\nthiserror v2.0.21\nserde v1.0.229 (*)\n\n";
        assert_eq!(names(tree).into_iter().collect::<Vec<_>>(), ["domain", "serde", "thiserror"]);
    }
}
