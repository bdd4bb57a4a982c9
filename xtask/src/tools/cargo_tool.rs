//! A program that cargo installs, of exactly one version, into a folder of its own.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::{cargo, on_path, run, version};
use crate::say::{installing, say};
use crate::workspace::Workspace;

/// One program and how it is had.
pub(crate) struct CargoTool<'a> {
    /// The package and the program, which share a name unless `package` says otherwise.
    pub(crate) program: &'static str,
    pub(crate) package: &'static str,
    pub(crate) version: &'a str,
    /// About how long building it takes on two cores.
    pub(crate) how_long: &'static str,
    pub(crate) arguments: &'static [&'static str],
    pub(crate) environment: &'static [(&'static str, &'static str)],
}

impl CargoTool<'_> {
    /// The program of exactly this version: from the PATH, from the cache, or installed into it.
    pub(crate) fn find_or_install(&self, workspace: &Workspace) -> Result<PathBuf> {
        if let Some(program) = on_path(self.program).filter(|program| self.is_right(program)) {
            return Ok(program);
        }
        let folder = workspace.tool(self.program, self.version);
        let program = folder.join("bin").join(self.program);
        if self.is_right(&program) {
            return Ok(program);
        }
        self.install(workspace, &folder)?;
        if !self.is_right(&program) {
            anyhow::bail!(
                "{} was installed but does not run as version {}: remove its folder in the cache and try again",
                self.program,
                self.version
            );
        }
        Ok(program)
    }

    fn is_right(&self, program: &Path) -> bool {
        version(program).is_some_and(|line| line.split_whitespace().any(|word| word == self.version))
    }

    fn install(&self, workspace: &Workspace, folder: &Path) -> Result<()> {
        let package = format!("{}@{}", self.package, self.version);
        if on_path("cargo-binstall").is_some() {
            installing(&package, "a prebuilt one, seconds");
            let prebuilt = run(cargo(&workspace.root)
                .args(["binstall", "--locked", "--no-confirm", "--root"])
                .arg(folder)
                .arg(&package));
            match prebuilt {
                Ok(()) => return Ok(()),
                Err(error) => say(format_args!("no prebuilt {package} ({error:#}); building it instead")),
            }
        }
        installing(&package, self.how_long);
        // A folder of its own keeps what an interrupted build had finished, and is dropped at the end.
        let scratch = folder.with_extension("build");
        run(cargo(&workspace.root)
            // With the versions that the tool was tested with.
            .args(["install", "--locked"])
            .args(self.arguments)
            .arg("--root")
            .arg(folder)
            .arg("--target-dir")
            .arg(&scratch)
            .arg(&package)
            .envs(self.environment.iter().copied()))
        .with_context(|| {
            format!(
                "{package} could not be installed; check that the crates registry is reachable and a C compiler \
                 is there, then run the same command again, it goes on where it stopped"
            )
        })?;
        // Only disk space is at stake.
        let _ = std::fs::remove_dir_all(scratch);
        Ok(())
    }
}
