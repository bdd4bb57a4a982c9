//! Licences and bans: deny.toml says what is allowed, and this enforces it where cargo-deny is not installed.

mod expression;

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{Checks, Tally};

pub(super) fn check(checks: &Checks, tally: &mut Tally) {
    let read = || -> Result<(String, Value)> { Ok((rules(checks.root())?, checks.workspace.metadata()?)) };
    match read() {
        Ok((rules, metadata)) => {
            tally.check("licences", || licences(&metadata, &list(&rules, "licenses", "allow")));
            tally.check("banned packages", || bans(&metadata, &list(&rules, "bans", "deny")));
        }
        Err(error) => tally.check("licences and banned packages", || Err(error)),
    }
}

fn rules(root: &Path) -> Result<String> {
    std::fs::read_to_string(root.join("deny.toml")).context("deny.toml cannot be read: restore it from git")
}

fn licences(metadata: &Value, allowed: &[String]) -> Result<String> {
    let packages = packages(metadata)?;
    for package in &packages {
        let licence = package["license"].as_str().unwrap_or("none");
        if !expression::allows(licence, &|id| allowed.iter().any(|one| one == id)) {
            bail!(
                "{} {} has the licence {licence}, which deny.toml does not allow",
                name(package),
                version(package)
            );
        }
    }
    Ok(format!("{} packages under {} allowed licences", packages.len(), allowed.len()))
}

fn bans(metadata: &Value, banned: &[String]) -> Result<String> {
    if banned.is_empty() {
        bail!("deny.toml bans nothing");
    }
    if let Some(package) =
        packages(metadata)?.into_iter().find(|package| banned.iter().any(|one| one == name(package)))
    {
        bail!(
            "{} is in the tree: `cargo tree --invert {} --target all` says why",
            name(package),
            name(package)
        );
    }
    Ok(format!("none of {} is in the tree", banned.join(", ")))
}

/// What is compiled on some platform, ours included. A lock file may name more: packages behind features that
/// nobody turned on.
fn packages(metadata: &Value) -> Result<Vec<&Value>> {
    let nodes = metadata["resolve"]["nodes"].as_array().context("`cargo metadata` resolved nothing")?;
    let resolved: std::collections::BTreeSet<_> =
        nodes.iter().filter_map(|node| node["id"].as_str()).collect();
    let packages = metadata["packages"].as_array().context("`cargo metadata` names no packages")?;
    Ok(packages
        .iter()
        .filter(|package| package["id"].as_str().is_some_and(|id| resolved.contains(id)))
        .collect())
}

fn name(package: &Value) -> &str {
    package["name"].as_str().unwrap_or_default()
}

fn version(package: &Value) -> &str {
    package["version"].as_str().unwrap_or_default()
}

/// The first text of each line of `key = [ … ]` in a section of deny.toml, which holds one entry a line.
fn list(rules: &str, section: &str, key: &str) -> Vec<String> {
    let header = format!("[{section}]");
    let opening = format!("{key} = [");
    rules
        .lines()
        .skip_while(|line| line.trim() != header)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .skip_while(|line| line.trim() != opening)
        .skip(1)
        .take_while(|line| line.trim() != "]")
        .filter_map(|line| Some(line.split_once('"')?.1.split_once('"')?.0.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const RULES: &str = r#"
[licenses]
allow = [
    "MIT",
    "Apache-2.0",
]

[bans]
deny = [
    { crate = "openssl", reason = "one TLS stack" },
]
"#;

    fn metadata(package: &str, licence: &str) -> Value {
        json!({
            "packages": [
                { "id": "used", "name": package, "version": "1.0.0", "license": licence },
                { "id": "locked only", "name": "openssl", "version": "1.0.0", "license": "GPL-3.0-only" },
            ],
            "resolve": { "nodes": [{ "id": "used" }] },
        })
    }

    #[test]
    fn the_rules_are_read_from_their_own_section() {
        assert_eq!(list(RULES, "licenses", "allow"), ["MIT", "Apache-2.0"]);
        assert_eq!(list(RULES, "bans", "deny"), ["openssl"]);
        assert!(list(RULES, "bans", "allow").is_empty());
    }

    #[test]
    fn a_licence_that_is_not_allowed_fails_and_names_the_package() {
        let allowed = list(RULES, "licenses", "allow");
        assert!(licences(&metadata("a", "MIT OR GPL-3.0-only"), &allowed).is_ok());
        let error = licences(&metadata("a", "GPL-3.0-only"), &allowed).unwrap_err();
        assert!(error.to_string().starts_with("a 1.0.0 has the licence GPL-3.0-only"));
    }

    #[test]
    fn a_banned_package_fails_only_where_it_is_used() {
        let banned = list(RULES, "bans", "deny");
        assert!(bans(&metadata("a", "MIT"), &banned).is_ok());
        assert!(bans(&metadata("openssl", "MIT"), &banned).is_err());
    }
}
