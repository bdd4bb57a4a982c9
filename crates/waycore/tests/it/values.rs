//! Numbers and days as texts.

use serde_json::{Value, json};
use waycore::wire::{Date, Decimal};

/// What a value is read as; `None` for one that is no decimal number.
#[track_caller]
fn check_decimal(value: Value, expected: Option<&str>) {
    let read = serde_json::from_str::<Decimal>(&value.to_string()).ok();
    assert_eq!(read.as_ref().map(Decimal::as_str), expected, "{value}");
    assert_eq!(serde_json::from_value::<Decimal>(value).ok(), read, "by way of a tree of values");
}

#[test]
fn money_is_read_into_its_plain_form() {
    for (text, plain) in [
        ("0", "0"),
        ("0.10", "0.10"),
        ("-1204.50", "-1204.50"),
        ("99999999999999999999.123456789", "99999999999999999999.123456789"),
        ("-0", "0"),
        ("-0.00", "0.00"),
        ("+0.00", "0.00"),
        ("-.0", "0.0"),
        ("-0.01", "-0.01"),
        ("+7", "7"),
        ("+0.50", "0.50"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("5.", "5"),
        ("-5.", "-5"),
        ("007.10", "7.10"),
        ("-007", "-7"),
        ("0000000000000000000000000000000000000000000000000000000000000000000000001", "1"),
        ("1e3", "1000"),
        ("1E+3", "1000"),
        ("1.5e3", "1500"),
        ("-1.2345e2", "-123.45"),
        ("1.50e1", "15.0"),
        ("12e-1", "1.2"),
        ("12.5e-3", "0.0125"),
        ("-0e5", "0"),
        ("0.0e-2", "0.000"),
    ] {
        check_decimal(json!(text), Some(plain));
    }
    let longest = "9".repeat(64);
    check_decimal(json!(longest), Some(&longest));
}

#[test]
fn what_is_no_decimal_number_is_refused() {
    for text in [
        "",
        "-",
        "+",
        ".",
        "-.",
        "e3",
        "1e",
        "1e+",
        "1e1e1",
        "1e1.5",
        "1e65",
        "1e-65",
        "1e99999999999999999999",
        "1,000",
        "1.2.3",
        " 1",
        "1 ",
        "--1",
        "+-1",
        "NaN",
        "inf",
        "Infinity",
        "0x10",
        "1_000",
        "٣",
        "−1",
        "$1",
    ] {
        check_decimal(json!(text), None);
    }
    check_decimal(json!("9".repeat(65)), None);
    check_decimal(json!(format!("0.{}", "1".repeat(65))), None);
    for value in [json!(null), json!([]), json!({}), json!(true)] {
        check_decimal(value, None);
    }
}

#[test]
fn a_number_that_is_no_text_counts_if_it_has_lost_nothing() {
    check_decimal(json!(1), Some("1"));
    check_decimal(json!(-12), Some("-12"));
    check_decimal(json!(u64::MAX), Some("18446744073709551615"));
    check_decimal(json!(0.1), Some("0.1"));
    check_decimal(json!(-1204.5), Some("-1204.5"));
    check_decimal(json!(1234567890123.45), Some("1234567890123.45"));
    check_decimal(json!(1e30), None);
    check_decimal(json!(0.1234567890123456), None);
}

#[track_caller]
fn check_hundredths(hundredths: i64, text: &str, negative: bool) {
    let decimal = Decimal::from_hundredths(hundredths);
    assert_eq!((decimal.as_str(), decimal.is_negative()), (text, negative));
}

#[test]
fn hundredths_are_written_with_two_digits() {
    check_hundredths(0, "0.00", false);
    check_hundredths(5, "0.05", false);
    check_hundredths(-5, "-0.05", true);
    check_hundredths(-120_450, "-1204.50", true);
    check_hundredths(i64::MIN, "-92233720368547758.08", true);
    assert!(!Decimal::parse("-0.00").expect("a number").is_negative());
}

#[track_caller]
fn check_date(text: &str, expected: bool) {
    let date = Date::parse(text);
    assert_eq!(date.is_ok(), expected, "{text}");
    assert!(date.is_err() || date.is_ok_and(|date| date.to_string() == text), "{text}");
}

#[test]
fn a_day_is_one_of_the_calendar() {
    for text in ["2026-03-04", "2024-02-29", "0000-01-01", "9999-12-31"] {
        check_date(text, true);
    }
    for text in [
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-1-1",
        "20260304",
        "2026-03-04T00:00:00Z",
        "",
        "-1-01-01",
    ] {
        check_date(text, false);
    }
    let day = Date::parse("2026-03-01").expect("a day");
    assert_eq!(day.plus_days(-1).to_string(), "2026-02-28");
    assert_eq!(Date::of_millis(day.as_millis() - 1), day.plus_days(-1));
    assert_eq!((day.calendar(), day.weekday()), ((2026, 3, 1), 6));
}
