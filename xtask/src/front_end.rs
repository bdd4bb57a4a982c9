//! The browser's half: `frontend` as wasm with its JavaScript glue, the style sheet, and the files of `public`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::process::{cargo, program, run};
use crate::progress::Progress;
use crate::site;
use crate::tools;
use crate::workspace::Workspace;

/// The file name, without extension, of everything that the build makes for browsers.
const NAME: &str = "connect";

/// Builds the front end into the folder that the server serves or embeds.
pub(crate) fn build(workspace: &Workspace, progress: &Progress) -> Result<()> {
    progress.step("front end: install its tools", || tools::for_front_end(workspace))?;
    let compiled = progress.step("front end: compile to wasm", || compile(workspace))?;
    progress.step("front end: bind, optimise and bundle", || {
        let bundle = workspace.target.join("bundle");
        bind_and_optimise(workspace, &compiled, &bundle)?;
        bundle_style(workspace, &bundle)?;
        copy_assets(workspace, &bundle)?;
        site::publish(&bundle.join("site"), &workspace.site())
    })
}

fn compile(workspace: &Workspace) -> Result<PathBuf> {
    let arguments = [
        "build",
        "--locked",
        "--package",
        "frontend",
        "--target",
        tools::WASM_TARGET,
        "--profile",
        "wasm-release",
    ];
    run(cargo(&workspace.root).args(arguments))
        .context("the front end does not compile: correct the errors above and run the same command again")?;
    Ok(workspace.target.join(tools::WASM_TARGET).join("wasm-release/frontend.wasm"))
}

/// Makes the glue and the final wasm, unless they were made from exactly this wasm by exactly these tools before.
fn bind_and_optimise(workspace: &Workspace, compiled: &Path, bundle: &Path) -> Result<()> {
    let package = bundle.join("site/pkg");
    let (wasm, glue) = (package.join(format!("{NAME}.wasm")), package.join(format!("{NAME}.js")));
    let inputs =
        [compiled.to_owned(), workspace.root.join("Cargo.lock"), workspace.root.join("package-lock.json")];
    let stamp = Stamp { folder: bundle.join("made-from"), inputs };
    if wasm.is_file() && glue.is_file() && stamp.is_current() {
        return Ok(());
    }
    let bound = bundle.join("bound");
    Bindgen::new()
        .input_path(compiled)
        .out_name(NAME)
        .typescript(false)
        .web(true)
        .and_then(|bindgen| bindgen.generate(&bound))
        .context(
            "wasm-bindgen could not bind the front end: remove target/bundle and run the same command again",
        )?;
    create_folder(&package)?;
    let raw = bound.join(format!("{NAME}_bg.wasm"));
    run(program(workspace.node_programs().join("wasm-opt"), &workspace.root)
        .args(["-Oz", "--enable-bulk-memory", "--enable-nontrapping-float-to-int"])
        .arg(&raw)
        .arg("-o")
        .arg(&wasm))
    .context(
        "wasm-opt could not optimise the front end: remove node_modules and run the same command again",
    )?;
    minify_script(workspace, &bound.join(format!("{NAME}.js")), &glue)?;
    stamp.write()
}

fn bundle_style(workspace: &Workspace, bundle: &Path) -> Result<()> {
    run(program("node", &workspace.root)
        .arg("xtask/style.mjs")
        .arg(workspace.root.join("style/main.css"))
        .arg(bundle.join("site/pkg").join(format!("{NAME}.css"))))
    .context("Lightning CSS could not bundle the style sheet: correct the errors above")
}

fn minify_script(workspace: &Workspace, input: &Path, output: &Path) -> Result<()> {
    let mut outfile = std::ffi::OsString::from("--outfile=");
    outfile.push(output);
    run(program(workspace.node_programs().join("esbuild"), &workspace.root)
        .arg(input)
        .args(["--minify", "--format=esm", "--log-level=warning"])
        .arg(outfile))
    .context("esbuild could not minify a script: remove node_modules and run the same command again")
}

fn copy_assets(workspace: &Workspace, bundle: &Path) -> Result<()> {
    let assets = workspace.root.join("public");
    for file in site::files_below(&assets)? {
        let target = bundle.join("site").join(&file);
        create_folder(target.parent().unwrap_or(bundle))?;
        if file.extension().is_some_and(|extension| extension == "js") {
            minify_script(workspace, &assets.join(&file), &target)?;
            continue;
        }
        std::fs::copy(assets.join(&file), &target)
            .with_context(|| format!("{} cannot be copied", file.display()))?;
    }
    Ok(())
}

fn create_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be created", folder.display()))
}

/// Copies of the inputs of a build step, by which it tells whether its output is up to date.
struct Stamp {
    folder: PathBuf,
    inputs: [PathBuf; 3],
}

impl Stamp {
    fn is_current(&self) -> bool {
        self.inputs.iter().all(|input| {
            let content = |path: &Path| std::fs::read(path).ok();
            content(input).is_some_and(|now| content(&self.copy_of(input)).is_some_and(|then| then == now))
        })
    }

    fn write(&self) -> Result<()> {
        create_folder(&self.folder)?;
        for input in &self.inputs {
            std::fs::copy(input, self.copy_of(input))
                .with_context(|| format!("{} cannot be copied", input.display()))?;
        }
        Ok(())
    }

    fn copy_of(&self, input: &Path) -> PathBuf {
        self.folder.join(input.file_name().unwrap_or_default())
    }
}
