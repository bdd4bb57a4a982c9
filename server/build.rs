//! Decides whether the program carries the browser's files inside: a release does, unless cargo-leptos builds it.
//!
//! cargo-leptos compiles the server beside the front end, so its programs read the files when they start, as a
//! development build does.

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rustc-check-cfg=cfg(embedded_site)");
    println!("cargo:rerun-if-changed=migrations");
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        for variable in ["CONNECT_SITE_DIR", "LEPTOS_OUTPUT_NAME"] {
            println!("cargo:rerun-if-env-changed={variable}");
        }
        if env::var_os("LEPTOS_OUTPUT_NAME").is_none() {
            embed_site()?;
        }
    }
    Ok(())
}

/// Embeds the folder in `CONNECT_SITE_DIR`: absolute, or relative to the workspace. The default is `target/site`.
fn embed_site() -> io::Result<()> {
    // Read at run time: checkouts that share a target folder share the compiled build script.
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let site = env::var_os("CONNECT_SITE_DIR").map_or(PathBuf::from("target/site"), PathBuf::from);
    let site = manifest.join("..").join(site);
    // Without a site the program still builds and runs: its pages then have no style and no islands.
    fs::create_dir_all(&site)?;
    let site = site.canonicalize()?;
    println!("cargo:rerun-if-changed={}", site.display());
    println!("cargo:rustc-env=CONNECT_EMBEDDED_SITE={}", site.display());
    println!("cargo:rustc-cfg=embedded_site");
    Ok(())
}
