//! Reading and writing the few cookies that the server has.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// The first cookie of that name, as it was sent.
pub fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
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
    fn check(lines: &[&str], expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, line.parse().unwrap());
        }
        assert_eq!(get(&headers, "name"), expected);
    }

    #[test]
    fn finds_a_cookie_by_its_exact_name() {
        check(&[], None);
        check(&["name=value"], Some("value"));
        check(&["a=1; name=value; b=2"], Some("value"));
        check(&["a=1", "name=value"], Some("value"));
        check(&["name=a=b"], Some("a=b"));
        check(&["xname=1; names=2; NAME=3"], None);
        check(&["name"], None);
    }

    #[test]
    fn writes_what_keeps_it_to_this_mount() {
        let cookie = SetCookie { name: "n", value: "v", path: "/bank", max_age_seconds: 60, secure: true };
        let (_, value) = cookie.header().unwrap();
        assert_eq!(value, "n=v; Path=/bank; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        assert!(SetCookie { value: "line\nbreak", ..cookie }.header().is_none());
    }
}
