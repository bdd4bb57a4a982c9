//! What a connection is called.

use crate::bank_choice::RequestedName;
use crate::portal_url::PortalUrl;
use crate::visible::is_blank;

/// The bank's name in the catalog, else the name that the customer gave, else the portal's host. Waycore knows one of
/// them for every connection; should none be left, the plain word for it stands there instead of nothing.
pub fn display_name(
    institution_name: Option<&str>,
    requested_name: Option<&RequestedName>,
    portal_url: Option<&str>,
) -> String {
    let institution_name = institution_name.map(str::trim).filter(|name| !is_blank(name));
    if let Some(name) = institution_name.or(requested_name.map(RequestedName::as_str)) {
        return name.to_owned();
    }
    let portal = portal_url.and_then(|text| PortalUrl::parse(text).ok());
    portal.map_or_else(|| "Bank".to_owned(), |portal| portal.host())
}
