//! Signatures of deliveries: those that others made, those that are wrong, and whatever else may come.

use std::time::Duration;

use proptest::prelude::*;
use secrecy::SecretString;
use serde::Deserialize;
use waycore::webhook::{SignatureError, TOLERANCE, sign, verify};

const SECRET: &str = "whsec_0123456789abcdef";
const NOW: i64 = 1_772_625_600;
const BODY: &[u8] = br#"{"id":"evt_abc123","type":"test"}"#;

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

/// Made by other programs: see the file's own note.
#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    secret: String,
    timestamp: i64,
    #[serde(rename = "bodyHex")]
    body_hex: String,
    signature: String,
}

#[test]
fn signatures_that_others_made_are_ours_too() {
    let text = include_str!("../vectors/webhook-signatures.json");
    let vectors: Vectors = serde_json::from_str(text).expect("vectors");
    assert!(vectors.cases.len() >= 10);
    for Vector { secret: key, timestamp, body_hex, signature } in vectors.cases {
        let digits: Vec<char> = body_hex.chars().collect();
        let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).expect("hex");
        let body: Vec<u8> = digits.chunks(2).map(byte).collect();
        let header = format!("t={timestamp},v1={signature}");
        assert_eq!(sign(&secret(&key), timestamp, &body), header);
        assert_eq!(verify(&body, &header, &[secret(&key)], timestamp, TOLERANCE), Ok(()));
    }
}

#[track_caller]
fn check(header: &str, expected: Result<(), SignatureError>) {
    assert_eq!(verify(BODY, header, &[secret(SECRET)], NOW, TOLERANCE), expected, "{header}");
}

#[test]
fn a_header_is_read_generously_and_believed_strictly() {
    use SignatureError::{Malformed, Wrong};
    let good = sign(&secret(SECRET), NOW, BODY);
    let v1 = good.split_once(",v1=").expect("two parts").1.to_owned();
    let other = "0".repeat(64);
    check(&good, Ok(()));
    check(&format!("v1={v1},t={NOW}"), Ok(()));
    check(&format!(" t={NOW} , v1={v1} "), Ok(()));
    check(&format!("t={NOW},v1={}", v1.to_uppercase()), Ok(()));
    check(&format!("t={NOW},v1={other},v1={v1}"), Ok(()));
    check(&format!("t={NOW},v0=old,scheme=new,v1={v1},nonsense"), Ok(()));
    check(&format!("t={NOW},v1={other}"), Err(Wrong));
    check(&format!("t={},v1={v1}", NOW + 1), Err(Wrong));
    check(&format!("t=0{NOW},v1={v1}"), Err(Wrong));
    check(&format!("t={NOW},t={NOW},v1={v1}"), Err(Malformed));
    for header in
        ["", "t=,v1=", "v1=abc", &format!("t={NOW}"), &format!("v1={v1}"), &format!("t=+{NOW},v1={v1}")]
    {
        check(header, Err(Malformed));
    }
    for text in ["abc", &v1[1..], &format!("{v1}0"), &"é".repeat(32), &"g".repeat(64)] {
        check(&format!("t={NOW},v1={text}"), Err(Malformed));
    }
    check(&format!("t=99999999999999999999,v1={v1}"), Err(Malformed));
    check(&format!("t={NOW},{}v1={v1}", "x=y,".repeat(2_000)), Err(Malformed));
}

#[test]
fn any_byte_of_the_body_counts() {
    let header = sign(&secret(SECRET), NOW, BODY);
    for place in 0..BODY.len() {
        let mut body = BODY.to_vec();
        body[place] ^= 1;
        assert_eq!(
            verify(&body, &header, &[secret(SECRET)], NOW, TOLERANCE),
            Err(SignatureError::Wrong),
            "byte {place}"
        );
    }
}

#[test]
fn one_of_several_secrets_is_enough() {
    let header = sign(&secret("new"), NOW, BODY);
    let believed = |secrets: &[&str]| {
        let secrets: Vec<SecretString> = secrets.iter().map(|text| secret(text)).collect();
        verify(BODY, &header, &secrets, NOW, TOLERANCE).is_ok()
    };
    assert!(believed(&["new"]) && believed(&["old", "new"]) && believed(&["new", "old"]));
    assert!(!believed(&["old"]) && !believed(&[]) && !believed(&[""]));
}

#[test]
fn five_minutes_off_is_the_end_of_belief() {
    let limit = i64::try_from(TOLERANCE.as_secs()).expect("small");
    for (offset, expected) in [
        (0, Ok(())),
        (limit, Ok(())),
        (-limit, Ok(())),
        (limit + 1, Err(SignatureError::Stale)),
        (-limit - 1, Err(SignatureError::Stale)),
    ] {
        let header = sign(&secret(SECRET), NOW + offset, BODY);
        assert_eq!(verify(BODY, &header, &[secret(SECRET)], NOW, TOLERANCE), expected, "{offset}");
    }
}

#[test]
fn no_time_is_too_far_to_be_compared() {
    let limits = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX];
    for time in limits {
        let header = sign(&secret(SECRET), time, BODY);
        for now in limits {
            let near = now.abs_diff(time) <= TOLERANCE.as_secs();
            let result = verify(BODY, &header, &[secret(SECRET)], now, TOLERANCE);
            assert_eq!(result.is_ok(), near, "{time} seen at {now}");
            assert!(verify(BODY, &header, &[secret(SECRET)], now, Duration::MAX).is_ok());
        }
    }
}

proptest! {
    #[test]
    fn no_input_panics_and_none_is_believed(header in ".{0,200}", body in any::<Vec<u8>>(), now in any::<i64>()) {
        prop_assert!(verify(&body, &header, &[secret(SECRET)], now, TOLERANCE).is_err());
    }

    #[test]
    fn no_header_of_the_right_shape_panics(time in any::<i64>(), hex in "[0-9a-f]{64}", now in any::<i64>()) {
        let header = format!("t={time},v1={hex}");
        prop_assert!(verify(BODY, &header, &[secret(SECRET)], now, TOLERANCE).is_err());
    }

    #[test]
    fn what_is_signed_is_believed(body in any::<Vec<u8>>(), key in ".{1,80}", time in any::<i64>()) {
        let header = sign(&secret(&key), time, &body);
        prop_assert!(verify(&body, &header, &[secret(&key)], time, TOLERANCE).is_ok());
    }
}
