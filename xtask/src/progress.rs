//! Says what a command is doing: one line when a step begins, one with its time when it ends.

use std::cell::RefCell;
use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::say::say;

/// The steps of one command, with the time that each took.
pub(crate) struct Progress {
    started: Instant,
    finished: RefCell<Vec<(String, Duration)>>,
}

impl Progress {
    pub(crate) fn start() -> Self {
        Self { started: Instant::now(), finished: RefCell::default() }
    }

    /// Runs one step, and prints how long it took even when it fails.
    pub(crate) fn step<T>(&self, name: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        let started = Instant::now();
        say(format_args!("-- {name}"));
        let result = step();
        let took = started.elapsed();
        let verdict = if result.is_ok() { "done" } else { "FAILED" };
        say(format_args!("-- {name}: {verdict} in {}", Seconds(took)));
        self.finished.borrow_mut().push((name.to_owned(), took));
        result
    }

    /// Prints the time of every step, and of the whole command.
    pub(crate) fn summarise(&self, command: &str) {
        for (name, took) in self.finished.borrow().iter() {
            say(format_args!("{:>9}  {name}", Seconds(*took).to_string()));
        }
        say(format_args!("{:>9}  {command} in all", Seconds(self.started.elapsed()).to_string()));
    }
}

/// A duration as `12.3 s`.
pub(crate) struct Seconds(pub(crate) Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:.1} s", self.0.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_timed_and_its_error_passed_on() {
        let progress = Progress::start();
        assert_eq!(progress.step("one", || Ok(1)).unwrap(), 1);
        assert!(progress.step("two", || -> Result<()> { anyhow::bail!("no") }).is_err());
        let names: Vec<_> = progress.finished.borrow().iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(names, ["one", "two"]);
    }

    #[test]
    fn seconds_have_one_decimal() {
        assert_eq!(Seconds(Duration::from_millis(61_250)).to_string(), "61.2 s");
    }
}
