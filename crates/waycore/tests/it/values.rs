//! Numbers and days as texts.

use serde_json::{Value, json};
use waycore::wire::{Date, Decimal};

#[track_caller]
fn check_decimal(value: Value, expected: bool) {
    assert_eq!(serde_json::from_value::<Decimal>(value.clone()).is_ok(), expected, "{value}");
}

#[test]
fn money_is_a_decimal_number_in_a_text() {
    for text in ["0", "-0", "+7", "0.10", "-1204.50", ".5", "5.", "007.10", "99999999999999999999.123456789"]
    {
        check_decimal(json!(text), true);
    }
    for text in ["", "-", "+", ".", "-.", "1e3", "1,000", "1.2.3", " 1", "1 ", "--1", "+-1", "NaN", "٣"] {
        check_decimal(json!(text), false);
    }
    for value in [json!(1), json!(0.1), json!(null), json!([])] {
        check_decimal(value, false);
    }
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
