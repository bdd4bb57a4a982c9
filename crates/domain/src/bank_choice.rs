//! Which bank the customer chose, and when a bank of the catalog has to be chosen instead of typed.

use serde::{Deserialize, Serialize};

use crate::ids::InstitutionId;
use crate::portal_url::PortalUrl;

/// Longest search text and longest bank name, in characters.
pub const LONGEST_TEXT: usize = 200;

/// A bank in Waycore's catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Institution {
    pub id: InstitutionId,
    pub name: String,
    /// The portals that are known, the canonical one first. There may be none.
    pub portals: Vec<PortalUrl>,
}

/// What the customer is looking for. It is only ever searched with: it cannot become a choice by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchText(String);

/// The name that a customer gave to a bank outside the catalog. It is kept here and has no way into a request to
/// Waycore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct RequestedName(String);

/// Why a text cannot be a search text or a bank's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("the text is empty")]
    Empty,
    #[error("the text is longer than {LONGEST_TEXT} characters")]
    TooLong,
    #[error("the text holds a control character")]
    ControlCharacter,
}

/// The bank of a new connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BankChoice {
    /// Picked from the catalog by a person; the portal only where the bank has several.
    Supported { institution: InstitutionId, portal: Option<PortalUrl> },
    /// Not in the catalog, or said to be a different bank.
    Unsupported { requested_name: Option<RequestedName>, portal: PortalUrl },
}

/// The institution of the catalog that the customer probably means: the same name, or a portal on the same host.
pub fn find_match<'a>(
    name: Option<&RequestedName>,
    portal: &PortalUrl,
    catalog: impl IntoIterator<Item = &'a Institution>,
) -> Option<&'a Institution> {
    catalog.into_iter().find(|institution| {
        name.is_some_and(|name| institution.matches_name(name.as_str())) || institution.matches_host(portal)
    })
}

impl Institution {
    /// The host of the canonical portal: what tells two banks of one name apart.
    pub fn domain(&self) -> Option<String> {
        self.portals.first().map(PortalUrl::host)
    }

    /// Whether the text is this bank's name, however it is spaced or capitalised.
    pub fn matches_name(&self, text: &str) -> bool {
        let name = folded(text);
        !name.is_empty() && folded(&self.name) == name
    }

    /// Whether one of the bank's portals has the host of the given one.
    pub fn matches_host(&self, portal: &PortalUrl) -> bool {
        let host = comparable_host(portal);
        self.portals.iter().any(|known| comparable_host(known) == host)
    }

    /// The portal with exactly this text, apart from white space at the ends.
    pub fn portal(&self, text: &str) -> Option<&PortalUrl> {
        let text = text.trim();
        self.portals.iter().find(|portal| portal.as_str() == text)
    }
}

/// A name, however it was spaced or capitalised.
pub(crate) fn folded(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// The host in a text that is an address.
fn host_in(text: &str) -> Option<&str> {
    let (_, rest) = text.trim().split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    authority.rsplit('@').next()
}

/// A dot at the end of a host changes nothing about where it leads.
fn comparable_host(portal: &PortalUrl) -> String {
    let mut host = portal.host();
    if host.ends_with('.') {
        host.pop();
    }
    host
}

impl SearchText {
    /// Of an address that is too long, as those of sign-in pages can be, its host is searched for: it says whose it is.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        match checked(text) {
            Err(TextError::TooLong) => checked(host_in(text).ok_or(TextError::TooLong)?).map(Self),
            checked => checked.map(Self),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl RequestedName {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        checked(text).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RequestedName {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

fn checked(text: &str) -> Result<String, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    if text.chars().count() > LONGEST_TEXT {
        return Err(TextError::TooLong);
    }
    if text.chars().any(char::is_control) {
        return Err(TextError::ControlCharacter);
    }
    Ok(text.to_owned())
}
