//! Other programs: started, watched, and reported in a sentence when they fail.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

use crate::say::say;

/// A program in a folder, ready for arguments.
pub(crate) fn program(name: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(folder);
    command
}

/// The cargo that runs us, so that a pinned toolchain stays pinned.
pub(crate) fn cargo(folder: &Path) -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), folder)
}

/// Runs a program on our terminal; a failure says which and how it ended.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = line_of(command);
    let status = command.status().with_context(|| format!("`{name}` could not be started"))?;
    ended(&name, status)
}

/// Runs a program quietly and gives what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = line_of(command);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .with_context(|| format!("`{name}` could not be started"))?;
    if !output.status.success() {
        bail!("`{name}` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{name}` printed no text"))
}

/// Runs a program quietly and gives what it printed, however it ended.
pub(crate) fn printed(command: &mut Command) -> Result<String> {
    let name = line_of(command);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .with_context(|| format!("`{name}` could not be started"))?;
    String::from_utf8(output.stdout).with_context(|| format!("`{name}` printed no text"))
}

/// Runs a program, shows what it prints as it comes, and gives the same text with its status.
pub(crate) fn watched(command: &mut Command) -> Result<(String, ExitStatus)> {
    let name = line_of(command);
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("`{name}` could not be started"))?;
    let mut text = String::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.with_context(|| format!("the output of `{name}` could not be read"))?;
            let line = String::from_utf8_lossy(&line);
            say(&line);
            text.push_str(&line);
            text.push('\n');
        }
    }
    let status = child.wait().with_context(|| format!("`{name}` could not be waited for"))?;
    Ok((text, status))
}

/// The first line that `program --version` prints, or nothing when there is no such program.
pub(crate) fn version(program: impl AsRef<OsStr>) -> Option<String> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.lines().next().unwrap_or_default().trim().to_owned())
}

/// Where a program stands on the PATH.
pub(crate) fn on_path(name: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn ended(name: &str, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{name}` failed ({status})");
    }
    Ok(())
}

/// The command as a person would type it, without the folders that the program and its files stand in.
fn line_of(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(program.to_string_lossy().into_owned()).chain(arguments).collect::<Vec<_>>().join(" ")
}
