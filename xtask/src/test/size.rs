//! What a browser has to download, as it travels: compressed by brotli.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::{Checks, Tally};
use crate::say::say;
use crate::site::{files_below, with_suffix};

/// Bytes that the interactive half, wasm and its glue, may take.
const WASM_AND_GLUE: u64 = 80_000;
/// Bytes that the style sheet may take.
const STYLE: u64 = 15_000;

pub(super) fn run(checks: &Checks) -> Tally {
    let mut tally = Tally::default();
    if let Err(error) = checks.programs() {
        tally.check("size", || Err(error));
        return tally;
    }
    let site = checks.workspace.site();
    tally.check("wasm and glue", || within(&site, &["wasm", "js"], WASM_AND_GLUE));
    tally.check("style sheet", || within(&site, &["css"], STYLE));
    tally
}

fn within(site: &Path, kinds: &[&str], limit: u64) -> Result<String> {
    let mut sum = 0;
    for file in files_below(site)? {
        if kinds.iter().any(|kind| file.extension().is_some_and(|extension| extension == *kind)) {
            let size = std::fs::metadata(with_suffix(&site.join(&file), "br"))
                .with_context(|| format!("{} has no compressed form", file.display()))?
                .len();
            say(format_args!("      {:>9} bytes  {}", grouped(size), file.display()));
            sum += size;
        }
    }
    if sum == 0 {
        bail!("there is nothing to measure: the build made no {}", kinds.join(" or "));
    }
    if sum > limit {
        bail!("{} bytes (brotli), and at most {} are allowed", grouped(sum), grouped(limit));
    }
    Ok(format!("{} of {} bytes (brotli)", grouped(sum), grouped(limit)))
}

/// `80412` as `80,412`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site_with(files: &[(&str, usize)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, size) in files {
            std::fs::write(folder.path().join(name), vec![b' '; *size]).unwrap();
        }
        folder
    }

    #[test]
    fn wasm_and_glue_share_one_limit() {
        let site = site_with(&[("a.js", 900), ("a.js.br", 40), ("a.wasm", 900), ("a.wasm.br", 61)]);
        assert!(within(site.path(), &["wasm", "js"], 101).is_ok());
        assert!(within(site.path(), &["wasm", "js"], 100).is_err());
    }

    #[test]
    fn nothing_to_measure_is_a_failure() {
        assert!(within(site_with(&[]).path(), &["css"], 100).is_err());
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let texts = [0, 999, 1_000, 80_412, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "80,412", "1,234,567"]);
    }
}
