//! Where browsers find the product, and where the listener does.

use std::net::IpAddr;

use axum::Router;
use url::{Host, Url};

/// What browsers see: every link carries its path, and its origin is the one trusted for changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    host: String,
    base: BasePath,
}

impl PublicUrl {
    /// Scheme, host and path; http only on loopback. `Err` says how a sentence about it goes on.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = web_url(text)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err("has a query or a fragment: give scheme, host and path only.".to_owned());
        }
        Ok(Self {
            origin: url.origin().ascii_serialization(),
            host: url.host_str().unwrap_or_default().to_owned(),
            base: BasePath::parse(url.path())?,
        })
    }

    /// Scheme, host and port, as browsers send it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host without its port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// All of it: scheme, host, port and path.
    pub fn address(&self) -> String {
        [self.origin.as_str(), self.base.as_str()].concat()
    }

    /// The path, which every link begins with.
    pub fn base(&self) -> &BasePath {
        &self.base
    }

    /// Whether browsers come over https.
    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https:")
    }
}

/// A path prefix: empty at the root, else `/` and segments without a slash at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BasePath(String);

impl BasePath {
    /// Segments of letters, digits, `-`, `_`, `.` and `~`. `Err` says how a sentence about it goes on.
    pub fn parse(text: &str) -> Result<Self, String> {
        let path = text.trim_end_matches('/');
        if path.is_empty() && (text.is_empty() || text == "/") {
            return Ok(Self::default());
        }
        let plain = |segment: &str| {
            !matches!(segment, "" | "." | "..")
                && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
        };
        match path.strip_prefix('/') {
            Some(segments) if segments.split('/').all(plain) => Ok(Self(path.to_owned())),
            _ => Err("must be a path such as / or /apps/bank: a slash, then letters, digits, -, _, . and ~."
                .to_owned()),
        }
    }

    /// Empty, or as in `/apps/bank`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The routes, below this prefix. The prefix itself, with and without a slash, is their `/`.
    pub fn mount(&self, router: Router) -> Router {
        if self.0.is_empty() { router } else { Router::new().nest_service(&self.0, router) }
    }
}

/// An absolute https address without user-info, or an http one of this machine.
pub(super) fn web_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text)
        .map_err(|_| "is not an address: give one such as https://app.example.com/banks.".to_owned())?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user name or password: leave them out.".to_owned());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err("must begin with https:// (http:// is for this machine's own addresses only).".to_owned()),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}
