//! Which page a browser says that a request comes from (`Sec-Fetch-Site`).

use app::error::WireError;
use domain::user_error::ErrorCode;
use http::HeaderMap;

use crate::security_log::SecurityEvent;

/// Refuses what a page of another origin opens. Reading changes nothing, but a stream holds a connection and an export asks
/// a lot of Waycore, both for a person who did not ask. Old browsers and programs send no such header.
pub(super) fn check(headers: &HeaderMap) -> Result<(), WireError> {
    let is_own = |site: &[u8]| matches!(site.trim_ascii(), b"same-origin" | b"none");
    if headers.get_all("sec-fetch-site").iter().all(|site| is_own(site.as_bytes())) {
        return Ok(());
    }
    SecurityEvent::new("cross_site").log();
    Err(WireError::new(ErrorCode::Forbidden, app::copy::errors().other_site_read))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_this_origin_and_the_person_count() {
        for (sites, is_allowed) in [
            (&[][..], true),
            (&["same-origin"], true),
            (&["none"], true),
            (&["same-site"], false),
            (&["cross-site"], false),
            (&["same-origin", "cross-site"], false),
            (&["of tomorrow"], false),
            (&[""], false),
        ] {
            let mut headers = HeaderMap::new();
            for site in sites {
                headers.append("sec-fetch-site", site.parse().unwrap());
            }
            assert_eq!(check(&headers).is_ok(), is_allowed, "{sites:?}");
        }
    }
}
