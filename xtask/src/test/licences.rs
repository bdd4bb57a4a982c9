//! Licences and bans: deny.toml says what is allowed, and this enforces it where cargo-deny is not installed.

mod expression;

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::{Checks, Tally};
use crate::process::{cargo, output};

pub(super) fn check(checks: &Checks, tally: &mut Tally) {
    let read = || -> Result<(String, String)> { Ok((rules(checks.root())?, tree(checks.root())?)) };
    match read() {
        Ok((rules, tree)) => {
            let packages = packages(&tree);
            tally.check("licences", || licences(&packages, &Allowed::read(&rules)));
            tally.check("banned packages", || bans(&packages, &list(&rules, "bans", "deny")));
        }
        Err(error) => tally.check("licences and banned packages", || Err(error)),
    }
}

fn rules(root: &Path) -> Result<String> {
    std::fs::read_to_string(root.join("deny.toml")).context("deny.toml cannot be read: restore it from git")
}

/// Everything that is compiled on some platform, with any of our features. The lock file and `cargo metadata`
/// name more: packages behind features that nobody turned on.
fn tree(root: &Path) -> Result<String> {
    let arguments = ["tree", "--workspace", "--all-features", "--target", "all", "--locked", "--quiet"];
    let format = ["--edges", "normal,build,dev", "--prefix", "none", "--format", "{p};{l}"];
    output(cargo(root).args(arguments).args(format))
}

/// One line of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package<'a> {
    name: &'a str,
    version: &'a str,
    licence: &'a str,
}

/// Each package once, however often it stands in the tree.
fn packages(tree: &str) -> Vec<Package<'_>> {
    let parse = |line| -> Option<Package> {
        let line = str::trim_end_matches(line, " (*)");
        let (package, licence) = line.rsplit_once(';')?;
        let mut words = package.split_whitespace();
        Some(Package { name: words.next()?, version: words.next()?, licence })
    };
    let unique: std::collections::BTreeSet<_> = tree.lines().filter_map(parse).collect();
    unique.into_iter().collect()
}

/// What deny.toml says of licences.
struct Allowed<'a> {
    everywhere: Vec<&'a str>,
    /// A package and the further licence that it may have.
    exceptions: Vec<(&'a str, &'a str)>,
}

impl<'a> Allowed<'a> {
    fn read(rules: &'a str) -> Self {
        let exceptions = entries(rules, "licenses", "exceptions");
        let pair = |line| quoted(line).next().zip(quoted(line).nth(1));
        Self {
            everywhere: list(rules, "licenses", "allow"),
            exceptions: exceptions.filter_map(pair).collect(),
        }
    }

    fn allows(&self, package: &Package) -> bool {
        let allowed =
            |id: &str| self.everywhere.contains(&id) || self.exceptions.contains(&(package.name, id));
        expression::allows(package.licence, &allowed)
    }
}

fn licences(packages: &[Package], allowed: &Allowed) -> Result<String> {
    if packages.is_empty() {
        bail!("`cargo tree` names no packages");
    }
    if let Some(Package { name, version, licence }) = packages.iter().find(|package| !allowed.allows(package))
    {
        bail!("{name} {version} has the licence \"{licence}\", which deny.toml does not allow");
    }
    Ok(format!("{} packages under {} allowed licences", packages.len(), allowed.everywhere.len()))
}

fn bans(packages: &[Package], banned: &[&str]) -> Result<String> {
    if banned.is_empty() {
        bail!("deny.toml bans nothing");
    }
    if let Some(Package { name, .. }) = packages.iter().find(|package| banned.contains(&package.name)) {
        bail!("{name} is in the tree: `cargo tree --workspace --target all --invert {name}` says why");
    }
    Ok(format!("none of {} is in the tree", banned.join(", ")))
}

/// The first text of each entry.
fn list<'a>(rules: &'a str, section: &str, key: &str) -> Vec<&'a str> {
    entries(rules, section, key).filter_map(|line| quoted(line).next()).collect()
}

/// The lines of `key = [ … ]` in a section of deny.toml, which holds one entry a line.
fn entries<'a>(rules: &'a str, section: &str, key: &str) -> impl Iterator<Item = &'a str> {
    let header = format!("[{section}]");
    let opening = format!("{key} = [");
    rules
        .lines()
        .skip_while(move |line| line.trim() != header)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .skip_while(move |line| line.trim() != opening)
        .skip(1)
        .take_while(|line| line.trim() != "]")
}

/// The texts in quotes.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"
[licenses]
allow = [
    "MIT",
    "Apache-2.0",
]
exceptions = [
    { crate = "excepted", allow = ["MPL-2.0"] },
]

[bans]
deny = [
    { crate = "openssl", reason = "one TLS stack" },
]
"#;

    #[test]
    fn the_rules_are_read_from_their_own_section() {
        assert_eq!(list(RULES, "licenses", "allow"), ["MIT", "Apache-2.0"]);
        assert_eq!(list(RULES, "bans", "deny"), ["openssl"]);
        assert!(list(RULES, "bans", "allow").is_empty());
    }

    #[test]
    fn a_package_counts_once() {
        let tree = "a v1.0.0;MIT\nb v0.1.0 (crates/b);MIT OR Apache-2.0\na v1.0.0;MIT (*)\n\n";
        let names: Vec<_> = packages(tree).iter().map(|package| package.name).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(packages(tree)[1].licence, "MIT OR Apache-2.0");
    }

    #[test]
    fn a_licence_that_is_not_allowed_fails_and_names_the_package() {
        let allowed = Allowed::read(RULES);
        assert!(licences(&packages("a v1.0.0;MIT OR GPL-3.0-only"), &allowed).is_ok());
        let error = licences(&packages("a v1.0.0;GPL-3.0-only"), &allowed).unwrap_err();
        assert!(error.to_string().starts_with("a v1.0.0 has the licence \"GPL-3.0-only\""));
        assert!(licences(&packages("a v1.0.0;"), &allowed).is_err());
        assert!(licences(&packages("excepted v1.0.0;MPL-2.0"), &allowed).is_ok());
        assert!(licences(&packages("a v1.0.0;MPL-2.0"), &allowed).is_err());
    }

    #[test]
    fn a_banned_package_fails() {
        let banned = list(RULES, "bans", "deny");
        assert!(bans(&packages("a v1.0.0;MIT"), &banned).is_ok());
        assert!(bans(&packages("openssl v1.0.0;MIT"), &banned).is_err());
        assert!(bans(&packages("a v1.0.0;MIT"), &[]).is_err());
    }
}
