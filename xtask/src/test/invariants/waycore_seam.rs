//! Invariant 3: only `waycore::client` sends requests to Waycore; only `waycore` knows its field names.

use anyhow::{Result, bail};
use serde_json::Value;

use super::{Checks, Tally};
use crate::test::rust_source::{sources, stand_only_in};

/// Everything of ours that ends in the product, but for the client itself.
const PRODUCT: [&str; 5] =
    ["app/src", "crates/domain/src", "crates/waycore/src", "frontend/src", "server/src"];

/// The client, and the reader of the host's signing keys, which never learns Waycore's address or key.
const SENDERS: [&str; 2] = ["crates/waycore/src/client", "server/src/identity/token/key_set"];

/// Where connections are taken with the crate that can also send; none of our packages asks for that half of it.
const SERVERS: [&str; 1] = ["server/src/connections.rs"];

/// The packages of the senders, and the simulator, which delivers webhooks and is no part of the product.
const SENDING_PACKAGES: [&str; 3] = ["waycore", "server", "waycore-sim"];

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
        stand_only_in(&sources, &["hyper_util"], &SERVERS)?;
        stand_only_in(&sources, &["reqwest", "ureq"], &SENDERS)
    });
    tally.check("invariant 3, who may send requests", || dependents(&checks.workspace.metadata()?));
    tally.check("invariant 3, who knows Waycore's field names", || {
        stand_only_in(&sources(checks.root(), &PRODUCT)?, &FIELDS, &["crates/waycore/src"])
    });
}

/// Of our packages only those that send may depend on an HTTP client outside their tests.
fn dependents(metadata: &Value) -> Result<String> {
    let members: Vec<_> = metadata["workspace_members"].as_array().into_iter().flatten().collect();
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let sends = |package: &Value| SENDING_PACKAGES.iter().any(|name| package["name"] == *name);
    for package in packages.filter(|package| members.contains(&&package["id"])) {
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            if dependency["name"] == "reqwest" && dependency["kind"] != "dev" && !sends(package) {
                bail!("{} depends on reqwest", package["name"]);
            }
            let mut features = dependency["features"].as_array().into_iter().flatten();
            let client = |feature: &Value| feature.as_str().is_some_and(|name| name.starts_with("client"));
            if dependency["name"] == "hyper-util" && features.any(client) {
                bail!("{} asks for the sending half of hyper-util", package["name"]);
            }
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
    fn only_a_sender_may_depend_on_an_http_client() {
        assert!(dependents(&metadata("app", Value::Null)).is_err());
        assert!(dependents(&metadata("waycore", Value::Null)).is_ok());
    }

    #[test]
    fn what_takes_connections_may_not_also_send() {
        let with = |feature: &str| {
            json!({
                "workspace_members": ["server"],
                "packages": [{
                    "id": "server",
                    "name": "server",
                    "dependencies": [{ "name": "hyper-util", "kind": null, "features": [feature] }],
                }],
            })
        };
        assert!(dependents(&with("server")).is_ok());
        assert!(dependents(&with("client-legacy")).is_err());
    }

    #[test]
    fn a_test_may_use_one_anywhere() {
        assert!(dependents(&metadata("xtask", json!("dev"))).is_ok());
    }
}
