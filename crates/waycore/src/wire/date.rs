//! A day without a time, as Waycore writes it.

use serde::{Deserialize, Deserializer, Serialize};
use time::{Month, OffsetDateTime};

/// A calendar day such as `2026-03-04`; days order as they follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(time::Date);

/// The text is not a calendar day in the form `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a date in the form YYYY-MM-DD")]
pub struct NotDate;

impl Date {
    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// [`NotDate`] for another form, or for a day that no calendar has.
    pub fn parse(text: &str) -> Result<Self, NotDate> {
        let mut parts = text.splitn(3, '-');
        let mut number = |digits: usize| {
            let part = parts.next()?;
            let plain = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            if plain { part.parse::<u16>().ok() } else { None }
        };
        let (year, month, day) = (number(4), number(2), number(2));
        let (Some(year), Some(month), Some(day)) = (year, month, day) else { return Err(NotDate) };
        let month = u8::try_from(month).ok().and_then(|month| Month::try_from(month).ok()).ok_or(NotDate)?;
        let day = u8::try_from(day).map_err(|_| NotDate)?;
        time::Date::from_calendar_date(i32::from(year), month, day).map(Self).map_err(|_| NotDate)
    }

    /// The day in UTC of so many milliseconds since 1970; 1970-01-01 for what no calendar reaches.
    pub fn of_millis(millis: i64) -> Self {
        let moment = OffsetDateTime::from_unix_timestamp(millis.div_euclid(1_000));
        Self(moment.unwrap_or(OffsetDateTime::UNIX_EPOCH).date())
    }

    /// Milliseconds since 1970 at the day's beginning in UTC.
    pub fn as_millis(self) -> i64 {
        self.0.midnight().assume_utc().unix_timestamp() * 1_000
    }

    /// So many days later, or earlier; the last or first day that can be written where there is none.
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(time::Duration::days(days)))
    }

    /// Year, month (1 to 12) and day (1 to 31).
    pub fn calendar(self) -> (i32, u8, u8) {
        let (year, month, day) = self.0.to_calendar_date();
        (year, month.into(), day)
    }

    /// 0 for Monday to 6 for Sunday.
    pub fn weekday(self) -> u8 {
        self.0.weekday().number_days_from_monday()
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.calendar();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
