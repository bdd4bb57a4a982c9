//! Addresses that webhooks are delivered to.

use url::Url;

use crate::hosts::{is_loopback, is_private};

/// The longest address in bytes (documents: create-webhook).
const MAX_LENGTH: usize = 2_048;

/// Why a text is no address for webhooks. Each is the rest of a sentence that begins with the field's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WebhookUrlError {
    #[error("must have at most 2048 characters")]
    TooLong,
    #[error("must not contain white space or control characters")]
    WhiteSpace,
    #[error("must be an absolute address such as https://host.example/webhooks")]
    NotAbsolute,
    #[error("must begin with https://, or with http:// and a loopback host")]
    NotSecure,
    #[error("must begin with https://, or with http:// and a host on a private network")]
    NotPrivate,
}

/// Checks an address without changing it: https anywhere; http on this machine, and with `allow_remote` on private
/// networks, where nothing else can be received while a host is being written.
pub(crate) fn check(text: &str, allow_remote: bool) -> Result<(), WebhookUrlError> {
    if text.len() > MAX_LENGTH {
        return Err(WebhookUrlError::TooLong);
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(WebhookUrlError::WhiteSpace);
    }
    let url = Url::parse(text).map_err(|_| WebhookUrlError::NotAbsolute)?;
    // Browsers' parsing accepts missing and additional slashes; other parsers would read another host.
    let authority = text.get(url.scheme().len()..).and_then(|rest| rest.strip_prefix("://"));
    if authority.is_none_or(|authority| authority.starts_with(['/', '\\'])) {
        return Err(WebhookUrlError::NotAbsolute);
    }
    let host = url.host().ok_or(WebhookUrlError::NotAbsolute)?;
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&host) || (allow_remote && is_private(&host)) => Ok(()),
        _ if allow_remote => Err(WebhookUrlError::NotPrivate),
        _ => Err(WebhookUrlError::NotSecure),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://host.example/hook", Ok(()), Ok(()))]
    #[case("HTTPS://Host.Example/Hook?a=B", Ok(()), Ok(()))]
    #[case("https://user:word@host.example:8443/hook", Ok(()), Ok(()))]
    #[case("https://10.0.0.7/hook", Ok(()), Ok(()))]
    #[case("http://localhost:4000/hook", Ok(()), Ok(()))]
    #[case("HTTP://LocalHost:4000", Ok(()), Ok(()))]
    #[case("http://app.localhost/hook", Ok(()), Ok(()))]
    #[case("http://127.0.0.2/hook", Ok(()), Ok(()))]
    #[case("http://[::1]:4000/hook", Ok(()), Ok(()))]
    #[case("http://connect:3000/hook", Err(WebhookUrlError::NotSecure), Ok(()))]
    #[case("http://192.168.0.7/hook", Err(WebhookUrlError::NotSecure), Ok(()))]
    #[case("http://host.docker.internal/hook", Err(WebhookUrlError::NotSecure), Ok(()))]
    #[case("http://host.example/hook", Err(WebhookUrlError::NotSecure), Err(WebhookUrlError::NotPrivate))]
    #[case("http://127.0.0.1.example/", Err(WebhookUrlError::NotSecure), Err(WebhookUrlError::NotPrivate))]
    #[case(
        "http://localhost@host.example/",
        Err(WebhookUrlError::NotSecure),
        Err(WebhookUrlError::NotPrivate)
    )]
    #[case("ftp://localhost/hook", Err(WebhookUrlError::NotSecure), Err(WebhookUrlError::NotPrivate))]
    fn an_address_is_judged_by_its_scheme_and_host(
        #[case] text: &str,
        #[case] on_loopback: Result<(), WebhookUrlError>,
        #[case] with_others: Result<(), WebhookUrlError>,
    ) {
        assert_eq!((check(text, false), check(text, true)), (on_loopback, with_others));
    }

    #[rstest]
    #[case("", WebhookUrlError::NotAbsolute)]
    #[case("nonsense", WebhookUrlError::NotAbsolute)]
    #[case("host.example/hook", WebhookUrlError::NotAbsolute)]
    #[case("/hook", WebhookUrlError::NotAbsolute)]
    #[case("https:", WebhookUrlError::NotAbsolute)]
    #[case("https://", WebhookUrlError::NotAbsolute)]
    #[case("https:///hook", WebhookUrlError::NotAbsolute)]
    #[case("https:host.example", WebhookUrlError::NotAbsolute)]
    #[case(r"https:\\host.example", WebhookUrlError::NotAbsolute)]
    #[case("https://host.example:99999/", WebhookUrlError::NotAbsolute)]
    #[case("https://[::1/", WebhookUrlError::NotAbsolute)]
    #[case("mailto:a@host.example", WebhookUrlError::NotAbsolute)]
    #[case(" https://host.example", WebhookUrlError::WhiteSpace)]
    #[case("https://host.example/a\nb", WebhookUrlError::WhiteSpace)]
    #[case("https://host.example/\u{a0}", WebhookUrlError::WhiteSpace)]
    fn nonsense_is_refused_wherever_deliveries_may_go(#[case] text: &str, #[case] why: WebhookUrlError) {
        assert_eq!((check(text, false), check(text, true)), (Err(why), Err(why)));
    }

    #[test]
    fn the_longest_address_has_2048_bytes() {
        let longest = format!("https://host.example/{}", "a".repeat(MAX_LENGTH - 21));
        assert_eq!(check(&longest, false), Ok(()));
        assert_eq!(check(&format!("{longest}a"), false), Err(WebhookUrlError::TooLong));
    }
}
