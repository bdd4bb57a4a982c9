//! Invariant 6: secrets are types that cannot be shown, nothing that a browser downloads holds one, and none gets into git.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Checks, Tally};
use crate::site::files_below;
use crate::test::rust_source::{SourceFile, sources, stand_only_in};

/// What would make a password appear somewhere.
const SHOWING: [&str; 3] = ["Serialize", "Display", "Debug"];

/// Texts that only a server's business has.
const SERVER_ONLY: [&str; 8] = [
    "way_live_",
    "way_test_",
    "WAYCORE_API_KEY",
    "WAYCORE_WEBHOOK_SECRET",
    "CONNECT_SECRET_KEY",
    "CONNECT_JWT_KEY",
    "api.waycore.com",
    "Bearer ",
];

/// Files that the documents have people write, wherever they do.
const WRITTEN_BY_OPERATORS: [&str; 15] = [
    "webhook-secret",
    "token.txt",
    "secrets/secret_key",
    ".env",
    ".env.production",
    "data/connect.db",
    "host.db",
    "demo.db-wal",
    "connect.db-shm",
    "connect-backup.db",
    "connect.dump",
    "audit.jsonl",
    "sim.json",
    "jwt_public.pem",
    "tls/server.key",
];

pub(super) fn check(checks: &Checks, tally: &mut Tally) {
    if checks.root().join(".git").exists() {
        tally.check("invariant 6, what operators write stays out of git", || ignored(checks.root()));
    }
    tally.check("invariant 6, a password cannot be shown", || {
        password(&sources(checks.root(), &["crates/domain/src"])?)
    });
    tally.check("invariant 6, who reads a password", || {
        let folders = ["app/src", "crates/domain/src", "crates/waycore/src", "frontend/src", "server/src"];
        let sources = sources(checks.root(), &folders)?;
        let allowed = ["crates/domain/src/credentials", "crates/waycore/src/wire"];
        stand_only_in(&sources, &["expose"], &allowed)
    });
    tally.check("invariant 6, who reads a server's secret", || {
        let sources = sources(checks.root(), &["app/src", "crates/domain/src", "frontend/src"])?;
        stand_only_in(&sources, &["expose_secret", "SecretString", "SecretBox"], &[])
    });
}

