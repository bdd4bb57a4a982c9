//! The programs that a build, a test or a measurement needs: found where they are, installed where they are missing.

mod cargo_leptos;
mod cargo_tool;
mod chromium;
mod debian;
mod nginx;
mod node;
mod postgres;
mod schemathesis;
mod wasm_bindgen;
mod wasm_opt;
mod wasm_target;
mod wrk;

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result};

pub(crate) use chromium::{Chromium, find_or_install as chromium, is_there as has_chromium};
pub(crate) use nginx::{find_or_install as nginx, is_there as has_nginx};
pub(crate) use node::{install_packages, lighthouse};
pub(crate) use postgres::{find_or_install as postgres, is_there as has_postgres};
pub(crate) use schemathesis::{find_or_install as schemathesis, is_there as has_schemathesis};
pub(crate) use wasm_target::{TARGET as WASM_TARGET, install as wasm_target, is_there as has_wasm_target};
pub(crate) use wrk::find_or_install as wrk;

use crate::process::on_path;
use crate::workspace::Workspace;

/// Returns whether this program may install Debian packages.
pub(crate) fn may_install_system_packages(workspace: &Workspace) -> bool {
    debian::may_install(&workspace.root)
}

/// Makes sure of what the front end is built with.
pub(crate) fn for_front_end(workspace: &Workspace) -> Result<()> {
    wasm_target(workspace)?;
    install_packages(workspace)?;
    wasm_opt::assert_good(workspace)
}

/// cargo-leptos, with a PATH on which the tools that it starts come first in the versions that we chose.
pub(crate) struct CargoLeptos {
    pub(crate) program: PathBuf,
    pub(crate) path: OsString,
}

pub(crate) fn has_cargo_leptos() -> bool {
    on_path("cargo-leptos").is_some()
}

impl CargoLeptos {
    /// The one on the PATH, of whatever version; nothing where there is none.
    pub(crate) fn find(workspace: &Workspace) -> Option<Result<Self>> {
        on_path("cargo-leptos").map(|program| Self::with_tools(workspace, program))
    }

    pub(crate) fn find_or_install(workspace: &Workspace) -> Result<Self> {
        let program = cargo_leptos::find_or_install(workspace)?;
        Self::with_tools(workspace, program)
    }

    fn with_tools(workspace: &Workspace, program: PathBuf) -> Result<Self> {
        for_front_end(workspace)?;
        let wasm_bindgen = wasm_bindgen::find_or_install(workspace)?;
        let folder_of = |program: &PathBuf| program.parent().map(PathBuf::from);
        let folders = [Some(workspace.node_programs()), folder_of(&wasm_bindgen), folder_of(&program)];
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(folders.into_iter().flatten().chain(std::env::split_paths(&path)))
            .context("PATH cannot be extended: a folder on it has a separator in its name")?;
        Ok(Self { program, path })
    }
}
