//! Tells the assets where the site is that goes into the program.

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    // Asked now and not when this was compiled: checkouts that share a target folder share the compiled script.
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let workspace = manifest.join("..");
    // An absolute path stays as it is; a relative one starts at the workspace, wherever cargo was called.
    let site =
        workspace.join(env::var_os("CONNECT_SITE_DIR").map_or(PathBuf::from("target/site"), PathBuf::from));
    // Without a site the program still builds and runs: its pages then have no style and no islands.
    fs::create_dir_all(&site)?;
    let site = site.canonicalize()?;
    println!("cargo:rerun-if-env-changed=CONNECT_SITE_DIR");
    println!("cargo:rerun-if-changed={}", site.display());
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rustc-env=CONNECT_EMBEDDED_SITE={}", site.display());
    Ok(())
}
