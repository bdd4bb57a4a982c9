//! Where Waycore is (documents: `https://api.waycore.com/v1`; only paths below `/v1` are public).

use std::fmt;

use url::{Host, Url};

/// An address that the API key may be sent to: https, or http on this machine's loopback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// Why a text is no base URL; each is a sentence for the person who wrote the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    #[error("it is not an absolute URL")]
    Malformed,
    #[error("it must be https, or http on a loopback address")]
    NotHttps,
    #[error("it must not contain a user name or a password")]
    UserInfo,
    #[error("it must not contain a query or a fragment")]
    QueryOrFragment,
}

impl BaseUrl {
    /// Reads a setting. A slash at the end makes no difference.
    ///
    /// # Errors
    /// [`BaseUrlError`] for whatever the key must not be sent to, or requests cannot be built on.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let mut url = Url::parse(text).map_err(|_| BaseUrlError::Malformed)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            _ => return Err(BaseUrlError::NotHttps),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::UserInfo);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::QueryOrFragment);
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// True if requests stay on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    pub(super) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The address of a resource; each segment is percent-encoded, so an id cannot leave its place.
    ///
    /// `None` for the segments `.` and `..`, which no encoding protects: a URL drops them.
    pub(super) fn join(&self, segments: &[&str]) -> Option<Url> {
        if segments.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
            return None;
        }
        let mut url = self.0.clone();
        url.path_segments_mut().ok()?.pop_if_empty().extend(segments);
        Some(url)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, BaseUrlError>) {
        let parsed = BaseUrl::parse(text);
        assert_eq!(parsed.as_ref().map(BaseUrl::as_str).map_err(|error| *error), expected, "{text}");
    }

    #[test]
    fn the_key_goes_to_https_or_to_this_machine() {
        check("https://api.waycore.com/v1", Ok("https://api.waycore.com/v1"));
        check("https://api.waycore.com/v1/", Ok("https://api.waycore.com/v1"));
        check("https://api.waycore.com", Ok("https://api.waycore.com"));
        check("http://127.0.0.1:3100/v1", Ok("http://127.0.0.1:3100/v1"));
        check("http://127.8.9.1/v1", Ok("http://127.8.9.1/v1"));
        check("http://[::1]:3100/v1", Ok("http://[::1]:3100/v1"));
        check("http://localhost:3100/v1", Ok("http://localhost:3100/v1"));
        check("http://api.waycore.com/v1", Err(BaseUrlError::NotHttps));
        check("http://192.168.0.1/v1", Err(BaseUrlError::NotHttps));
        check("http://0.0.0.0/v1", Err(BaseUrlError::NotHttps));
        check("http://localhost.example/v1", Err(BaseUrlError::NotHttps));
        check("http://127.0.0.1.example/v1", Err(BaseUrlError::NotHttps));
        check("ftp://127.0.0.1/v1", Err(BaseUrlError::NotHttps));
        check("file:///v1", Err(BaseUrlError::NotHttps));
    }

    #[test]
    fn what_requests_cannot_be_built_on_is_refused() {
        check("", Err(BaseUrlError::Malformed));
        check("api.waycore.com/v1", Err(BaseUrlError::Malformed));
        check("https://", Err(BaseUrlError::Malformed));
        check("https://key@api.waycore.com/v1", Err(BaseUrlError::UserInfo));
        check("https://:key@api.waycore.com/v1", Err(BaseUrlError::UserInfo));
        check("https://api.waycore.com/v1?key=1", Err(BaseUrlError::QueryOrFragment));
        check("https://api.waycore.com/v1#top", Err(BaseUrlError::QueryOrFragment));
    }

    #[track_caller]
    fn check_join(id: &str, expected: Option<&str>) {
        let base = BaseUrl::parse("https://waycore.example/v1").expect("a base URL");
        let url = base.join(&["connections", id]);
        assert_eq!(url.as_ref().map(Url::as_str), expected, "{id}");
    }

    #[test]
    fn an_id_stays_in_its_place() {
        check_join("conn_123", Some("https://waycore.example/v1/connections/conn_123"));
        check_join("a/b", Some("https://waycore.example/v1/connections/a%2Fb"));
        check_join("../entities", Some("https://waycore.example/v1/connections/..%2Fentities"));
        check_join("a?b#c", Some("https://waycore.example/v1/connections/a%3Fb%23c"));
        check_join("a%2Fb", Some("https://waycore.example/v1/connections/a%252Fb"));
        check_join("%2e%2E", Some("https://waycore.example/v1/connections/%252e%252E"));
        check_join(r"..\a", Some("https://waycore.example/v1/connections/..%5Ca"));
        check_join("é b", Some("https://waycore.example/v1/connections/%C3%A9%20b"));
        check_join("..", None);
        check_join(".", None);
        check_join("", None);
    }

    #[test]
    fn a_base_without_a_path_takes_paths() {
        let base = BaseUrl::parse("https://waycore.example").expect("a base URL");
        let url = base.join(&["entities"]).expect("a plain segment");
        assert_eq!(url.as_str(), "https://waycore.example/entities");
    }
}
