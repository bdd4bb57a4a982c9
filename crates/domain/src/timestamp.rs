//! A moment, as milliseconds since 1970. Reading and writing dates as text is the edge's business.

use serde::{Deserialize, Serialize};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Milliseconds since the start of 1970, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The same time of day that many days later; stays at the end of time instead of wrapping round.
    pub const fn plus_days(self, days: u32) -> Self {
        Self(self.0.saturating_add(DAY.saturating_mul(days as i64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_added_and_never_wrap() {
        assert_eq!(Timestamp::from_millis(5).plus_days(30).as_millis(), 2_592_000_005);
        assert_eq!(Timestamp::from_millis(i64::MAX).plus_days(1).as_millis(), i64::MAX);
    }
}
