//! Request headers that are lists, read element by element.
//!
//! A header may hold any bytes (RFC 9110, section 5.5), and other products on the host set cookies of their own. An element
//! that is no text must not hide the others.

use http::HeaderMap;
use http::header::AsHeaderName;

/// Iterates over the elements of a list, over all lines of the header and without white space around them. Elements that are
/// not UTF-8 are left out.
pub(crate) fn elements(
    headers: &HeaderMap,
    name: impl AsHeaderName,
    separator: u8,
) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter().map(http::HeaderValue::as_bytes);
    let elements = lines.flat_map(move |line| line.split(move |byte| *byte == separator));
    elements.filter_map(|element| std::str::from_utf8(element.trim_ascii()).ok())
}

/// Returns the value of an element's parameter if it has this name, in whatever case (RFC 9110, section 5.6.6).
pub(crate) fn parameter<'a>(parameter: &'a str, name: &str) -> Option<&'a str> {
    let (found, value) = parameter.trim().split_once('=')?;
    found.eq_ignore_ascii_case(name).then_some(value)
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header};

    use super::*;

    #[test]
    fn an_element_that_is_no_text_hides_no_other() {
        for (lines, expected) in [
            (&[][..], &[][..]),
            (&[&b"a, b"[..]], &["a", "b"]),
            (&[b"a,\xe9,b"], &["a", "b"]),
            (&[b"\xff\xfe", b"a"], &["a"]),
            (&["é,a".as_bytes()], &["é", "a"]),
            (&[b"a\t,\t b", b"c"], &["a", "b", "c"]),
            (&[b""], &[""]),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::ACCEPT, HeaderValue::from_bytes(line).unwrap());
            }
            let found: Vec<_> = elements(&headers, header::ACCEPT, b',').collect();
            assert_eq!(found, expected, "{lines:?}");
        }
    }
}
