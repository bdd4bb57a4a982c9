//! Reading and writing the few cookies that the server has.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::headers::elements;

/// Iterates over the values of the cookies of a name, without the quotes that may stand around one (RFC 6265, section 4.1.1).
/// A browser sends several where they were set for several paths or domains, so a caller takes the first that proves to be its
/// own.
pub fn all<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    elements(headers, header::COOKIE, b';')
        .filter_map(|pair| pair.split_once('='))
        .filter(move |(found, _)| *found == name)
        .map(|(_, value)| value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value))
}

/// The name by which a browser takes a cookie from https alone, and for the whole host from no other host of the domain.
pub fn prefixed(name: &str, path: &str, is_secure: bool) -> String {
    let prefix = match (is_secure, path) {
        (true, "/") => "__Host-",
        (true, _) => "__Secure-",
        (false, _) => "",
    };
    [prefix, name].concat()
}

/// A cookie that scripts cannot read and other sites cannot send along with a change.
#[derive(Debug, Clone, Copy)]
pub struct SetCookie<'a> {
    /// Its name.
    pub name: &'a str,
    /// Only characters that need no quoting, such as [`Signer::sign`](crate::signed::Signer::sign) gives.
    pub value: &'a str,
    /// The mount's own path: two mounts on one host never see each other's.
    pub path: &'a str,
    /// How long the browser keeps it; 0 removes it.
    pub max_age_seconds: u64,
    /// Whether it travels over https only.
    pub secure: bool,
}

impl SetCookie<'_> {
    /// The header to send; none when a part holds characters that no header may.
    pub fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        let Self { name, value, path, max_age_seconds, secure } = self;
        let secure = if *secure { "; Secure" } else { "" };
        let text =
            format!("{name}={value}; Path={path}; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::from_str(&text).ok().map(|value| (header::SET_COOKIE, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&[u8]], expected: &[&str]) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        assert_eq!(all(&headers, "name").collect::<Vec<_>>(), expected, "{lines:?}");
    }

    #[test]
    fn finds_cookies_by_their_exact_name() {
        check(&[], &[]);
        check(&[b"name=value"], &["value"]);
        check(&[b"a=1; name=value; b=2"], &["value"]);
        check(&[b"a=1", b"name=value"], &["value"]);
        check(&[b"name=a=b"], &["a=b"]);
        check(&[b"xname=1; names=2; NAME=3"], &[]);
        check(&[b"name"], &[]);
        check(&[b"name=; name=old", b"name=new"], &["", "old", "new"]);
        for (sent, value) in [
            (r#"name="value""#, "value"),
            (r#"name="""#, ""),
            (r#"name="a"b""#, r#"a"b"#),
            (r#"name=""a"""#, r#""a""#),
            (r#"name=""#, r#"""#),
            (r#"name="value"#, r#""value"#),
            (r#"name=value""#, r#"value""#),
        ] {
            check(&[sent.as_bytes()], &[value]);
        }
    }

    #[test]
    fn a_cookie_of_another_product_hides_none() {
        check(&["promo=é; name=value".as_bytes()], &["value"]);
        check(&[b"promo=\xe9; name=value"], &["value"]);
        check(&[b"name=value; promo=\xff\xfe\x80"], &["value"]);
        check(&[b"pr\xe9mo=1;name=value"], &["value"]);
        check(&[b"\xff", b"name=value"], &["value"]);
        check(&[b"name=\xff; name=value"], &["value"]);
    }

    #[test]
    fn a_secure_cookie_has_the_prefix_that_its_path_allows() {
        for (path, is_secure, name) in [
            ("/", true, "__Host-name"),
            ("/banks", true, "__Secure-name"),
            ("/", false, "name"),
            ("/banks", false, "name"),
        ] {
            assert_eq!(prefixed("name", path, is_secure), name);
        }
    }

    #[test]
    fn writes_what_keeps_it_to_this_mount() {
        let cookie = SetCookie { name: "n", value: "v", path: "/bank", max_age_seconds: 60, secure: true };
        let (_, value) = cookie.header().unwrap();
        assert_eq!(value, "n=v; Path=/bank; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        assert!(SetCookie { value: "line\nbreak", ..cookie }.header().is_none());
    }
}
