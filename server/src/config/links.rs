//! Where a person can go from here.

use super::public_url::web_url;
use super::reader::Reader;

/// An address that may stand in a page's `href`: https, http on loopback, or a path of the same site. Where a
/// person is asked for help, also `mailto:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    /// The text as it was given. `Err` says how a sentence about it goes on.
    pub fn parse(text: &str) -> Result<Self, String> {
        let path = text.starts_with('/') && !text.starts_with("//") && !text.contains('\\');
        if path && !text.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Ok(Self(text.to_owned()));
        }
        web_url(text).map(|url| Self(url.into()))
    }

    /// The same, or an address to write to.
    pub fn parse_contact(text: &str) -> Result<Self, String> {
        match url::Url::parse(text) {
            Ok(url) if url.scheme() == "mailto" => Ok(Self(url.into())),
            _ => Self::parse(text),
        }
    }

    /// Scheme, host and port, for a content security policy; `None` for a path of the same site.
    pub fn origin(&self) -> Option<String> {
        url::Url::parse(&self.0).ok().map(|url| url.origin().ascii_serialization())
    }

    /// As it goes into the page.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The host product's own pages.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// `CONNECT_SIGN_IN_URL`: where a signed-out person is sent.
    pub sign_in: Option<Link>,
    /// `CONNECT_SUPPORT_URL`: on error and support states.
    pub support: Option<Link>,
    /// No setting. In a demo: what leads to the simulated portal of a bank, with a connection's id after it.
    pub simulated_portals: Option<Link>,
}

impl Links {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        // A wrong one is noted by the reader; none of them is needed to go on.
        Some(Self {
            sign_in: reader.optional("CONNECT_SIGN_IN_URL", Link::parse),
            support: reader.optional("CONNECT_SUPPORT_URL", Link::parse_contact),
            simulated_portals: None,
        })
    }
}
