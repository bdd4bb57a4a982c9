//! Which bank the customer chose, and when a bank of the catalog has to be chosen instead of typed.

use serde::{Deserialize, Serialize};

use crate::folding::{compose, fold, fold_at_most};
use crate::ids::InstitutionId;
use crate::portal_url::PortalUrl;
use crate::visible::{is_blank, is_direction_change, trim};

/// Longest search text and longest bank name, in characters.
pub const LONGEST_TEXT: usize = 200;

/// A bank in Waycore's catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Institution {
    pub id: InstitutionId,
    pub name: String,
    /// The portals that are known, the canonical one first if there is one. There may be none.
    pub portals: Vec<PortalUrl>,
    /// Whether the first portal is the canonical one. Without one, none of the portals is the usual one.
    pub has_canonical: bool,
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
    #[error("the text holds a control character, or one that changes its direction")]
    ControlCharacter,
    #[error("nothing of the text can be seen")]
    Invisible,
}

/// The bank of a new connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BankChoice {
    /// Picked from the catalog by a person; the portal only where the bank has several.
    Supported { institution: InstitutionId, portal: Option<PortalUrl> },
    /// Picked from the catalog, at a portal of which the catalog does not know.
    AtOwnPortal { institution: InstitutionId, portal: PortalUrl },
    /// Not in the catalog, or said to be a different bank.
    Unsupported { requested_name: Option<RequestedName>, portal: PortalUrl },
}

impl BankChoice {
    /// The bank of the catalog that was picked.
    pub fn institution(&self) -> Option<&InstitutionId> {
        match self {
            Self::Supported { institution, .. } | Self::AtOwnPortal { institution, .. } => Some(institution),
            Self::Unsupported { .. } => None,
        }
    }

    /// The portal that was chosen or typed.
    pub fn portal(&self) -> Option<&PortalUrl> {
        match self {
            Self::Supported { portal, .. } => portal.as_ref(),
            Self::AtOwnPortal { portal, .. } | Self::Unsupported { portal, .. } => Some(portal),
        }
    }
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
    /// The host of the first portal: what tells two banks of one name apart.
    pub fn domain(&self) -> Option<String> {
        self.portals.first().map(PortalUrl::host)
    }

    /// Whether the text is this bank's name, as names are compared ([`fold`]).
    pub fn matches_name(&self, text: &str) -> bool {
        let name = fold(text);
        !name.is_empty() && fold(&self.name) == name
    }

    /// Whether one of the bank's portals has the host of the given one.
    pub fn matches_host(&self, portal: &PortalUrl) -> bool {
        let host = comparable_host(portal);
        self.portals.iter().any(|known| comparable_host(known) == host)
    }

    /// The portal with exactly this text, apart from white space at the ends.
    pub fn portal(&self, text: &str) -> Option<&PortalUrl> {
        let text = trim(text);
        self.portals.iter().find(|portal| portal.as_str() == text)
    }
}

/// The host in a text that is an address.
fn host_in(text: &str) -> Option<&str> {
    let (_, rest) = text.trim().split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    authority.rsplit('@').next()
}

/// What says whether two portals are on the same host. A dot at the end changes nothing about where it leads.
pub fn comparable_host(portal: &PortalUrl) -> String {
    let mut host = portal.ascii_host();
    if host.ends_with('.') {
        host.pop();
    }
    host
}

impl SearchText {
    /// Words of a search text that are looked for; more tell no bank from another.
    pub const MOST_WORDS: usize = 8;

    /// Of an address that is too long, as those of sign-in pages can be, its host is searched for: it says whose it is.
    /// A text of which nothing can be seen is empty.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let searched = match checked(text) {
            Err(TextError::TooLong) => checked(host_in(text).ok_or(TextError::TooLong)?)?,
            Err(TextError::Invisible) => return Err(TextError::Empty),
            checked => checked?,
        };
        Ok(Self(compose(&searched).into_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Folded for comparison, at most `LONGEST_TEXT` characters.
    pub fn folded(&self) -> String {
        fold_at_most(LONGEST_TEXT, &self.0)
    }
}

impl RequestedName {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        checked(text).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Folded for comparison, at most `LONGEST_TEXT` characters.
    pub fn folded(&self) -> String {
        fold_at_most(LONGEST_TEXT, &self.0)
    }
}

impl TryFrom<String> for RequestedName {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

fn checked(text: &str) -> Result<String, TextError> {
    if text.trim().is_empty() {
        return Err(TextError::Empty);
    }
    if is_blank(text) {
        return Err(TextError::Invisible);
    }
    let text = trim(text);
    // The bytes first: they cost nothing to count.
    if text.len() > LONGEST_TEXT * 4 || text.chars().count() > LONGEST_TEXT {
        return Err(TextError::TooLong);
    }
    if text.chars().any(|c| c.is_control() || is_direction_change(c)) {
        return Err(TextError::ControlCharacter);
    }
    Ok(text.to_owned())
}
