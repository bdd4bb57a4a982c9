//! That `cargo leptos build` makes a server that works: it starts, and serves a page and its style sheet.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::Checks;
use crate::build::SITE_ROOT;
use crate::process::{program, run};
use crate::tools::CargoLeptos;

/// How long one answer of the server may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Builds the workspace, in release if the checks drive a release, and starts what was built.
pub(super) fn check(checks: &Checks, tool: &CargoLeptos) -> Result<String> {
    // A target folder of its own: cargo-leptos compiles Leptos and the product with other environment variables, so in
    // a shared one both would be compiled again and again.
    let target = checks.workspace.target.join("cargo-leptos");
    let site = target.join("site");
    let mut build = program(&tool.program, checks.root());
    build.arg("build").env("PATH", &tool.path).env("CARGO_TARGET_DIR", &target).env(SITE_ROOT, &site);
    let mut profile = "debug";
    if checks.options.release {
        build.arg("--release");
        profile = "release";
    }
    run(&mut build).context("cargo-leptos cannot build the workspace: correct the errors above")?;
    let server = target.join(profile).join("waycore-connect");
    serves_a_styled_page(&server, &site, &target.join("demo"))
        .context("the server that cargo-leptos built does not work")?;
    Ok(format!("front end and server ({profile})"))
}

fn serves_a_styled_page(server: &Path, site: &Path, data: &Path) -> Result<()> {
    let mut demo = Stopped(
        program(server, site)
            .args(["demo", "--port", "0", "--sim-port", "0", "--data"])
            .arg(data)
            .env(SITE_ROOT, site)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("it could not be started")?,
    );
    let printed = BufReader::new(demo.0.stdout.take().context("it has no standard output")?);
    let address = printed
        .lines()
        .map_while(Result::ok)
        .find_map(|line| {
            Some(line.strip_prefix("Waycore Connect demo: http://")?.trim_end_matches('/').to_owned())
        })
        .context("it ended without printing its address")?;
    let page = get(&address, "/demo/sign-in")?;
    let (_, rest) =
        page.split_once("<link rel=\"stylesheet\" href=\"").context("its page names no style sheet")?;
    let style = get(&address, rest.split('"').next().unwrap_or_default())?;
    if !style.contains("color-scheme") {
        bail!("its style sheet is not ours");
    }
    Ok(())
}

/// The body of a page that is answered with 200.
fn get(address: &str, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").context("the answer has no end of its head")?;
    if !head.lines().next().unwrap_or_default().contains(" 200") {
        bail!("{path} is answered with {}", head.lines().next().unwrap_or("nothing"));
    }
    Ok(body.to_owned())
}

/// Ends the program with the check, whatever the check finds.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
