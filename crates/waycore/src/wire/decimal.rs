//! Money as Waycore writes it: a signed decimal number in a text (documents: ref/accounts/get-account).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

/// The most digits of a number, on both sides of its point. No sum of money has more.
const MAX_DIGITS: usize = 64;

/// A JSON number of so many digits is the same after it was read as a float; one of more may have lost some.
const FLOAT_DIGITS: usize = 15;

/// A signed decimal number in its plain form: `-1204.50`. It is never a float: `0.10` stays `0.10`.
///
/// The documents' pattern is `^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$`: an optional sign, then digits with at most one point, and at
/// least one digit. What that allows and no person writes is put into the plain form when it is read: `+0.50`, `-0.00`,
/// `5.`, `.5`, `007`. So is an exponent, which the pattern does not allow.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Decimal(String);

/// The text is not a decimal number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number")]
pub struct NotDecimal;

impl Decimal {
    /// Reads a number of at most 64 digits and gives it its plain form.
    ///
    /// # Errors
    /// [`NotDecimal`] for every other text: spaces, thousands separators, two points.
    pub fn parse(text: impl AsRef<str>) -> Result<Self, NotDecimal> {
        plain(text.as_ref()).map(Self).ok_or(NotDecimal)
    }

    /// The number of so many hundredths, such as `-12.05` for -1205.
    pub fn from_hundredths(hundredths: i64) -> Self {
        let sign = if hundredths < 0 { "-" } else { "" };
        let amount = hundredths.unsigned_abs();
        Self(format!("{sign}{}.{:02}", amount / 100, amount % 100))
    }

    /// The plain form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for a number below zero.
    pub fn is_negative(&self) -> bool {
        self.0.starts_with('-')
    }
}

/// The plain form of a number: no plus, no minus before zero, no zero before another digit of the whole part, a digit on
/// each side of a point, and no exponent. Digits after the point stay, zeros included.
fn plain(text: &str) -> Option<String> {
    let (unsigned, negative) = match text.strip_prefix('-') {
        Some(unsigned) => (unsigned, true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, power_of_ten(exponent)?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !are_digits(whole) || !are_digits(fraction) {
        return None;
    }
    let (whole, fraction) = shifted(whole.trim_start_matches('0'), fraction, exponent)?;
    let whole = whole.trim_start_matches('0');
    let is_zero = whole.is_empty() && fraction.bytes().all(|byte| byte == b'0');
    let sign = if negative && !is_zero { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    Some([sign, whole, point, &fraction].concat())
}

/// The digits before and after the point, once that was moved to the right by so many digits.
fn shifted(whole: &str, fraction: &str, by: isize) -> Option<(String, String)> {
    if whole.len() + fraction.len() + by.unsigned_abs() > MAX_DIGITS {
        return None;
    }
    let before = "0".repeat(by.min(0).unsigned_abs());
    let after = "0".repeat(by.max(0).unsigned_abs());
    let digits = [&before, whole, fraction, &after].concat();
    let point = (before.len() + whole.len()).checked_add_signed(by)?;
    let (whole, rest) = digits.split_at_checked(point)?;
    // A point that was moved to the right past the digits needs none of the zeros that were put there for it.
    let surplus = usize::try_from(by).unwrap_or(0).min(rest.len());
    Some((whole.to_owned(), rest.get(..rest.len() - surplus)?.to_owned()))
}

fn power_of_ten(text: &str) -> Option<isize> {
    let power: isize = text.parse().ok()?;
    (power.unsigned_abs() <= MAX_DIGITS).then_some(power)
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    /// Reads a text, or a JSON number that cannot have lost digits by the time it is read.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl de::Visitor<'_> for Reader {
    type Value = Decimal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
        Decimal::parse(text).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Decimal, E> {
        Decimal::parse(number.to_string()).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Decimal, E> {
        Decimal::parse(number.to_string()).map_err(E::custom)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Decimal, E> {
        let decimal = Decimal::parse(number.to_string()).map_err(E::custom)?;
        let digits = decimal.0.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count();
        if digits <= FLOAT_DIGITS { Ok(decimal) } else { Err(E::custom(NotDecimal)) }
    }
}
