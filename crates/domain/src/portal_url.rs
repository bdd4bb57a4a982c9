//! The address of a bank's portal, exactly as the customer gave it.
//!
//! The text is what Waycore receives, so it is checked and never rewritten: no lower-casing, no added slash, no lost
//! query. A URL library rewrites what it reads, and it is heavy in a browser; this small rule is enough there, and the
//! server asks a library for a second opinion.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest address that is accepted, in bytes.
pub const LONGEST_PORTAL_URL: usize = 2048;

const SCHEME: &str = "https:";

/// An https address with a host and without user name or password. It is safe to put into a link.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct PortalUrl(String);

/// Why a text cannot be a portal's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PortalUrlError {
    #[error("the portal URL is empty")]
    Empty,
    #[error("the portal URL is longer than {LONGEST_PORTAL_URL} bytes")]
    TooLong,
    #[error("the portal URL does not begin with https")]
    NotHttps,
    #[error("the portal URL carries a user name or a password")]
    UserInfo,
    #[error("the portal URL has no host")]
    NoHost,
    #[error("the portal URL holds a space or a control character")]
    Spaces,
    #[error("the portal URL cannot be read")]
    Malformed,
}

impl PortalUrl {
    /// Trims the ends and checks the rest; what is left is kept byte for byte.
    pub fn parse(text: &str) -> Result<Self, PortalUrlError> {
        let text = text.trim();
        check(text)?;
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host in lower case, without the port. Only for showing and comparing; what is sent is the whole text.
    pub fn host(&self) -> String {
        split_port(authority(&self.0)).0.to_ascii_lowercase()
    }

    /// Whether the host is an IP address, or would be read as one.
    pub fn is_ip_host(&self) -> bool {
        let host = self.host();
        let last_label = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
        host.starts_with('[') || last_label.starts_with(|c: char| c.is_ascii_digit()) && is_number(last_label)
    }
}

fn check(text: &str) -> Result<(), PortalUrlError> {
    if text.is_empty() {
        return Err(PortalUrlError::Empty);
    }
    if text.len() > LONGEST_PORTAL_URL {
        return Err(PortalUrlError::TooLong);
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(PortalUrlError::Spaces);
    }
    if !text.get(..SCHEME.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME)) {
        return Err(PortalUrlError::NotHttps);
    }
    if !text[SCHEME.len()..].starts_with("//") {
        return Err(PortalUrlError::Malformed);
    }
    check_authority(authority(text))
}

fn check_authority(authority: &str) -> Result<(), PortalUrlError> {
    if authority.contains('@') {
        return Err(PortalUrlError::UserInfo);
    }
    let (host, port) = split_port(authority);
    if host.is_empty() {
        return Err(PortalUrlError::NoHost);
    }
    if is_host(host) && is_port(port) { Ok(()) } else { Err(PortalUrlError::Malformed) }
}

/// What stands between `https://` and the path. Only called for texts that begin so.
fn authority(text: &str) -> &str {
    let rest = &text[SCHEME.len() + "//".len()..];
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Host and port; the colons inside of an IPv6 address are none that begin a port.
fn split_port(authority: &str) -> (&str, &str) {
    let end_of_address = authority.find(']').unwrap_or(0);
    match authority[end_of_address..].find(':') {
        Some(colon) => (&authority[..end_of_address + colon], &authority[end_of_address + colon + 1..]),
        None => (authority, ""),
    }
}

/// Plain letters, digits, hyphens and dots, or an address in brackets. A name in another script has to be given as
/// the browser's address bar copies it: two readings of one name must not lead to two hosts.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        return address.strip_suffix(']').is_some_and(|address| {
            address.contains(':') && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.')
        });
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

fn is_port(port: &str) -> bool {
    port.is_empty() || (port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok())
}

/// Decimal, octal and hexadecimal numbers: each is read as part of an IPv4 address.
fn is_number(label: &str) -> bool {
    match label.strip_prefix("0x") {
        Some(digits) => digits.bytes().all(|b| b.is_ascii_hexdigit()),
        None => label.bytes().all(|b| b.is_ascii_digit()),
    }
}

impl fmt::Display for PortalUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PortalUrl {
    type Error = PortalUrlError;

    fn try_from(text: String) -> Result<Self, PortalUrlError> {
        Self::parse(&text)
    }
}
