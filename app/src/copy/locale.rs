//! Which language a person reads, and how numbers and days are written for them.
//!
//! The language travels with the task that answers a request, as a tracing span does: whatever is said on the way, by a
//! page or by a refusal deep below it, is said in that language.

use std::{iter::Peekable, str::FromStr as _};

use icu_calendar::Iso;
use icu_datetime::{
    DateTimeFormatter, DateTimeFormatterPreferences,
    fieldsets::{YM, YMD, YMDT},
    input::{Date, DateTime, Time},
    options::TimePrecision,
};
use icu_decimal::{DecimalFormatter, input::Decimal};
use icu_locale_core::{
    LanguageIdentifier, langid,
    preferences::extensions::unicode::keywords::CalendarAlgorithm,
    subtags::{self, Region, Script},
};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// A language with a complete catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    Spanish,
}

impl Language {
    /// The language of a code of two or three letters (ISO 639).
    fn of_code(code: &str) -> Option<Self> {
        match code.to_ascii_lowercase().as_str() {
            "en" | "eng" => Some(Self::English),
            "es" | "spa" => Some(Self::Spanish),
            _ => None,
        }
    }

    /// As `<html dir>` has it; the styles follow from it.
    pub fn direction(self) -> &'static str {
        match self {
            Self::English | Self::Spanish => "ltr",
        }
    }

    /// As `<html lang>` and receipts name it.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }
}

/// A language with the habits of a region: `es-MX` writes 1,234.50 where `es` writes 1.234,50.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale {
    language: Language,
    tag: LanguageIdentifier,
}

tokio::task_local! {
    static LOCALE: Locale;
}

impl Locale {
    /// Reads language, script and region of a BCP 47 tag or of a POSIX name (`es-MX`, `es_MX.UTF-8`, `es@euro`). The rest, such
    /// as another calendar or other digits, is ignored. `None` without a language that has a catalogue.
    pub fn read(tag: &str) -> Option<Self> {
        let name = tag.trim().split(['.', '@']).next()?;
        let mut subtags = name.split(['-', '_']).peekable();
        let language = Language::of_code(subtags.next()?)?;
        let tag = LanguageIdentifier {
            language: subtags::Language::try_from_str(language.code()).ok()?,
            script: next_if_ok(&mut subtags, Script::try_from_str),
            region: next_if_ok(&mut subtags, Region::try_from_str),
            ..LanguageIdentifier::UNKNOWN
        };
        Some(Self { language, tag })
    }

    /// The first of somebody's wishes that can be met.
    pub fn choose<'a>(wishes: impl IntoIterator<Item = &'a str>) -> Self {
        wishes.into_iter().find_map(Self::read).unwrap_or_default()
    }

    /// As `<html lang>` has it.
    pub fn tag(&self) -> String {
        self.tag.to_string()
    }

    /// How days are written: in the calendar that Waycore's dates are in, where the region's habit may be another.
    fn dates(&self) -> DateTimeFormatterPreferences {
        let mut preferences = DateTimeFormatterPreferences::from(&self.tag);
        preferences.calendar_algorithm = Some(CalendarAlgorithm::Gregory);
        preferences
    }
}

/// Takes the next subtag if it can be parsed.
fn next_if_ok<'a, T, E>(
    subtags: &mut Peekable<impl Iterator<Item = &'a str>>,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    let parsed = parse(subtags.peek()?).ok()?;
    subtags.next();
    Some(parsed)
}

impl Default for Locale {
    fn default() -> Self {
        Self { language: Language::English, tag: langid!("en") }
    }
}

/// Answers in a locale.
pub async fn speaking<F: Future>(locale: Locale, answer: F) -> F::Output {
    LOCALE.scope(locale, answer).await
}

/// The locale in which the present request is answered.
pub fn current() -> Locale {
    LOCALE.try_with(Clone::clone).unwrap_or_default()
}

/// The language in which the present request is answered.
pub fn language() -> Language {
    LOCALE.try_with(|locale| locale.language).unwrap_or(Language::English)
}

