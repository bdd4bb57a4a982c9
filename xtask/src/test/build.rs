//! What a build shows: that everything compiles, that no secret is in the download, and that cargo-leptos can build it.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::{Checks, Tally, cargo_leptos, invariants};
use crate::tools::CargoLeptos;

pub(super) fn run(checks: &Checks) -> Tally {
    let mut tally = Tally::default();
    tally.check("programs and front end", || checks.programs().map(|_| "built".into()));
    invariants::check_download(checks, &mut tally);
    tally.check("colours in older browsers", || colours_are_lowered(&checks.workspace.site()));
    // Installing it takes ten minutes, so `test` checks it only where it is there; `soak` installs it.
    if let Some(tool) = CargoLeptos::find(checks.workspace) {
        tally.check("cargo leptos build", || cargo_leptos::check(checks, &tool?));
    }
    tally
}

/// Chrome before 123 and Safari before 17.5 do not know `light-dark()`: a page that keeps it has no colours there.
fn colours_are_lowered(site: &Path) -> Result<String> {
    let style = std::fs::read_to_string(site.join("pkg/connect.css")).context("there is no style sheet")?;
    if !style.contains("color-scheme") || style.contains("light-dark(") {
        bail!("the style sheet holds light-dark(), or no colours at all");
    }
    Ok("no light-dark() is left".into())
}

#[cfg(test)]
mod tests {
    use super::colours_are_lowered;

    #[test]
    fn a_function_that_older_browsers_do_not_know_is_found() {
        let site = tempfile::tempdir().unwrap();
        let holds = |style: &str| {
            std::fs::create_dir_all(site.path().join("pkg")).unwrap();
            std::fs::write(site.path().join("pkg/connect.css"), style).unwrap();
            colours_are_lowered(site.path()).is_ok()
        };
        assert!(holds(":root{color-scheme:light dark;--a:var(--light,#fff)var(--dark,#000)}"));
        assert!(!holds(":root{color-scheme:light dark;--a:light-dark(#fff,#000)}"));
        assert!(!holds(""));
    }
}
