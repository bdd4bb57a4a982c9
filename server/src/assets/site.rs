//! Where the browser's files come from: a release carries them inside, any other program reads a folder.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Content by file name. A name is relative to the site, with `/` between folders.
pub(super) type Files = BTreeMap<String, Cow<'static, [u8]>>;

#[cfg(embedded_site)]
mod source {
    use rust_embed::RustEmbed;

    use super::Files;

    #[derive(RustEmbed)]
    #[folder = "$CONNECT_EMBEDDED_SITE"]
    struct Embedded;

    pub(in super::super) fn files() -> Files {
        let file =
            |name: std::borrow::Cow<'static, str>| Some((name.to_string(), Embedded::get(&name)?.data));
        Embedded::iter().filter_map(file).collect()
    }
}

#[cfg(not(embedded_site))]
mod source {
    use std::path::{Path, PathBuf};

    use super::Files;

    /// Reads the folder in `LEPTOS_SITE_ROOT`, which cargo-leptos sets too. The default is this workspace's `target/site`.
    /// A folder that is not there holds no files: pages then have no style and no islands.
    pub(in super::super) fn files() -> Files {
        let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site");
        let root = std::env::var_os("LEPTOS_SITE_ROOT").map_or(default, PathBuf::from);
        let mut files = Files::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let (Ok(name), Ok(content)) = (path.strip_prefix(&root), std::fs::read(&path)) {
                    files.insert(name.to_string_lossy().replace('\\', "/"), content.into());
                }
            }
        }
        files
    }
}

pub(super) use source::files;
