//! A point in time as Waycore writes it.

use serde::{Deserialize, Deserializer, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// An RFC 3339 date-time that keeps the text it came with, so that it is written back unchanged.
///
/// The documents type every time as `date-time` and print `2023-11-07T05:31:56Z`; neither the precision nor
/// the offset is promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct DateTime {
    text: String,
    #[serde(skip)]
    millis: i64,
}

/// The text is not an RFC 3339 date-time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 date-time")]
pub struct NotRfc3339;

impl DateTime {
    /// Reads an RFC 3339 date-time of any offset and precision.
    ///
    /// # Errors
    /// [`NotRfc3339`] for every other text.
    pub fn parse(text: impl Into<String>) -> Result<Self, NotRfc3339> {
        let text = text.into();
        let moment = OffsetDateTime::parse(&text, &Rfc3339).map_err(|_| NotRfc3339)?;
        Ok(Self { text, millis: millis_of(moment) })
    }

    /// The date-time of so many milliseconds since 1970, in UTC; the years 0 to 9999 can be written, anything
    /// beyond them becomes 1970.
    pub fn from_millis(millis: i64) -> Self {
        let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        match moment.format(&Rfc3339) {
            Ok(text) => Self { text, millis: millis_of(moment) },
            Err(_) => Self { text: "1970-01-01T00:00:00Z".to_owned(), millis: 0 },
        }
    }

    /// Milliseconds since 1970; finer digits are cut off.
    pub fn as_millis(&self) -> i64 {
        self.millis
    }

    /// The text on the wire.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(text).map_err(serde::de::Error::custom)
    }
}

fn millis_of(moment: OffsetDateTime) -> i64 {
    moment.unix_timestamp() * 1_000 + i64::from(moment.millisecond())
}
