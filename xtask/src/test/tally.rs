//! Counting: every check and every test is either passed or failed, and nothing is forgotten.

use std::fmt;
use std::ops::AddAssign;
use std::process::Command;

use anyhow::{Result, bail};

use super::cargo_output;
use crate::process::{run, watched};
use crate::say::say;

/// How many checks passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: usize,
    pub(super) failed: usize,
}

impl Tally {
    pub(super) const PASSED: Self = Self { passed: 1, failed: 0 };
    pub(super) const FAILED: Self = Self { passed: 0, failed: 1 };

    /// Nothing failed, and something was checked at all.
    pub(super) fn all_passed(self) -> bool {
        self.failed == 0 && self.passed > 0
    }

    /// Makes one check, which gives what it looked at or why it does not hold.
    pub(super) fn check(&mut self, name: &str, check: impl FnOnce() -> Result<String>) {
        match check() {
            Ok(looked_at) => {
                say(format_args!("ok    {name}: {looked_at}"));
                *self += Self::PASSED;
            }
            Err(error) => {
                say(format_args!("FAIL  {name}: {error:#}"));
                *self += Self::FAILED;
            }
        }
    }

    /// Says that a check was not made: it has neither passed nor failed.
    pub(super) fn not_checked(&mut self, name: &str, why: &str) {
        say(format_args!("----  {name}: not checked, {why}"));
    }

    /// Runs a program that is one check.
    pub(super) fn program(&mut self, name: &str, command: &mut Command) {
        self.check(name, || run(command).map(|()| "nothing to report".into()));
    }

    /// Runs `cargo test` and counts its tests.
    pub(super) fn cargo_tests(&mut self, command: &mut Command) {
        let counted = watched(command).and_then(|(text, status)| {
            let tally = cargo_output::count(&text);
            if !status.success() && tally.failed == 0 {
                bail!("the tests ended with {status} without a test having failed: see above");
            }
            Ok(tally)
        });
        match counted {
            Ok(tally) => *self += tally,
            Err(error) => self.check("cargo test", || Err(error)),
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn nothing_checked_is_not_a_pass() {
        assert!(!Tally::default().all_passed());
        assert!(Tally::PASSED.all_passed());
        assert!(!Tally { passed: 3, failed: 1 }.all_passed());
    }

    #[test]
    fn a_failing_check_counts_and_the_next_one_still_runs() {
        let mut tally = Tally::default();
        tally.check("one", || anyhow::bail!("does not hold"));
        tally.check("two", || Ok("holds".into()));
        assert_eq!(tally, Tally { passed: 1, failed: 1 });
    }
}
