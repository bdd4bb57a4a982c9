//! JSON objects from other systems, decoded value by value.
//!
//! serde_json rejects a whole document for one value (`1e999`, half a surrogate pair, 200 nested lists, invalid UTF-8); here
//! only that value fails. Nothing is replaced, unlike in [`waycore::json`]: a repaired id could be another customer's.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use waycore::json::BYTE_ORDER_MARK;

/// An unpaired surrogate: skipped by every parser, and not readable as a string.
const NO_TEXT: &str = "\\ud800?";

/// Longest value that the log repeats, in characters.
const MAX_SHOWN_CHARS: usize = 200;

/// An object whose values are decoded on access. The last of duplicate names counts.
#[derive(Default)]
pub(crate) struct Object(HashMap<String, Box<RawValue>>);

impl Object {
    /// Takes a document apart; `None` if it is no object.
    pub(crate) fn parse(json: &[u8]) -> Option<Self> {
        serde_json::from_str(&text(json)).ok()
    }

    /// The value of that name as it was written.
    pub(crate) fn get(&self, name: &str) -> Option<&RawValue> {
        self.0.get(name).map(Box::as_ref)
    }

    /// The value of that name, if there is one of this type.
    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.get(name).and_then(read)
    }
}

impl<'de> serde::Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut members = HashMap::new();
                while let Some((name, value)) = map.next_entry::<Box<RawValue>, Box<RawValue>>()? {
                    // A name that is no text is none that is asked for.
                    members.extend(read::<String>(&name).map(|name| (name, value)));
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// A value, if it is one of this type.
pub(crate) fn read<T: DeserializeOwned>(value: &RawValue) -> Option<T> {
    serde_json::from_str(value.get()).ok()
}

/// A value for the log, cut to a readable length and without characters that would change how a line is shown.
pub(crate) fn shown(value: &RawValue) -> String {
    // A value that cannot be read is shown as the text that it is.
    let json = read::<Value>(value).unwrap_or_else(|| value.get().into()).to_string();
    let mut text = String::with_capacity(json.len());
    for char in json.chars() {
        match char {
            '"' | '\'' | '\\' => text.push(char),
            char => text.extend(char.escape_debug()),
        }
    }
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => [&text[..end], "…"].concat(),
        None => text,
    }
}

/// Returns the text of a document. Invalid bytes and control characters inside a string become an invalid escape, so that only
/// that value fails.
pub(crate) fn text(json: &[u8]) -> String {
    let json = json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(json);
    let mut text = String::with_capacity(json.len());
    let (mut is_in_string, mut is_escaped) = (false, false);
    for chunk in json.utf8_chunks() {
        // Outside of a string, too, a zero byte may stand nowhere.
        let damage = (!chunk.invalid().is_empty()).then_some('\0');
        for char in chunk.valid().chars().chain(damage) {
            match char {
                '\0'..' ' if is_in_string => text.push_str(&NO_TEXT[usize::from(is_escaped)..]),
                char => text.push(char),
            }
            (is_in_string, is_escaped) = match (char, is_escaped) {
                ('"', false) => (!is_in_string, false),
                ('\\', false) => (is_in_string, is_in_string),
                _ => (is_in_string, false),
            };
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value that no `Value` can be made of does not hide the one beside it.
    #[test]
    fn an_odd_value_hides_no_other() {
        let deep = ["[".repeat(200), "]".repeat(200)].concat();
        for odd in [
            &b"1e999"[..],
            b"-1e999",
            br#""\ud800""#,
            br#""\udc00\ud800""#,
            br#"{"a":["\ud800"]}"#,
            deep.as_bytes(),
            b"\"\xff\"",
            b"\"\\\xff\"",
            b"\"\xff\\udc00\"",
            b"\"\\ud800\xff\\udc00\"",
            b"\"a\tb\"",
            b"\"a\\\\\tb\"",
            b"\"a\0b\"",
            b"[\"\r\n\"]",
        ] {
            let json = [b"{ \"x\": ", odd, b",\r\n\t\"n\": \"\\\"\xc3\xa9\" }"].concat();
            let object = Object::parse(&json).unwrap_or_else(|| panic!("{}", odd.escape_ascii()));
            assert_eq!(object.read::<String>("n").as_deref(), Some("\"é"), "{}", odd.escape_ascii());
            assert!(object.get("x").is_some(), "{}", odd.escape_ascii());
            assert_eq!(object.read::<String>("x"), None, "{}", odd.escape_ascii());
        }
    }

    #[test]
    fn what_is_json_is_read_as_it_is() {
        let object =
            Object::parse(b"\xef\xbb\xbf{\"a\":1,\"\\u0061\":\"\\ud83d\\ude00\\t\\\\\",\"\\ud800\":1}\n");
        assert_eq!(object.unwrap().read::<String>("a").as_deref(), Some("😀\t\\"), "the last of a name");
        for none in
            [&b""[..], b"[]", b"null", b"{", b"{}{}", b"{\"a\":}", b"{\xff}", b"{}\xff", b"\xef\xbb\xbf"]
        {
            assert!(Object::parse(none).is_none(), "{}", none.escape_ascii());
        }
    }

    #[test]
    fn a_value_is_shown_on_one_line_and_cut() {
        for (json, expected) in [
            (r#" [ "a" ,1 ] "#, r#"["a",1]"#.to_owned()),
            (r#""a\nb\"\u001b[0m""#, r#""a\nb\"\u001b[0m""#.to_owned()),
            ("\"it's \u{202e}é\u{9b}\"", "\"it's \\u{202e}é\\u{9b}\"".to_owned()),
            ("1e999", "\"1e999\"".to_owned()),
            (&format!("\"{}\"", "x".repeat(300)), format!("\"{}…", "x".repeat(199))),
        ] {
            assert_eq!(shown(&serde_json::from_str::<Box<RawValue>>(json).unwrap()), expected);
        }
    }
}
