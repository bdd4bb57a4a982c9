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

    /// So many milliseconds later, or earlier; stays at either end of time instead of wrapping round.
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `other` to this moment; saturates.
    pub const fn since(self, other: Self) -> i64 {
        self.0.saturating_sub(other.0)
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

    #[test]
    fn times_at_either_end_are_as_far_apart_as_can_be_counted() {
        let [first, five, last] = [i64::MIN, 5, i64::MAX].map(Timestamp::from_millis);
        for (one, other, apart) in [
            (five, Timestamp::from_millis(2), 3),
            (five, Timestamp::from_millis(9), -4),
            (five, first, i64::MAX),
            (last, first, i64::MAX),
            (first, five, i64::MIN),
            (first, last, i64::MIN),
        ] {
            assert_eq!(one.since(other), apart);
        }
        assert_eq!(
            [first.plus_millis(-1), five.plus_millis(-3), last.plus_millis(1)].map(Timestamp::as_millis),
            [i64::MIN, 2, i64::MAX]
        );
    }
}