/// Currencies whose amounts have no decimals by ISO 4217, and those that have three; all others have two.
const WHOLE: [&str; 17] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
    "XOF", "XPF",
];
const IN_THOUSANDTHS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// An amount with its currency, `1,234.50 EUR`: with the decimals of the currency, and with more only where they are not
/// zero. Text that is no number stays as it is.
pub fn amount(decimal: &str, currency: &str) -> String {
    let decimals = if WHOLE.contains(&currency) {
        0
    } else if IN_THOUSANDTHS.contains(&currency) {
        3
    } else {
        2
    };
    [written(decimal, Some(decimals)), currency.to_owned()].join("\u{a0}")
}

/// A number that is no amount by itself, as the scale of a chart has them: with the decimals that it was given.
pub fn number(decimal: &str) -> String {
    written(decimal, None)
}

fn written(decimal: &str, decimals: Option<i16>) -> String {
    let formatted = Decimal::from_str(decimal).ok().and_then(|mut value| {
        if let Some(decimals) = decimals {
            // Leaves every digit that is not zero.
            value.absolute.pad_end(-decimals);
        }
        let formatter = DecimalFormatter::try_new((&current().tag).into(), Default::default()).ok()?;
        Some(formatter.format(&value).to_string())
    });
    formatted.unwrap_or_else(|| decimal.to_owned())
}

/// A day given as `YYYY-MM-DD`: `31 Jan 2026`.
pub fn day(iso: &str) -> String {
    let formatted = date(iso).and_then(|date| {
        let formatter = DateTimeFormatter::try_new(current().dates(), YMD::medium()).ok()?;
        Some(formatter.format(&date).to_string())
    });
    formatted.unwrap_or_else(|| iso.to_owned())
}

/// A month given as `YYYY-MM`: `Jan 2026`.
pub fn month(iso: &str) -> String {
    let formatted = date(&[iso, "-01"].concat()).and_then(|date| {
        let formatter = DateTimeFormatter::try_new(current().dates(), YM::medium()).ok()?;
        Some(formatter.format(&date).to_string())
    });
    formatted.unwrap_or_else(|| iso.to_owned())
}

