//! Invariant 3: only `waycore::client` sends requests to Waycore; only `waycore` knows its field names.

use anyhow::{Result, bail};
use serde_json::Value;

use super::{Checks, Tally};
use crate::test::rust_source::{sources, stand_only_in};

/// Everything of ours that ends in the product, but for the client itself.
const PRODUCT: [&str; 5] =
    ["app/src", "crates/domain/src", "crates/waycore/src", "frontend/src", "server/src"];

/// Names that stand on Waycore's wire and not on ours.
const FIELDS: [&str; 10] = [
    "externalEntityId",
    "isDefaultOrgEntity",
    "canonicalPortalUrl",
    "additionalPortalUrls",
    "hasMore",
    "bankUsername",
    "bankCustomerId",
    "emailProvisioningStatus",
    "phoneNumberProvisioningStatus",
    "setupCompletion",
];

pub(super) fn check(checks: &Checks, tally: &mut Tally) {
    tally.check("invariant 3, who sends requests", || {
        let sources = sources(checks.root(), &PRODUCT)?;
        stand_only_in(&sources, &["reqwest", "hyper_util", "ureq"], &["crates/waycore/src/client"])
    });
    tally.check("invariant 3, who may send requests", || dependents(&checks.workspace.metadata()?));
    tally.check("invariant 3, who knows Waycore's field names", || {
        stand_only_in(&sources(checks.root(), &PRODUCT)?, &FIELDS, &["crates/waycore/src"])
    });
}

/// Of our packages only `waycore` may depend on an HTTP client outside its tests.
fn dependents(metadata: &Value) -> Result<String> {
    let members: Vec<_> = metadata["workspace_members"].as_array().into_iter().flatten().collect();
    let packages = metadata["packages"].as_array().into_iter().flatten();
    for package in
        packages.filter(|package| members.contains(&&package["id"]) && package["name"] != "waycore")
    {
        let mut dependencies = package["dependencies"].as_array().into_iter().flatten();
        if dependencies.any(|dependency| dependency["name"] == "reqwest" && dependency["kind"] != "dev") {
            bail!("{} depends on reqwest", package["name"]);
        }
    }
    Ok(format!("{} packages of ours", members.len()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::dependents;

    fn metadata(package: &str, kind: Value) -> Value {
        json!({
            "workspace_members": [package],
            "packages": [{ "id": package, "name": package, "dependencies": [{ "name": "reqwest", "kind": kind }] }],
        })
    }

    #[test]
    fn only_the_client_may_depend_on_an_http_client() {
        assert!(dependents(&metadata("server", Value::Null)).is_err());
        assert!(dependents(&metadata("waycore", Value::Null)).is_ok());
    }

    #[test]
    fn a_test_may_use_one_anywhere() {
        assert!(dependents(&metadata("waycore-sim", json!("dev"))).is_ok());
    }
}
