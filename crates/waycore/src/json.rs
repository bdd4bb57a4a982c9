//! Lossy decoding of JSON text.

use std::borrow::Cow;

/// What some editors and gateways put before a text: U+FEFF in UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// U+FFFD, escaped.
const REPLACEMENT: &str = "\\ufffd";

/// Replaces invalid UTF-8 and unpaired surrogates (`"\ud83d"`) by U+FFFD, and control characters in strings by spaces. Borrowed
/// if nothing was replaced.
pub fn readable(body: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(body);
    match mended(&text) {
        Some(mended) => Cow::Owned(mended),
        None => text,
    }
}

/// `None` if there is nothing to replace.
fn mended(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut mended = String::new();
    let (mut at, mut copied, mut is_inside) = (0, 0, false);
    while let Some(byte) = bytes.get(at) {
        let (length, instead) = match byte {
            b'"' => {
                is_inside = !is_inside;
                (1, None)
            }
            b'\\' if is_inside => escape(bytes.get(at..)?),
            0..b' ' if is_inside => (1, Some(" ")),
            _ => (1, None),
        };
        if let Some(instead) = instead {
            mended.push_str(text.get(copied..at)?);
            mended.push_str(instead);
            copied = at + length;
        }
        at += length;
    }
    mended.push_str(text.get(copied..)?);
    (copied > 0).then_some(mended)
}

/// How many bytes are an escape, and what is to stand in its place.
fn escape(bytes: &[u8]) -> (usize, Option<&'static str>) {
    let second = || bytes.get(6..).and_then(unit);
    match unit(bytes) {
        None => (2, None),
        Some(0xD800..0xDC00) if matches!(second(), Some(0xDC00..0xE000)) => (12, None),
        Some(0xD800..0xE000) => (6, Some(REPLACEMENT)),
        Some(_) => (6, None),
    }
}

/// The number of `\u0041`, if that is how these bytes begin.
fn unit(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_text_may_hold_is_replaced_and_nothing_else() {
        for (body, expected) in [
            (b"{\"a\":\"B\xe4nk\"}".as_slice(), "{\"a\":\"B\u{fffd}nk\"}"),
            (b"\xff\xfe", "\u{fffd}\u{fffd}"),
            (b"{\n\t\"a\":\r\n\"b\nc\td\x00\x1f\"\n}", "{\n\t\"a\":\r\n\"b c d  \"\n}"),
            (
                br#"["\ud83d","\ud83dx","\ude00","\ud83d\ud83d\ude00"]"#,
                r#"["\ufffd","\ufffdx","\ufffd","\ufffd\ud83d\ude00"]"#,
            ),
            (br#"["\uD83D\n","\\ud83d","\\\uDFFF"]"#, r#"["\ufffd\n","\\ud83d","\\\ufffd"]"#),
            (b"[\"\\\"\x01\"]", "[\"\\\" \"]"),
        ] {
            let text = readable(body);
            assert_eq!(text, expected);
            assert_eq!(readable(text.as_bytes()), expected, "and then there is nothing left");
        }
        for same in [
            "",
            "{}",
            r#"{"a":"\ud83d\ude00 \u00e9 \\ \" \/ \n","b":1e999}"#,
            "[\r\n\t\"\u{1F600}\u{7f}\u{2028}\"]",
            r#"["\u12"#,
            r#"["\"#,
            "[\"\\\u{1F600}",
        ] {
            assert!(matches!(readable(same.as_bytes()), Cow::Borrowed(text) if text == same), "{same}");
        }
    }
}