fn date(iso: &str) -> Option<Date<Iso>> {
    let mut parts = iso.splitn(3, '-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    Date::try_new_iso(year, month, parts.next()?.parse().ok()?).ok()
}

/// A moment given as RFC 3339, to the minute, in UTC: the browser alone knows the person's own time.
pub fn moment(at: &str) -> Option<String> {
    let utc = OffsetDateTime::parse(at, &Rfc3339).ok()?.to_offset(UtcOffset::UTC);
    let date = Date::try_new_iso(utc.year(), u8::from(utc.month()), utc.day()).ok()?;
    let time = Time::try_new(utc.hour(), utc.minute(), 0, 0).ok()?;
    let fields = YMDT::medium().with_time_precision(TimePrecision::Minute);
    let formatter = DateTimeFormatter::try_new(current().dates(), fields).ok()?;
    Some([formatter.format(&DateTime { date, time }).to_string(), "UTC".to_owned()].join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: PartialEq + std::fmt::Debug>(tag: &str, said: impl FnOnce() -> T, expected: T) {
        let locale = Locale::read(tag).expect(tag);
        assert_eq!(LOCALE.sync_scope(locale, said), expected, "{tag}");
    }

    #[test]
    fn the_first_wish_that_can_be_met_is_met() {
        for (wishes, expected) in [
            (&["es-MX", "en"][..], "es-MX"),
            (&["fr", "es", "en"], "es"),
            (&["fr", "*"], "en"),
            (&["", "not a tag"], "en"),
            (&["*", "_", "es_MX"], "es-MX"),
            (&[], "en"),
        ] {
            assert_eq!(Locale::choose(wishes.iter().copied()).tag(), expected, "{wishes:?}");
        }
    }

    #[test]
    fn language_script_and_region_are_read_and_nothing_else() {
        for (tag, expected) in [
            ("es-MX", Some("es-MX")),
            ("ES-mx", Some("es-MX")),
            ("es_MX", Some("es-MX")),
            ("es_MX.UTF-8", Some("es-MX")),
            ("es_MX.utf8@euro", Some("es-MX")),
            ("es@euro", Some("es")),
            ("es.UTF-8", Some("es")),
            ("es-ES_tradnl", Some("es-ES")),
            ("en_US_POSIX", Some("en-US")),
            ("es-419", Some("es-419")),
            ("es-Latn-MX", Some("es-Latn-MX")),
            ("es_Latn", Some("es-Latn")),
            ("es-MX-u-nu-arab", Some("es-MX")),
            ("es-u-nu-arab", Some("es")),
            ("en-u-ca-buddhist", Some("en")),
            ("en-GB-u-hc-h12-x-private", Some("en-GB")),
            ("en-t-es-m0-true", Some("en")),
            ("ca-ES-valencia", None),
            ("en-GB-oxendict", Some("en-GB")),
            ("es-x-mine", Some("es")),
            ("es-", Some("es")),
            ("es-MX-", Some("es-MX")),
            ("es-!!-MX", Some("es")),
            ("es-MX-averylongsubtagindeed", Some("es-MX")),
            (" es-MX\n", Some("es-MX")),
            ("spa-MX", Some("es-MX")),
            ("eng", Some("en")),
            ("es-é", Some("es")),
            ("fr-FR", None),
            ("C", None),
            ("C.UTF-8", None),
            ("POSIX", None),
            ("und", None),
            ("x-es", None),
            ("-es", None),
            ("español", None),
            ("", None),
            ("@", None),
            ("-", None),
            ("zz-ZZ", None),
            ("ES-419", Some("es-419")),
            (&"es-MX-".repeat(2_000), Some("es-MX")),
            (&"x".repeat(10_000), None),
        ] {
            assert_eq!(Locale::read(tag).map(|locale| locale.tag()).as_deref(), expected, "{tag:?}");
        }
    }

    #[test]
    fn neither_an_extension_nor_a_region_changes_digits_or_calendars() {
        for tag in
            ["en-u-nu-arab", "en-US-u-ca-buddhist", "en-TH", "en-IR", "en-AF", "en-SA", "en-u-ca-japanese"]
        {
            check(tag, || day("2026-01-31").contains("2026"), true);
            check(tag, || month("2026-01").contains("2026"), true);
            check(tag, || moment("2026-01-31T12:00:00Z").is_some_and(|at| at.contains("2026")), true);
            check(tag, || amount("1234.5", "EUR"), "1,234.50\u{a0}EUR".to_owned());
        }
    }

    #[test]
    fn amounts_are_written_as_the_region_writes_them() {
        let amount = || amount("-1234567.5", "EUR");
        check("en", amount, "-1,234,567.50\u{a0}EUR".to_owned());
        check("es", amount, "-1.234.567,50\u{a0}EUR".to_owned());
        check("es-MX", amount, "-1,234,567.50\u{a0}EUR".to_owned());
        check("en", || super::amount("much", "EUR"), "much\u{a0}EUR".to_owned());
    }

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        for (decimal, currency, expected) in [
            ("0", "EUR", "0.00"),
            ("30", "EUR", "30.00"),
            ("1000.0", "EUR", "1,000.00"),
            ("-0.5", "USD", "-0.50"),
            ("1200", "JPY", "1,200"),
            ("1200.00", "JPY", "1,200"),
            ("0.00", "XOF", "0"),
            ("1.5", "KWD", "1.500"),
            ("0", "TND", "0.000"),
            // Nothing that counts is lost.
            ("0.1234", "EUR", "0.1234"),
            ("0.12300", "EUR", "0.123"),
            ("12.50", "JPY", "12.5"),
            ("1.23456", "KWD", "1.23456"),
            // One that nobody has heard of.
            ("7", "ABC", "7.00"),
        ] {
            check("en", || amount(decimal, currency), [expected, currency].join("\u{a0}"));
        }
    }

    #[test]
    fn a_number_keeps_the_decimals_that_it_was_given() {
        for (decimal, expected) in
            [("50000", "50,000"), ("0.00", "0.00"), ("-1.50", "-1.50"), ("much", "much")]
        {
            check("en", || number(decimal), expected.to_owned());
        }
    }

    #[test]
    fn days_are_written_as_the_region_writes_them() {
        check("en", || day("2026-01-31"), "Jan 31, 2026".to_owned());
        check("en-GB", || day("2026-01-31"), "31 Jan 2026".to_owned());
        check("es", || day("2026-01-31"), "31 ene 2026".to_owned());
        check("es", || day("soon"), "soon".to_owned());
        check("en", || month("2026-01"), "Jan 2026".to_owned());
    }

    #[test]
    fn moments_are_told_in_utc() {
        check("en-GB", || moment("2026-01-31T23:30:00-02:00"), Some("1 Feb 2026, 01:30 UTC".to_owned()));
        check("en", || moment("then"), None);
    }
}
