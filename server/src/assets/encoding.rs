//! Which compressed form of a file a browser takes.

use http::{HeaderMap, header};

use crate::headers::{elements, parameter};

/// The forms in which a file can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    /// What the sibling's name ends with.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Identity => "",
        }
    }

    /// As in `Content-Encoding`; a file as it is has none.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }
}

/// The compressed forms that the request takes, smallest first.
pub(super) fn accepted(headers: &HeaderMap) -> impl Iterator<Item = Encoding> {
    [Encoding::Brotli, Encoding::Gzip].into_iter().filter(|encoding| takes(headers, *encoding))
}

fn takes(headers: &HeaderMap, encoding: Encoding) -> bool {
    elements(headers, header::ACCEPT_ENCODING, b',').any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let refused = parameter(weight, "q").is_some_and(|q| q.parse() == Ok(0.0_f32));
        encoding.name().is_some_and(|known| name.trim().eq_ignore_ascii_case(known)) && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &[Encoding]) {
        let mut headers = HeaderMap::new();
        // Next to an element that is no text.
        let line = [line.as_bytes(), b", \xe9"].concat();
        headers.insert(header::ACCEPT_ENCODING, http::HeaderValue::from_bytes(&line).unwrap());
        let line = String::from_utf8_lossy(&line);
        assert_eq!(accepted(&headers).collect::<Vec<_>>(), expected, "{line}");
    }

    #[test]
    fn what_the_browser_says_counts() {
        use Encoding::{Brotli, Gzip};
        check("gzip, deflate, br, zstd", &[Brotli, Gzip]);
        check("gzip", &[Gzip]);
        check("GZIP;q=0.5, br;q=0", &[Gzip]);
        check("br; q=0.000", &[]);
        check("br;Q=0, gzip; Q=0.5", &[Gzip]);
        check("br;q=1", &[Brotli]);
        check("identity", &[]);
        check("", &[]);
        check("brotli", &[]);
    }
}
