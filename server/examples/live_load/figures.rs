//! What was measured, as rows of a table.

use std::fmt;
use std::time::Duration;

/// How long the same thing took each time, in order.
pub(crate) struct Times(Vec<Duration>);

/// A row, and whether its promise is kept.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) measured: String,
    pub(crate) promised: String,
    pub(crate) is_kept: bool,
}

impl Times {
    pub(crate) fn new(mut times: Vec<Duration>) -> Self {
        times.sort();
        Self(times)
    }

    /// What so many of a hundred took at most. Nothing at all took for ever.
    pub(crate) fn percentile(&self, of_hundred: usize) -> Duration {
        let place = (self.0.len() * of_hundred).div_ceil(100).saturating_sub(1);
        self.0.get(place).copied().unwrap_or(Duration::MAX)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [half, most, all] = [50, 99, 100].map(|part| Millis(self.percentile(part)));
        write!(out, "half within {half}, 99 of 100 within {most}, the slowest {all}")
    }
}

impl fmt::Display for Row {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, measured, promised, .. } = self;
        write!(out, "| {what} | {measured} | {promised} |")
    }
}

/// Milliseconds with one decimal.
struct Millis(Duration);

impl fmt::Display for Millis {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:.1} ms", self.0.as_secs_f64() * 1_000.0)
    }
}
