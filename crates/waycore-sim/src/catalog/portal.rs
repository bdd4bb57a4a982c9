//! What the simulator asks of a portal address. It keeps the text; it never rewrites it.

/// The longest address that is taken, in bytes.
const LONGEST: usize = 2_048;

/// Why a text is no portal address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PortalError {
    #[error("portalUrl is longer than 2048 bytes")]
    TooLong,
    #[error("portalUrl must be an https address")]
    NotHttps,
    #[error("portalUrl contains spaces or control characters")]
    Spaces,
    #[error("portalUrl contains a user name or password")]
    UserInfo,
    #[error("portalUrl has no host")]
    NoHost,
}

/// Checks an address without changing it.
pub(crate) fn check(address: &str) -> Result<(), PortalError> {
    if address.len() > LONGEST {
        return Err(PortalError::TooLong);
    }
    if address.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(PortalError::Spaces);
    }
    let authority = authority(address).ok_or(PortalError::NotHttps)?;
    if authority.contains('@') {
        return Err(PortalError::UserInfo);
    }
    host(address).map(|_| ()).ok_or(PortalError::NoHost)
}

/// The host of an https address, in lower case and without the port.
pub(crate) fn host(address: &str) -> Option<String> {
    let authority = authority(address)?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(ip) => ip.split_once(']')?.0,
        None => host.split(':').next()?,
    };
    (!host.is_empty()).then(|| host.to_lowercase())
}

fn authority(address: &str) -> Option<&str> {
    let scheme = address.get(..8)?;
    let rest = address.get(8..)?;
    scheme.eq_ignore_ascii_case("https://").then(|| rest.split(['/', '?', '#', '\\']).next().unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://bank.example", Ok(()))]
    #[case("HTTPS://Bank.Example:8443/Path?a=B#c", Ok(()))]
    #[case("http://bank.example", Err(PortalError::NotHttps))]
    #[case("bank.example", Err(PortalError::NotHttps))]
    #[case("https://", Err(PortalError::NoHost))]
    #[case("https:///path", Err(PortalError::NoHost))]
    #[case("https://me:pw@bank.example/", Err(PortalError::UserInfo))]
    #[case("https://bank.example/a b", Err(PortalError::Spaces))]
    #[case("", Err(PortalError::NotHttps))]
    fn an_address_is_judged(#[case] address: &str, #[case] expected: Result<(), PortalError>) {
        assert_eq!(check(address), expected);
    }

    #[test]
    fn the_longest_address_is_2048_bytes() {
        let longest = format!("https://bank.example/{}", "a".repeat(2_048 - 21));
        assert_eq!(check(&longest), Ok(()));
        assert_eq!(check(&format!("{longest}a")), Err(PortalError::TooLong));
    }

    #[test]
    fn the_host_is_lower_case_and_has_no_port() {
        assert_eq!(host("HTTPS://Bank.Example:8443/Path").as_deref(), Some("bank.example"));
        assert_eq!(host("https://[2001:DB8::1]:443/").as_deref(), Some("2001:db8::1"));
    }
}
