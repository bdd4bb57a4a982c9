//! Money as Waycore writes it: a signed decimal number in a text (documents: ref/accounts/get-account).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// A signed decimal number that keeps the text it came with. It is never a float: `0.10` stays `0.10`.
///
/// The documents' pattern is `^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$`: an optional sign, then digits with at most one
/// point, and at least one digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Decimal(String);

/// The text is not a decimal number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number")]
pub struct NotDecimal;

impl Decimal {
    /// Reads a number in the documents' form.
    ///
    /// # Errors
    /// [`NotDecimal`] for every other text: spaces, exponents, thousands separators, two points.
    pub fn parse(text: impl Into<String>) -> Result<Self, NotDecimal> {
        let text = text.into();
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let some = !whole.is_empty() || !fraction.is_empty();
        if some && digits(whole) && digits(fraction) { Ok(Self(text)) } else { Err(NotDecimal) }
    }

    /// The number of so many hundredths, such as `-12.05` for -1205.
    pub fn from_hundredths(hundredths: i64) -> Self {
        let sign = if hundredths < 0 { "-" } else { "" };
        let amount = hundredths.unsigned_abs();
        Self(format!("{sign}{}.{:02}", amount / 100, amount % 100))
    }

    /// The text on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for a number below zero; `-0.00` is not.
    pub fn is_negative(&self) -> bool {
        self.0.starts_with('-') && self.0.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    /// A JSON number is refused: by the time it is read it may have lost digits.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(text).map_err(serde::de::Error::custom)
    }
}
