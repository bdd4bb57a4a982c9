//! The tests beside the code.

use serde_json::Value;

use super::{Checks, Tally};
use crate::build::PRODUCT;
use crate::process::cargo;
use crate::tools;

/// The name that integration tests have in each package: one program, a suite of its own.
pub(super) const INTEGRATION: &str = "it";

pub(super) fn run(checks: &Checks) -> Tally {
    let mut tally = Tally::default();
    // Tests that need PostgreSQL fail with a message of their own if it is missing.
    if let Err(error) = tools::postgres(checks.workspace) {
        tally.check("PostgreSQL", || Err(error));
    }
    let others = match checks.workspace.metadata() {
        Ok(metadata) => integration_tests(&metadata),
        Err(error) => {
            tally.check("cargo metadata", || Err(error));
            return tally;
        }
    };
    let mut command = cargo(checks.root());
    command.arg("test").args(PRODUCT).args(["--no-fail-fast", "--lib", "--bins"]);
    for name in others.iter().filter(|name| *name != INTEGRATION) {
        command.args(["--test", name]);
    }
    tally.cargo_tests(command.args(checks.rust_filter()));
    let own = ["test", "--locked", "--package", "xtask", "--no-fail-fast"];
    tally.cargo_tests(cargo(checks.root()).args(own).args(checks.rust_filter()));
    tally
}

/// The names of the workspace's test programs.
fn integration_tests(metadata: &Value) -> Vec<String> {
    let members = metadata["workspace_members"].as_array().into_iter().flatten().collect::<Vec<_>>();
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let targets = packages
        .filter(|package| members.contains(&&package["id"]))
        .flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let tests =
        targets.filter(|target| target["kind"].as_array().is_some_and(|kind| kind.contains(&"test".into())));
    tests.filter_map(|target| target["name"].as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::integration_tests;

    #[test]
    fn only_the_workspaces_own_tests_are_named() {
        let metadata = serde_json::json!({
            "workspace_members": ["ours"],
            "packages": [
                { "id": "ours", "targets": [
                    { "name": "ours", "kind": ["lib"] },
                    { "name": "fixtures", "kind": ["test"] },
                ]},
                { "id": "theirs", "targets": [{ "name": "theirs", "kind": ["test"] }] },
            ],
        });
        assert_eq!(integration_tests(&metadata), ["fixtures"]);
    }
}
