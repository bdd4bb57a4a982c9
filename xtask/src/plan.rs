//! What a command is about to do: printed before it begins, with what is missing and about how long it takes.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::say::say;
use crate::tools;
use crate::workspace::Workspace;

/// Something that a command needs before it can do its work.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Part {
    WasmTarget,
    Packages,
    FrontEnd,
    Programs,
    Release,
    Tests,
    Chromium,
    Nginx,
    Postgres,
    Schemathesis,
    /// The same product again: cargo-leptos compiles with other environment variables.
    CargoLeptosBuild,
}

/// What the demo is made of.
pub(crate) const DEMO: [Part; 4] = [Part::WasmTarget, Part::Packages, Part::FrontEnd, Part::Programs];

/// What the release is made of.
pub(crate) const RELEASE: [Part; 4] = [Part::WasmTarget, Part::Packages, Part::FrontEnd, Part::Release];

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::WasmTarget => "the wasm32 target of Rust",
            Self::Packages => "npm packages",
            Self::FrontEnd => "the compiled front end",
            Self::Programs => "the compiled server",
            Self::Release => "the compiled release",
            Self::Tests => "the compiled tests",
            Self::Chromium => "Chromium",
            Self::Nginx => "nginx",
            Self::Postgres => "PostgreSQL",
            Self::Schemathesis => "schemathesis",
            Self::CargoLeptosBuild => "the build of the installed cargo-leptos",
        }
    }

    /// About how long two cores take to install or compile it.
    fn seconds(self) -> u64 {
        match self {
            Self::WasmTarget => 10,
            Self::Nginx => 15,
            Self::Packages | Self::Postgres => 30,
            Self::Chromium | Self::Schemathesis => 60,
            Self::FrontEnd => 90,
            Self::Tests => 180,
            Self::Programs => 300,
            Self::CargoLeptosBuild => 420,
            Self::Release => 600,
        }
    }

    /// Free disk space that compiling it takes.
    fn gigabytes(self) -> u64 {
        match self {
            Self::Programs | Self::Release | Self::Tests | Self::CargoLeptosBuild => 4,
            Self::FrontEnd => 1,
            _ => 0,
        }
    }

    fn is_there(self, workspace: &Workspace) -> bool {
        let target = &workspace.target;
        match self {
            Self::WasmTarget => tools::has_wasm_target(workspace),
            Self::Packages => workspace.node_programs().join("esbuild").exists(),
            Self::FrontEnd => target.join(tools::WASM_TARGET).join("wasm-release/frontend.wasm").is_file(),
            Self::Programs => target.join("debug/waycore-connect").is_file(),
            Self::Release => target.join("release/waycore-connect").is_file(),
            Self::Tests => has_test_program(&target.join("debug/deps")),
            Self::Chromium => tools::has_chromium(workspace),
            Self::Nginx => tools::has_nginx(),
            Self::Postgres => tools::has_postgres(),
            Self::Schemathesis => tools::has_schemathesis(workspace),
            // Nobody misses it where the tool is not installed.
            Self::CargoLeptosBuild => {
                !tools::has_cargo_leptos() || target.join("cargo-leptos/debug/waycore-connect").is_file()
            }
        }
    }

    /// The Debian package of what only an administrator can install.
    fn system_package(self) -> Option<&'static str> {
        match self {
            Self::Nginx => Some("nginx"),
            Self::Postgres => Some("postgresql"),
            _ => None,
        }
    }
}

/// What has to be installed or compiled before a command does its work.
pub(crate) struct Plan {
    missing: Vec<Part>,
    /// How long the work itself takes, where it takes more than seconds.
    work: Duration,
}

impl Plan {
    pub(crate) fn new(workspace: &Workspace, needed: &[Part], work: Duration) -> Self {
        let mut missing: Vec<_> = needed.iter().copied().filter(|part| !part.is_there(workspace)).collect();
        missing.sort_unstable();
        missing.dedup();
        Self { missing, work }
    }

    /// Prints the plan. Fails if the disk is too small for what has to be compiled.
    pub(crate) fn announce(&self, workspace: &Workspace) -> Result<()> {
        say(self.line());
        if !tools::may_install_system_packages(workspace) {
            self.needs_administrator().into_iter().for_each(say);
        }
        self.fits(free_gigabytes(&workspace.target)?, &workspace.target)
    }

