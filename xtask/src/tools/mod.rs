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

pub(crate) use chromium::{Chromium, find_or_install as chromium};
pub(crate) use nginx::find_or_install as nginx;
pub(crate) use node::{install_packages, lighthouse};
pub(crate) use postgres::find_or_install as postgres;
pub(crate) use schemathesis::find_or_install as schemathesis;
pub(crate) use wasm_target::install as wasm_target;
pub(crate) use wrk::find_or_install as wrk;

use crate::workspace::Workspace;

/// Everything that the front end is built with.
pub(crate) struct BuildTools {
    pub(crate) cargo_leptos: PathBuf,
    /// A PATH on which the tools of the right versions come first: cargo-leptos takes whatever it meets there.
    pub(crate) path: OsString,
}

impl BuildTools {
    /// Makes sure of each tool, from the quickest to the slowest.
    pub(crate) fn find_or_install(workspace: &Workspace) -> Result<Self> {
        wasm_target(workspace)?;
        install_packages(workspace)?;
        wasm_opt::assert_good(workspace)?;
        let wasm_bindgen = wasm_bindgen::find_or_install(workspace)?;
        let cargo_leptos = cargo_leptos::find_or_install(workspace)?;
        let folders = [Some(workspace.node_programs()), wasm_bindgen.parent().map(PathBuf::from)];
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(folders.into_iter().flatten().chain(std::env::split_paths(&path)))
            .context("PATH cannot be extended: a folder on it has a separator in its name")?;
        Ok(Self { cargo_leptos, path })
    }
}
