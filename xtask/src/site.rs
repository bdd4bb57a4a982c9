//! The folder of the browser's files, which a release embeds and a development build reads: the bundle, and a compressed
//! form of what compresses.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

/// What is worth compressing.
const COMPRESSED: [&str; 3] = ["js", "wasm", "css"];

/// Makes `site` equal to `bundle` plus compressed forms. A file that did not change is not touched, so that
/// nobody who watches the folder's times builds again.
pub(crate) fn publish(bundle: &Path, site: &Path) -> Result<()> {
    let mut wanted = BTreeSet::new();
    for relative in files_below(bundle)? {
        let content = read(&bundle.join(&relative))?;
        let target = site.join(&relative);
        let changed = !holds(&target, &content);
        if has_compressed_forms(&relative) {
            for (suffix, compress) in [("br", brotli as fn(&[u8]) -> Result<Vec<u8>>), ("gz", gzip)] {
                let form = with_suffix(&target, suffix);
                if changed || !form.is_file() {
                    write(&form, &compress(&content)?)?;
                }
                wanted.insert(form);
            }
        }
        // Last, because it is what tells the next publication that the compressed forms are of this content.
        if changed {
            write(&target, &content)?;
        }
        wanted.insert(target);
    }
    for stale in files_below(site)?.into_iter().map(|relative| site.join(relative)) {
        if !wanted.contains(&stale) {
            std::fs::remove_file(&stale).with_context(|| format!("{} cannot be removed", stale.display()))?;
        }
    }
    Ok(())
}

/// Every file below a folder, relative to it and in a fixed order; none if there is no such folder.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(current) = waiting.pop() {
        let Ok(entries) = std::fs::read_dir(&current) else { continue };
        for entry in entries {
            let path = entry.with_context(|| format!("{} cannot be listed", current.display()))?.path();
            if path.is_dir() {
                waiting.push(path);
            } else if let Ok(relative) = path.strip_prefix(folder) {
                found.push(relative.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// `connect.js` with `br` becomes `connect.js.br`.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

fn has_compressed_forms(path: &Path) -> bool {
    path.extension().is_some_and(|extension| COMPRESSED.iter().any(|wanted| extension == *wanted))
}

fn holds(path: &Path, content: &[u8]) -> bool {
    std::fs::read(path).is_ok_and(|present| present == content)
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| {
            format!("{} cannot be made: free some space, or check its permissions", folder.display())
        })?;
    }
    std::fs::write(path, content).with_context(|| {
        format!("{} cannot be written: free some space, or check its permissions", path.display())
    })
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &parameters)
        .context("brotli could not compress")?;
    Ok(compressed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).context("gzip could not compress")?;
    encoder.finish().context("gzip could not compress")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(site: &Path) -> Vec<String> {
        files_below(site).unwrap().iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn a_site_holds_what_browsers_ask_for_and_compressed_forms_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let (bundle, site) = (folder.path().join("bundle"), folder.path().join("site"));
        write(&bundle.join("pkg/connect.js"), b"export default 1;").unwrap();
        write(&bundle.join("mark.png"), b"png").unwrap();
        publish(&bundle, &site).unwrap();
        assert_eq!(names(&site), ["mark.png", "pkg/connect.js", "pkg/connect.js.br", "pkg/connect.js.gz"]);
    }

    #[test]
    fn what_left_the_bundle_leaves_the_site_with_its_compressed_forms() {
        let folder = tempfile::tempdir().unwrap();
        let (bundle, site) = (folder.path().join("bundle"), folder.path().join("site"));
        write(&bundle.join("old.css"), b"a{}").unwrap();
        publish(&bundle, &site).unwrap();
        std::fs::remove_file(bundle.join("old.css")).unwrap();
        write(&bundle.join("new.css"), b"a{}").unwrap();
        publish(&bundle, &site).unwrap();
        assert_eq!(names(&site), ["new.css", "new.css.br", "new.css.gz"]);
    }

    #[test]
    fn a_second_publication_touches_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (bundle, site) = (folder.path().join("bundle"), folder.path().join("site"));
        write(&bundle.join("main.css"), b"a{color:red}").unwrap();
        publish(&bundle, &site).unwrap();
        let times = || -> Vec<_> {
            let modified = |path| std::fs::metadata(site.join(path)).unwrap().modified().unwrap();
            files_below(&site).unwrap().into_iter().map(modified).collect()
        };
        let before = times();
        publish(&bundle, &site).unwrap();
        assert_eq!(times(), before);
    }

    #[test]
    fn a_changed_file_is_compressed_again() {
        let folder = tempfile::tempdir().unwrap();
        let (bundle, site) = (folder.path().join("bundle"), folder.path().join("site"));
        write(&bundle.join("main.css"), b"a{color:red}").unwrap();
        publish(&bundle, &site).unwrap();
        write(&bundle.join("main.css"), b"a{color:blue}").unwrap();
        publish(&bundle, &site).unwrap();
        let mut text = Vec::new();
        let compressed = std::fs::read(site.join("main.css.br")).unwrap();
        brotli::BrotliDecompress(&mut &compressed[..], &mut text).unwrap();
        assert_eq!(text, b"a{color:blue}");
    }
}
