//! A release: the front end as wasm, compressed, inside one server program.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process::{cargo, program, run};
use crate::site;
use crate::tools::BuildTools;
use crate::workspace::Workspace;

/// Builds `waycore-connect` with its assets inside and says where it is.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    let tools = BuildTools::find_or_install(workspace)?;
    build_site(workspace, &tools)?;
    build_server(workspace, &["--bins"]).context("the server does not compile")?;
    Ok(workspace.target.join("release/waycore-connect"))
}

/// Builds an example of the server's, with the assets of the last [`build`] inside, and says where it is.
pub(crate) fn build_example(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    build_server(workspace, &["--example", name])
        .with_context(|| format!("the example {name} does not compile"))?;
    Ok(workspace.target.join("release/examples").join(name))
}

fn build_server(workspace: &Workspace, what: &[&str]) -> Result<()> {
    // The site is named, so that a checkout that shares its target folder with another embeds its own.
    run(cargo(&workspace.root)
        .args(["build", "--release", "--package", "server"])
        .args(what)
        .env("CONNECT_SITE_DIR", workspace.site()))
}

/// cargo-leptos empties its folder at each start, which would make the server embed everything anew. So it
/// bundles into a folder beside, and only what differs is published to the one that the server watches.
fn build_site(workspace: &Workspace, tools: &BuildTools) -> Result<()> {
    let bundle = workspace.target.join("bundle");
    run(program(&tools.cargo_leptos, &workspace.root)
        .args(["build", "--release", "--frontend-only"])
        .env("PATH", &tools.path)
        .env("LEPTOS_SITE_ROOT", &bundle))
    .context("the front end does not compile")?;
    site::publish(&bundle, &workspace.site())
}