/// Asks git which names it ignores. A file that it has must not be among them.
fn ignored(root: &Path) -> Result<String> {
    let git = |arguments: &[&str]| -> Result<String> {
        let output = Command::new("git")
            .current_dir(root)
            .args(arguments)
            .output()
            .context("git cannot be started")?;
        // 1: none of the names is ignored.
        if !matches!(output.status.code(), Some(0 | 1)) {
            bail!("git {} failed: {}", arguments[0], String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let mut arguments = vec!["check-ignore", "--no-index"];
    arguments.extend(WRITTEN_BY_OPERATORS);
    let ignored = git(&arguments)?;
    let missing: Vec<_> =
        WRITTEN_BY_OPERATORS.into_iter().filter(|name| !ignored.lines().any(|line| line == *name)).collect();
    if !missing.is_empty() {
        bail!("git would take {}: add a pattern to .gitignore", missing.join(", "));
    }
    let both = git(&["ls-files", "--ignored", "--cached", "--exclude-standard"])?;
    match both.lines().next() {
        Some(file) => bail!("{file} is in git and matches a pattern of .gitignore"),
        None => Ok(format!("{} names are ignored", WRITTEN_BY_OPERATORS.len())),
    }
}

/// Looks through everything that a browser may download.
pub(super) fn check_download(checks: &Checks, tally: &mut Tally) {
    tally.check("invariants 1 and 6, nothing of the server in the download", || {
        checks.programs()?;
        search(&checks.workspace.site())
    });
}

fn search(site: &Path) -> Result<String> {
    let files = files_below(site)?;
    if files.is_empty() {
        bail!("the build made nothing to download");
    }
    for file in &files {
        let content =
            std::fs::read(site.join(file)).with_context(|| format!("{} cannot be read", file.display()))?;
        for text in SERVER_ONLY {
            if content.windows(text.len()).any(|window| window == text.as_bytes()) {
                bail!("{} holds {text:?}", file.display());
            }
        }
    }
    Ok(format!("{} files, none of which holds {}", files.len(), SERVER_ONLY.join(", ")))
}

fn password(sources: &[SourceFile]) -> Result<String> {
    let declared = sources.iter().find_map(|file| Some((file, file.code.find("struct Password")?)));
    let Some((file, start)) = declared else {
        bail!("no `struct Password` was found in the domain");
    };
    let attributes = attributes_before(&file.code[..start]);
    for name in SHOWING {
        if attributes.contains(name) {
            bail!("{}: Password derives {name}", file.path);
        }
    }
    for file in sources {
        // A hand-written Debug is wanted: it hides the text.
        for name in ["Serialize", "Display"] {
            if file.code.contains(&format!("{name} for Password")) {
                bail!("{}: Password has {name}", file.path);
            }
        }
    }
    Ok(format!("{} gives it no {}", file.path, SHOWING.join(", no derived ")))
}

/// The attribute lines that stand directly above a declaration.
fn attributes_before(code: &str) -> String {
    let mut lines: Vec<_> = code.lines().collect();
    // The start of the declaration's own line: `pub`.
    lines.pop();
    let above = lines.iter().rev().take_while(|line| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#') || line.ends_with(']') || line.ends_with(',')
    });
    above.copied().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, holds: bool) {
        let file = SourceFile { path: "crates/domain/src/credentials.rs".into(), code: code.into() };
        assert_eq!(password(&[file]).is_ok(), holds, "{code}");
    }

    #[test]
    fn a_password_may_not_be_shown_in_any_way() {
        check("use x;\n\n#[derive(Clone)]\npub struct Password(String);", true);
        check("#[derive(Clone, Debug)]\npub struct Password(String);", false);
        check("#[derive(\n    Clone,\n    Serialize,\n)]\npub struct Password(String);", false);
        check("pub struct Password(String);\nimpl Serialize for Password {}", false);
        check("pub struct Password(String);\nimpl fmt::Display for Password {}", false);
        check("pub struct Password(String);\nimpl fmt::Debug for Password {}", true);
    }

    #[test]
    fn what_another_type_derives_does_not_matter() {
        check("#[derive(Debug)]\nstruct Other;\n\npub struct Password(String);", true);
    }

    #[test]
    fn a_password_that_was_not_found_is_a_failure() {
        check("pub struct Secret(String);", false);
    }

    #[test]
    fn a_key_in_the_download_is_found() {
        let site = tempfile::tempdir().unwrap();
        std::fs::write(site.path().join("connect.js"), "let a = 1;").unwrap();
        assert!(search(site.path()).is_ok());
        std::fs::write(site.path().join("connect.wasm"), b"\0asm way_live_abc").unwrap();
        assert!(search(site.path()).is_err());
    }

    #[test]
    fn a_repository_that_git_cannot_read_is_a_failure() {
        let root = tempfile::tempdir().unwrap();
        let git = |arguments: &[&str]| Command::new("git").current_dir(root.path()).args(arguments).output();
        assert!(git(&["init", "--quiet"]).unwrap().status.success());
        std::fs::write(root.path().join(".gitignore"), "*").unwrap();
        ignored(root.path()).unwrap();
        std::fs::write(root.path().join(".git/index"), "broken").unwrap();
        let error = ignored(root.path()).unwrap_err().to_string();
        assert!(error.starts_with("git ls-files failed"), "{error}");
    }

    #[test]
    fn an_empty_download_is_a_failure() {
        assert!(search(tempfile::tempdir().unwrap().path()).is_err());
    }
}
