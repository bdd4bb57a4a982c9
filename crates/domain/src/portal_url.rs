//! The address of a bank's portal, exactly as the customer gave it.
//!
//! The text is what Waycore receives, so it is checked and never rewritten: no lower-casing, no added slash, no lost
//! query. A URL library rewrites what it reads; the server asks one for a second opinion.

use std::borrow::Cow;
use std::fmt;

use idna::AsciiDenyList;
use serde::{Deserialize, Serialize};

use crate::visible::{is_invisible, trim};

/// Longest address that is accepted, in bytes.
pub const LONGEST_PORTAL_URL: usize = 2048;

/// Longest host, in characters: of DNS.
const LONGEST_HOST: usize = 253;

const SCHEME: &str = "https:";

const HTTPS_PORT: u16 = 443;

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
    #[error("the portal URL holds a character that cannot be seen")]
    Invisible,
    #[error("the portal URL cannot be read")]
    Malformed,
}

impl PortalUrl {
    /// Trims the ends and checks the rest; what is left is kept byte for byte.
    pub fn parse(text: &str) -> Result<Self, PortalUrlError> {
        let text = trim(text);
        check(text)?;
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host as it was typed, in lower case and without the port. Only for showing.
    pub fn host(&self) -> String {
        self.typed_host().to_lowercase()
    }

    /// The host as DNS has it, without the port: `xn--…` where letters outside ASCII were typed. Two addresses lead to
    /// the same place if these are the same.
    pub fn ascii_host(&self) -> String {
        let host = self.typed_host();
        to_ascii(host).map_or_else(|| self.host(), Cow::into_owned).to_ascii_lowercase()
    }

    /// The host with its encoded letters decoded, as a browser may show it.
    pub fn readable_host(&self) -> String {
        idna::domain_to_unicode(&self.ascii_host()).0
    }

    /// The ASCII form of the host, where that is another text than the one that was typed.
    pub fn encoded_host(&self) -> Option<String> {
        let ascii = self.ascii_host();
        (ascii != self.host()).then_some(ascii)
    }

    /// The host for a person: with its ASCII form behind it where the two differ.
    pub fn shown_host(&self) -> String {
        match self.encoded_host() {
            Some(ascii) => [&self.host(), " (", &ascii, ")"].concat(),
            None => self.host(),
        }
    }

    /// Whether the host is an IP address, or would be read as one.
    pub fn is_ip_host(&self) -> bool {
        is_ip(&self.ascii_host())
    }

    /// Host, port, path without a slash at its end, and what follows the path. The scheme is always the same.
    fn place(&self) -> (String, u16, &str, &str) {
        let authority = authority(&self.0);
        let port = split_port(authority).1.parse().unwrap_or(HTTPS_PORT);
        let rest = &self.0[SCHEME.len() + "//".len() + authority.len()..];
        let (path, tail) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
        (self.ascii_host(), port, path.strip_suffix('/').unwrap_or(path), tail)
    }

    fn typed_host(&self) -> &str {
        split_port(authority(&self.0)).0
    }
}

/// Returns true if two addresses name the same portal. Case and encoding of the host, the default port and a slash at the
/// end of the path do not count; everything else is compared exactly.
pub fn same_portal(one: &str, other: &str) -> bool {
    match (PortalUrl::parse(one), PortalUrl::parse(other)) {
        (Ok(one), Ok(other)) => one.place() == other.place(),
        _ => one == other,
    }
}

/// Whether a text is an address with a user name or a password in it, of whatever scheme: such a text must not be stored.
pub fn has_user_info(text: &str) -> bool {
    let rest = text.split_once("//").map(|(_, rest)| rest);
    rest.and_then(|rest| rest.split(['/', '?', '#']).next()).is_some_and(|authority| authority.contains('@'))
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
    if text.chars().any(is_invisible) {
        return Err(PortalUrlError::Invisible);
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
    let is_readable = is_ipv6(host) || to_ascii(host).is_some_and(|ascii| is_name(&ascii));
    // A number in other digits than ours is one that nobody typed for what it is.
    let is_hidden_number = !host.is_ascii() && to_ascii(host).is_some_and(|ascii| is_ip(&ascii));
    if is_readable && !is_hidden_number && is_port(port) { Ok(()) } else { Err(PortalUrlError::Malformed) }
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

/// A host as DNS has it (UTS 46, as browsers read it). `None` if a browser would not open it: two readings of one name must
/// not lead to two hosts.
fn to_ascii(host: &str) -> Option<Cow<'_, str>> {
    let is_encoded = |label: &str| label.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case("xn--"));
    if host.is_ascii() && !host.split('.').any(is_encoded) {
        return Some(Cow::Borrowed(host));
    }
    // Decoding takes time that grows with the square of the length.
    if host.chars().count() > LONGEST_HOST {
        return None;
    }
    idna::domain_to_ascii_cow(host.as_bytes(), AsciiDenyList::URL).ok()
}

/// Plain letters, digits, hyphens and dots.
fn is_name(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    name.len() <= LONGEST_HOST && name.split('.').all(is_label)
}

fn is_ipv6(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|address| address.strip_suffix(']'));
    address.is_some_and(|address| {
        address.contains(':') && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.')
    })
}

/// Whether a host is an IP address, or would be read as one.
fn is_ip(host: &str) -> bool {
    let last_label = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    host.starts_with('[') || last_label.starts_with(|c: char| c.is_ascii_digit()) && is_number(last_label)
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
