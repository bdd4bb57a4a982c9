//! What the person at the terminal reads.

use std::fmt::Display;

/// Prints one line.
#[expect(clippy::print_stdout, reason = "talking to the person at the terminal is what this program does")]
pub(crate) fn say(line: impl Display) {
    println!("{line}");
}

/// Announces something that takes a while: what is installed, and about how long that takes.
pub(crate) fn installing(what: impl Display, how_long: &str) {
    say(format_args!("installing {what} ({how_long})"));
}
