//! wasm-opt, from npm. Old ones exit with success and break hydration in release builds only.

use anyhow::{Context, Result, bail};

use crate::process::version;
use crate::workspace::Workspace;

/// Older ones re-point the export of the externref table.
const OLDEST_GOOD: u32 = 110;

pub(crate) fn assert_good(workspace: &Workspace) -> Result<()> {
    let line = version(workspace.node_programs().join("wasm-opt"))
        .context("wasm-opt is not among the npm packages: remove node_modules and try again")?;
    match number(&line) {
        Some(number) if number >= OLDEST_GOOD => Ok(()),
        _ => bail!(
            "wasm-opt says {line:?}, and only {OLDEST_GOOD} or newer is known to be good: raise `binaryen` in package.json"
        ),
    }
}

/// The number in `wasm-opt version 132 (version_132)`.
fn number(line: &str) -> Option<u32> {
    line.split_whitespace().find_map(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn the_number_is_read_from_every_form_of_the_line() {
        assert_eq!(number("wasm-opt version 132 (version_132)"), Some(132));
        assert_eq!(number("wasm-opt version 108"), Some(108));
        assert_eq!(number("wasm-opt"), None);
    }
}