    fn fits(&self, free: u64, target: &Path) -> Result<()> {
        let needed = self.gigabytes();
        if free < needed {
            bail!(
                "the disk of {} has {free} GB free, and about {needed} GB are needed: make room, or set \
                 CARGO_TARGET_DIR to a folder on another disk",
                target.display()
            );
        }
        Ok(())
    }

    fn line(&self) -> String {
        let preparation: u64 = self.missing.iter().map(|part| part.seconds()).sum();
        let minutes = (preparation + self.work.as_secs()).div_ceil(60);
        let time = if minutes == 0 { "seconds".to_owned() } else { format!("{minutes} min on two cores") };
        if self.missing.is_empty() {
            return format!("nothing is missing; takes about {time}, longer where code has changed");
        }
        let names: Vec<_> = self.missing.iter().map(|part| part.name()).collect();
        format!("missing: {}; takes about {time}", names.join(", "))
    }

    /// The sentence for somebody who is not root, if something is missing that only root can install.
    fn needs_administrator(&self) -> Option<String> {
        let parts: Vec<_> = self.missing.iter().filter(|part| part.system_package().is_some()).collect();
        let names: Vec<_> = parts.iter().map(|part| part.name()).collect();
        let packages: Vec<_> = parts.iter().filter_map(|part| part.system_package()).collect();
        (!parts.is_empty()).then(|| {
            format!(
                "only root can install {}: run `sudo apt-get install {}` (on Debian) first, or the tests that need them \
                 fail",
                names.join(" and "),
                packages.join(" ")
            )
        })
    }

    /// One for the files that every run writes.
    fn gigabytes(&self) -> u64 {
        1 + self.missing.iter().map(|part| part.gigabytes()).sum::<u64>()
    }
}

/// Whether the integration tests were compiled: cargo names their programs `it-` and a hash.
fn has_test_program(folder: &Path) -> bool {
    let is_test = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with("it-");
    std::fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(is_test))
}

/// The free space of the disk that holds a folder, or will hold it.
fn free_gigabytes(folder: &Path) -> Result<u64> {
    let existing = folder.ancestors().find(|folder| folder.exists()).context("there is no such disk")?;
    let bytes = fs4::available_space(existing)
        .with_context(|| format!("the free space of {} cannot be read", existing.display()))?;
    Ok(bytes / 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(missing: &[Part], work_seconds: u64) -> Plan {
        Plan { missing: missing.to_vec(), work: Duration::from_secs(work_seconds) }
    }

    #[test]
    fn a_plan_names_what_is_missing_and_how_long_the_whole_takes() {
        let table = [
            (plan(&[], 0), "nothing is missing; takes about seconds, longer where code has changed"),
            (
                plan(&[], 601),
                "nothing is missing; takes about 11 min on two cores, longer where code has changed",
            ),
            (
                plan(&[Part::Packages, Part::Programs], 0),
                "missing: npm packages, the compiled server; takes about 6 min on two cores",
            ),
            (plan(&[Part::Tests], 600), "missing: the compiled tests; takes about 13 min on two cores"),
        ];
        for (plan, line) in table {
            assert_eq!(plan.line(), line);
        }
    }

    #[test]
    fn somebody_who_is_not_root_is_told_once_what_root_has_to_install() {
        assert_eq!(plan(&[Part::Packages, Part::Chromium], 0).needs_administrator(), None);
        assert_eq!(
            plan(&[Part::Nginx, Part::Postgres], 0).needs_administrator().unwrap(),
            "only root can install nginx and PostgreSQL: run `sudo apt-get install nginx postgresql` (on Debian) first, \
             or the tests that need them fail"
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
    fn only_what_has_to_be_compiled_needs_room() {
        assert_eq!(plan(&[Part::Packages, Part::Nginx], 600).gigabytes(), 1);
        assert_eq!(plan(&[Part::FrontEnd, Part::Programs], 0).gigabytes(), 6);
        assert!(plan(&[Part::Programs, Part::Tests], 0).gigabytes() > plan(&[Part::Programs], 0).gigabytes());
    }

    #[test]
    fn a_disk_without_room_is_one_sentence_that_says_what_to_do() {
        let plan = plan(&[Part::FrontEnd, Part::Programs], 0);
        plan.fits(6, Path::new("target")).unwrap();
        assert_eq!(
            plan.fits(5, Path::new("target")).unwrap_err().to_string(),
            "the disk of target has 5 GB free, and about 6 GB are needed: make room, or set CARGO_TARGET_DIR to a \
             folder on another disk"
        );
    }
}
