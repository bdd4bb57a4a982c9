//! End to end: a real browser with and without JavaScript, against the development build, or the release with `--release`.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{Checks, Tally};
use crate::build::SITE_ROOT;
use crate::process::program;
use crate::tools::{self, Chromium};

pub(super) fn run(checks: &Checks) -> Tally {
    let mut tally = Tally::default();
    match drive(checks) {
        Ok(counted) => tally += counted,
        Err(error) => tally.check("end to end", || Err(error)),
    }
    tally
}

fn drive(checks: &Checks) -> Result<Tally> {
    let workspace = checks.workspace;
    let programs = checks.programs()?;
    let (nginx, chromium) = checks.progress.step("e2e: install what is missing", || {
        // Two servers share a PostgreSQL, which their tests start.
        tools::postgres(workspace)?;
        Ok((tools::nginx(workspace)?, tools::chromium(workspace)?))
    })?;
    let report = workspace.target.join("end2end-report.json");
    // An old report must never be taken for this run's.
    let _ = std::fs::remove_file(&report);
    let mut playwright = program(workspace.node_programs().join("playwright"), checks.root());
    playwright
        .args(["test", "--config", "end2end", "--reporter", "list,json"])
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report)
        .env("CONNECT_BINARY", &programs.waycore_connect)
        .env("CONNECT_HOST_EXAMPLE", &programs.host)
        .env("CONNECT_NGINX", nginx)
        .env(SITE_ROOT, workspace.site());
    if let Some(pattern) = pattern(checks) {
        playwright.args(["--pass-with-no-tests", "--grep", &pattern]);
    }
    if let Chromium::System(program) = chromium {
        playwright.env("CONNECT_CHROMIUM", program);
    }
    let status =
        playwright.status().context("Playwright could not be started: remove node_modules and try again")?;
    let tally = count(&read(&report)?)?;
    if !status.success() && tally.failed == 0 {
        bail!("Playwright ended with {status} without a test having failed: see above");
    }
    Ok(tally)
}

/// The regular expression that chooses tests: the person's own, or the filter as the text of a title.
fn pattern(checks: &Checks) -> Option<String> {
    checks.options.grep.clone().or_else(|| checks.options.filter.as_deref().map(title_pattern))
}

/// Tests of all levels have the same names, but for the spaces, which Rust writes as underscores.
fn title_pattern(filter: &str) -> String {
    let mut pattern = String::new();
    for character in filter.chars() {
        match character {
            '_' | ' ' => pattern.push_str("[ _]"),
            letter if letter.is_alphanumeric() => pattern.push(letter),
            other => pattern.extend(['\\', other]),
        }
    }
    pattern
}

fn read(report: &Path) -> Result<Value> {
    let text = std::fs::read(report).context("Playwright wrote no report: see above")?;
    serde_json::from_slice(&text).context("Playwright's report is no JSON")
}

/// Reads the statistics of Playwright's JSON report. A test that passed only when tried again has failed; an
/// error outside a test, such as a server that did not start, counts as one failure.
fn count(report: &Value) -> Result<Tally> {
    let number = |name: &str| -> Result<usize> {
        let number =
            report["stats"][name].as_u64().with_context(|| format!("Playwright's report lacks {name}"))?;
        usize::try_from(number).context("Playwright's report counts too high")
    };
    let outside = report["errors"].as_array().map_or(0, Vec::len);
    Ok(Tally { passed: number("expected")?, failed: number("unexpected")? + number("flaky")? + outside })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Tally, count, title_pattern};

    #[test]
    fn the_statistics_are_read() {
        let report =
            json!({ "errors": [], "stats": { "expected": 41, "unexpected": 2, "flaky": 1, "skipped": 5 } });
        assert_eq!(count(&report).unwrap(), Tally { passed: 41, failed: 3 });
    }

    #[test]
    fn a_filter_is_text_and_finds_the_names_of_all_levels() {
        assert_eq!(title_pattern("is_kept (once)"), "is[ _]kept[ _]\\(once\\)");
    }

    #[test]
    fn an_error_outside_a_test_is_a_failure() {
        let report = json!({
            "errors": [{ "message": "the demo did not start" }],
            "stats": { "expected": 0, "unexpected": 0, "flaky": 0, "skipped": 9 },
        });
        assert_eq!(count(&report).unwrap(), Tally { passed: 0, failed: 1 });
    }

    #[test]
    fn a_report_without_statistics_is_no_report() {
        assert!(count(&json!({})).is_err());
    }
}
