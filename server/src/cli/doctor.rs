//! `doctor`: says what is wrong with a deployment.

use anyhow::bail;
use server::config::process;
use server::doctor::{Check, Outcome, examine};

use super::announce;

/// How the answer is written.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// One JSON object instead of lines.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args) -> anyhow::Result<()> {
    let checks = examine(&process).await;
    if args.json {
        announce(&serde_json::json!({ "checks": checks }).to_string());
    } else {
        checks.iter().map(line).for_each(|line| announce(&line));
    }
    match checks.iter().filter(|check| check.outcome == Outcome::Failed).count() {
        0 => Ok(()),
        1 => bail!("1 check failed."),
        failed => bail!("{failed} checks failed."),
    }
}

fn line(check: &Check) -> String {
    let outcome = match check.outcome {
        Outcome::Ok => "ok",
        Outcome::Warning => "warning",
        Outcome::Failed => "FAILED",
        Outcome::NotChecked => "not checked",
    };
    format!("{outcome:<11}  {}: {}", check.name, check.message)
}
