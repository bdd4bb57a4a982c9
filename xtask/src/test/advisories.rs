//! Known weaknesses of what the product is built from, where the lists of them can be read.

use anyhow::{Result, bail};
use serde_json::Value;

use super::{Checks, Tally};
use crate::process::{cargo, on_path, output, printed, program, run};

pub(super) fn check(checks: &Checks, tally: &mut Tally) {
    match npm(checks) {
        Ok(Audit::Made(found)) => tally.check("advisories on npm packages", || found.verdict()),
        Ok(Audit::NotMade(why)) => tally.not_checked("advisories on npm packages", &why),
        Err(error) => tally.check("advisories on npm packages", || Err(error)),
    }
    if on_path("cargo-deny").is_none() {
        return tally.not_checked("advisories on crates", "cargo-deny is not installed");
    }
    match output(cargo(checks.root()).args(["deny", "fetch", "db"])) {
        Ok(_) => tally.check("advisories on crates", || {
            run(cargo(checks.root()).args(["deny", "check", "--disable-fetch", "advisories"]))
                .map(|()| "none".into())
        }),
        Err(_) => tally.not_checked("advisories on crates", "the advisory database cannot be fetched"),
    }
}

/// What `npm audit` said.
#[derive(Debug, PartialEq, Eq)]
enum Audit {
    Made(Found),
    /// The registry answers no such questions, or not at all.
    NotMade(String),
}

/// How many packages have a known weakness.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    low: u64,
    serious: u64,
}

impl Found {
    fn verdict(&self) -> Result<String> {
        match self {
            Self { serious: 0, low } => Ok(format!("{low} of low severity, none above")),
            Self { serious, .. } => {
                bail!("{serious} packages of moderate severity or above: `npm audit` lists them")
            }
        }
    }
}

fn npm(checks: &Checks) -> Result<Audit> {
    // It ends with an error when it finds something, too.
    read(&printed(program("npm", checks.root()).args(["audit", "--package-lock-only", "--json"]))?)
}

fn read(report: &str) -> Result<Audit> {
    let report: Value = serde_json::from_str(report)?;
    let counts = &report["metadata"]["vulnerabilities"];
    let count = |severity: &str| counts[severity].as_u64();
    let (Some(info), Some(low), Some(moderate), Some(high), Some(critical)) =
        (count("info"), count("low"), count("moderate"), count("high"), count("critical"))
    else {
        let why = report["message"].as_str().or(report["error"]["summary"].as_str());
        return Ok(Audit::NotMade(why.unwrap_or("npm gives no reason").to_owned()));
    };
    Ok(Audit::Made(Found { low: info + low, serious: moderate + high + critical }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report(low: u64, moderate: u64, critical: u64) -> String {
        let counts = json!({ "info": 0, "low": low, "moderate": moderate, "high": 0, "critical": critical });
        json!({ "auditReportVersion": 2, "metadata": { "vulnerabilities": counts } }).to_string()
    }

    #[test]
    fn a_registry_that_cannot_be_asked_is_told_from_one_that_knows_nothing() {
        for (report, expected) in [
            (report(0, 0, 0), Audit::Made(Found { low: 0, serious: 0 })),
            (report(3, 1, 2), Audit::Made(Found { low: 3, serious: 3 })),
            (
                json!({ "message": "405 Method Not Allowed", "error": { "summary": "" } }).to_string(),
                Audit::NotMade("405 Method Not Allowed".into()),
            ),
            (json!({ "error": { "summary": "offline" } }).to_string(), Audit::NotMade("offline".into())),
            (json!({}).to_string(), Audit::NotMade("npm gives no reason".into())),
        ] {
            assert_eq!(read(&report).unwrap(), expected, "{report}");
        }
        assert!(read("no JSON").is_err());
        assert!(
            Found { low: 2, serious: 0 }.verdict().is_ok() && Found { low: 0, serious: 1 }.verdict().is_err()
        );
    }
}
