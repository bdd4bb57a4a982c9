//! `audit`: looks at the audit log, and changes nothing.

use std::io::Write as _;

use anyhow::anyhow;
use server::config::AuditSettings;
use server::store::{AuditHead, AuditKeys, ChainCheck, SqlStore, Store as _};

use super::announce;

/// What to do with the log.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Check that no row was changed, and that none is missing.
    Verify {
        /// A head that was noted earlier, as `SEQ:MAC`: it must still be there.
        #[arg(long, value_parser = head)]
        head: Option<AuditHead>,
    },
    /// Print the log, one JSON object a line.
    Export,
}

/// How many rows are read at a time.
const ROWS: i64 = 1_000;

pub(super) async fn run(command: Command) -> anyhow::Result<()> {
    let settings = AuditSettings::from_process()?;
    let store = SqlStore::open_to_read(&settings.database, &settings.secret_keys).await?;
    match command {
        Command::Verify { head } => verify(&store, &AuditKeys::new(&settings.secret_keys), head).await,
        Command::Export => export(&store).await,
    }
}

async fn verify(store: &SqlStore, keys: &AuditKeys, noted: Option<AuditHead>) -> anyhow::Result<()> {
    let mut check = ChainCheck::new(keys, noted.as_ref(), store.audit_checkpoints().await?);
    let mut after = 0;
    loop {
        let rows = store.audit_rows(after, ROWS).await?;
        let Some(last) = rows.last() else { break };
        after = last.seq;
        for row in &rows {
            check.next(row)?;
        }
    }
    let rows = check.rows();
    match check.end()? {
        Some(head) => announce(&format!("The audit log holds: {rows} rows, head {head}")),
        None => announce("The audit log is empty."),
    }
    Ok(())
}

async fn export(store: &SqlStore) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut after = 0;
    loop {
        let rows = store.audit_rows(after, ROWS).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.seq;
        for row in &rows {
            writeln!(out, "{}", serde_json::to_string(row)?)?;
        }
    }
}

fn head(text: &str) -> anyhow::Result<AuditHead> {
    AuditHead::parse(text)
        .ok_or_else(|| anyhow!("a head looks like 42:9f86d081…, as `audit verify` prints it"))
}
