//! `doctor`: says what is wrong with a deployment.

use std::path::PathBuf;

use anyhow::bail;
use server::config::{Waycore, process};
use server::doctor::{Check, Outcome, examine, register};

use super::announce;

/// How the answer is written.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// One JSON object instead of lines.
    #[arg(long)]
    json: bool,
    /// Also judges the token in this file, as the server would.
    #[arg(long, value_name = "FILE", conflicts_with = "register_webhook")]
    token_file: Option<PathBuf>,
    /// Registers the webhook at this address with Waycore, and has a test event sent there.
    #[arg(long, value_name = "URL", requires = "secret_file")]
    register_webhook: Option<String>,
    /// Where the registration's secret is kept: a new file that only its owner can read.
    #[arg(long, value_name = "FILE", requires = "register_webhook")]
    secret_file: Option<PathBuf>,
}

pub(super) async fn run(args: Args) -> anyhow::Result<()> {
    let checks = match args.register_webhook.as_deref().zip(args.secret_file.as_deref()) {
        Some((url, secret_file)) => register(&Waycore::from_process()?, url, secret_file).await,
        None => examine(&process, args.token_file.as_deref()).await,
    };
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
