//! What a command is going to do: said before it begins, with what is missing and about how long it takes.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::say::say;
use crate::tools;
use crate::workspace::Workspace;

/// What the person wants.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Run,
    Test,
}

/// Something that is not there yet, and the seconds that it takes two cores to get it.
type Missing = (&'static str, u32);

/// What has to be installed or compiled first.
pub(crate) struct Plan<'a> {
    workspace: &'a Workspace,
    purpose: Purpose,
    missing: Vec<Missing>,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(workspace: &'a Workspace, purpose: Purpose) -> Self {
        let wasm = workspace.target.join(tools::WASM_TARGET).join("wasm-release/frontend.wasm");
        let mut parts = vec![
            (tools::has_wasm_target(workspace), ("the wasm32 target of Rust", 10)),
            (workspace.node_programs().join("esbuild").exists(), ("npm packages", 30)),
            (wasm.is_file(), ("the compiled front end", 90)),
            (workspace.target.join("debug/waycore-connect").is_file(), ("the compiled server", 300)),
        ];
        if purpose == Purpose::Test {
            parts.extend([
                (has_test_program(&workspace.target.join("debug/deps")), ("the compiled tests", 180)),
                (tools::has_chromium(), ("Chromium", 60)),
                (tools::has_nginx(), ("nginx", 15)),
                (tools::has_postgres(), ("PostgreSQL", 30)),
                (tools::has_schemathesis(workspace), ("schemathesis", 60)),
            ]);
        }
        let missing = parts.into_iter().filter(|(is_there, _)| !is_there).map(|(_, part)| part).collect();
        Self { workspace, purpose, missing }
    }

    /// Prints the plan. Fails where the disk is too small for what has to be compiled.
    pub(crate) fn announce(&self) -> Result<()> {
        if let Some(line) = self.line() {
            say(line);
        }
        let needed = self.gigabytes();
        let free = free_gigabytes(&self.workspace.target)?;
        if free < needed {
            bail!(
                "the disk of {} has {free} GB free, and about {needed} GB are needed: make room, or set \
                 CARGO_TARGET_DIR to a folder on another disk",
                self.workspace.target.display()
            );
        }
        Ok(())
    }

    fn line(&self) -> Option<String> {
        if self.missing.is_empty() {
            return None;
        }
        let names: Vec<_> = self.missing.iter().map(|(name, _)| *name).collect();
        let seconds: u32 = self.missing.iter().map(|(_, seconds)| seconds).sum();
        let tests = if self.purpose == Purpose::Test { ", and then the tests" } else { "" };
        let minutes = seconds.div_ceil(60);
        Some(format!("missing: {}; about {minutes} min on two cores{tests}", names.join(", ")))
    }

    /// What is compiled takes room; what is there has taken it already.
    fn gigabytes(&self) -> u64 {
        let compiles = self.missing.iter().any(|(name, _)| name.starts_with("the compiled"));
        match (compiles, self.purpose) {
            (false, _) => 1,
            (true, Purpose::Run) => 5,
            (true, Purpose::Test) => 10,
        }
    }
}

/// Whether the integration tests were compiled: cargo names their programs `it-` and a hash.
fn has_test_program(folder: &Path) -> bool {
    let is_test = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with("it-");
    std::fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(is_test))
}

/// The room on the disk that a folder stands on, or will.
fn free_gigabytes(folder: &Path) -> Result<u64> {
    let existing = folder.ancestors().find(|folder| folder.exists()).context("there is no such disk")?;
    let bytes = fs4::available_space(existing)
        .with_context(|| format!("the free space of {} cannot be read", existing.display()))?;
    Ok(bytes / 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_names_what_is_missing_and_rounds_its_minutes_up() {
        let workspace = Workspace::locate().unwrap();
        let plan = |missing| Plan { workspace: &workspace, purpose: Purpose::Run, missing };
        assert_eq!(plan(vec![]).line(), None);
        assert_eq!(
            plan(vec![("npm packages", 30), ("the compiled server", 300)]).line().unwrap(),
            "missing: npm packages, the compiled server; about 6 min on two cores"
        );
    }

    #[test]
    fn tests_are_compiled_once_there_is_a_test_program() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_test_program(&folder.path().join("none")));
        std::fs::write(folder.path().join("xtask-0a1b2c"), "").unwrap();
        assert!(!has_test_program(folder.path()));
        std::fs::write(folder.path().join("it-0a1b2c"), "").unwrap();
        assert!(has_test_program(folder.path()));
    }

    #[test]
    fn compiling_needs_more_room_than_running() {
        let workspace = Workspace::locate().unwrap();
        let needs = |purpose, missing| Plan { workspace: &workspace, purpose, missing }.gigabytes();
        assert!(
            needs(Purpose::Test, vec![("the compiled tests", 1)])
                > needs(Purpose::Run, vec![("npm packages", 1)])
        );
    }
}
