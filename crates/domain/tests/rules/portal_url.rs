//! The portal URL rules.

use domain::portal_url::{LONGEST_PORTAL_URL, PortalUrl, PortalUrlError, has_user_info, same_portal};
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, expected: Result<&str, PortalUrlError>) {
    let url = PortalUrl::parse(text);
    assert_eq!(url.as_ref().map(PortalUrl::as_str), expected.as_ref().copied(), "{text:?}");
}

#[test]
fn one_portal_may_be_written_in_several_ways() {
    let typed = "https://Portal.Bank.example/Login/?Branch=007&x=%7e";
    for (one, other, same) in [
        (typed, typed, true),
        (typed, "HTTPS://portal.bank.example/Login?Branch=007&x=%7e", true),
        (typed, "https://portal.bank.example:443/Login?Branch=007&x=%7e", true),
        ("https://bank.example", "https://bank.example/", true),
        ("https://bank.example?a", "https://bank.example/?a", true),
        ("https://bücher.example/", "https://xn--bcher-kva.example", true),
        (typed, "https://portal.bank.example/login?Branch=007&x=%7e", false),
        (typed, "https://portal.bank.example/Login?branch=007&x=%7e", false),
        (typed, "https://portal.bank.example/Login", false),
        ("https://bank.example/?a", "https://bank.example/?a/", false),
        ("https://bank.example/#a", "https://bank.example/#b", false),
        ("https://bank.example:8443/", "https://bank.example/", false),
        ("https://biz.bank.example/", "https://bank.example/", false),
        ("http://bank.example/", "https://bank.example/", false),
        // What cannot be an address is itself and nothing else.
        ("bank.example", "bank.example", true),
        ("bank.example", "https://bank.example", false),
        ("", "https://bank.example", false),
    ] {
        assert_eq!(same_portal(one, other), same, "{one} and {other}");
        assert_eq!(same_portal(other, one), same, "{other} and {one}");
    }
}

#[track_caller]
fn accepts(text: &str) {
    check(text, Ok(text));
}

#[track_caller]
fn refuses(text: &str, error: PortalUrlError) {
    check(text, Err(error));
}

#[test]
fn what_was_typed_is_kept_byte_for_byte() {
    accepts("https://bank.example");
    accepts("https://bank.example/");
    accepts("https://bank.example/Login/INDEX.jsp?Branch=007&next=%2Fhome#top");
    accepts("HTTPS://Bank.Example/Path");
    accepts("https://bank.example:8443/a/../b//c/./d");
    accepts("https://bank.example?query=only");
    accepts("https://bank.example#fragment");
    accepts("https://bank.example/path@with:signs?mail=a@b.example");
    accepts("https://bank.example/zürich/口座");
    accepts("https://bank.example/a\\b");
    accepts("https://bank.example:443");
    accepts("https://bank.example:/");
    accepts("https://bank_1.ex-ample./");
    accepts("https://127.0.0.1/");
    accepts("https://[2001:db8::1]:8443/x");
    accepts("https://bücher-bank.example/login");
    accepts("https://BÜCHER-Bank.example:8443/Login?x=ü");
    accepts("https://bu\u{308}cher-bank.example/");
    accepts("https://xn--bcher-bank-9db.example/");
    accepts("https://みずほ銀行。example/");
    accepts("https://сбербанк.example");
}

#[test]
fn a_host_outside_ascii_is_shown_with_the_form_that_dns_has() {
    for (address, host, ascii, shown) in [
        ("https://bank.example:8443/", "bank.example", "bank.example", "bank.example"),
        (
            "https://BÜCHER-bank.example:8443/Login",
            "bücher-bank.example",
            "xn--bcher-bank-9db.example",
            "bücher-bank.example (xn--bcher-bank-9db.example)",
        ),
        (
            "https://XN--BCHER-BANK-9DB.example",
            "xn--bcher-bank-9db.example",
            "xn--bcher-bank-9db.example",
            "xn--bcher-bank-9db.example",
        ),
        (
            "https://ｂａｎｋ.example./",
            "ｂａｎｋ.example.",
            "bank.example.",
            "ｂａｎｋ.example. (bank.example.)",
        ),
        ("https://[2001:DB8::1]/", "[2001:db8::1]", "[2001:db8::1]", "[2001:db8::1]"),
    ] {
        let portal = PortalUrl::parse(address).unwrap();
        assert_eq!(portal.as_str(), address);
        assert_eq!((portal.host().as_str(), portal.ascii_host().as_str()), (host, ascii), "{address}");
        assert_eq!(portal.shown_host(), shown, "{address}");
    }
    let encoded = PortalUrl::parse("https://xn--bcher-bank-9db.example").unwrap();
    assert_eq!(encoded.readable_host(), "bücher-bank.example");
}

#[test]
fn a_user_or_password_is_found_whatever_else_is_wrong() {
    for (text, found) in [
        ("https://ana:secret@bank.example/", true),
        ("http://ana:secret@bank.example/a b", true),
        ("//ana@bank.example", true),
        ("https://bank.example\\@evil.example/", true),
        ("https://bank.example/a@b?c@d#e@f", false),
        ("https://bank.example?a@b", false),
        ("ana@bank.example", false),
        ("", false),
    ] {
        assert_eq!(has_user_info(text), found, "{text}");
    }
}

#[test]
fn white_space_at_the_ends_comes_from_copying() {
    check(" \t https://bank.example/A \r\n", Ok("https://bank.example/A"));
    check("\u{a0}https://bank.example\u{2003}", Ok("https://bank.example"));
}

#[test]
fn only_https_is_accepted() {
    refuses("http://bank.example/", PortalUrlError::NotHttps);
    refuses("bank.example", PortalUrlError::NotHttps);
    refuses("//bank.example", PortalUrlError::NotHttps);
    refuses("javascript:alert(1)", PortalUrlError::NotHttps);
    refuses("ftp://bank.example", PortalUrlError::NotHttps);
    refuses("httpsx://bank.example", PortalUrlError::NotHttps);
    refuses("häääß://bank.example", PortalUrlError::NotHttps);
    refuses("https", PortalUrlError::NotHttps);
}

#[test]
fn there_has_to_be_a_host() {
    refuses("https://", PortalUrlError::NoHost);
    refuses("https:///login", PortalUrlError::NoHost);
    refuses("https://?x", PortalUrlError::NoHost);
    refuses("https://:443/", PortalUrlError::NoHost);
}

#[test]
fn user_info_is_refused() {
    refuses("https://ana@bank.example/", PortalUrlError::UserInfo);
    refuses("https://ana:secret@bank.example/", PortalUrlError::UserInfo);
    refuses("https://@bank.example/", PortalUrlError::UserInfo);
    refuses("https://bank.example\\@evil.example/", PortalUrlError::UserInfo);
}

#[test]
fn spaces_and_control_characters_are_refused() {
    refuses("https://bank.example/a b", PortalUrlError::Spaces);
    refuses("https://ba nk.example/", PortalUrlError::Spaces);
    refuses("https://bank.example/a\tb", PortalUrlError::Spaces);
    refuses("https://bank.example/a\nb", PortalUrlError::Spaces);
    refuses("https://bank.example/a\0b", PortalUrlError::Spaces);
    refuses("https://bank.example/a\u{2028}b", PortalUrlError::Spaces);
}

#[test]
fn nonsense_is_refused() {
    refuses("", PortalUrlError::Empty);
    refuses("   ", PortalUrlError::Empty);
    refuses("https:bank.example", PortalUrlError::Malformed);
    refuses("https:/bank.example", PortalUrlError::Malformed);
    refuses("https:\\\\bank.example", PortalUrlError::Malformed);
    refuses("https://bank.example\\login", PortalUrlError::Malformed);
    refuses("https://bank..example/", PortalUrlError::Malformed);
    refuses("https://./", PortalUrlError::Malformed);
    refuses("https://bank.example:https/", PortalUrlError::Malformed);
    refuses("https://bank.example:99999/", PortalUrlError::Malformed);
    refuses("https://bank%2eexample/", PortalUrlError::Malformed);
    // A browser would not open these, or another host than the one that was typed.
    refuses("https://bank.example／login", PortalUrlError::Malformed);
    refuses("https://bank.example＠evil.example", PortalUrlError::Malformed);
    refuses("https://bank.example：443/", PortalUrlError::Malformed);
    refuses("https://１２７.0.0.1/", PortalUrlError::Malformed);
    refuses("https://bücher%2ebank.example/", PortalUrlError::Malformed);
    refuses("https://。example/", PortalUrlError::Malformed);
    refuses("https://xn--a.example/", PortalUrlError::Malformed);
    refuses(&format!("https://{}.example/", "ü".repeat(254)), PortalUrlError::Malformed);
    refuses("https://[2001:db8::1/", PortalUrlError::Malformed);
    refuses("https://[bank]/", PortalUrlError::Malformed);
    refuses("https://[::1]x/", PortalUrlError::Malformed);
    refuses("https://bank<script>.example/", PortalUrlError::Malformed);
}

#[test]
fn the_length_is_counted_in_bytes_after_trimming() {
    let of_length = |bytes: usize| format!("https://bank.example/{}", "a".repeat(bytes - 21));
    accepts(&of_length(LONGEST_PORTAL_URL));
    check(&format!("  {}  ", of_length(LONGEST_PORTAL_URL)), Ok(&of_length(LONGEST_PORTAL_URL)));
    refuses(&of_length(LONGEST_PORTAL_URL + 1), PortalUrlError::TooLong);
    refuses(&format!("https://bank.example/{}", "ü".repeat(1014)), PortalUrlError::TooLong);
}

#[test]
fn the_host_is_for_comparing() {
    let host = |text: &str| PortalUrl::parse(text).unwrap().host();
    assert_eq!(host("https://Bank.EXAMPLE:8443/Path"), "bank.example");
    assert_eq!(host("https://bank.example?x=y:z"), "bank.example");
    assert_eq!(host("https://[2001:DB8::1]:8443/"), "[2001:db8::1]");
}

#[test]
fn ip_addresses_are_told_from_names() {
    let is_ip = |text: &str| PortalUrl::parse(text).unwrap().is_ip_host();
    assert!(is_ip("https://127.0.0.1/"));
    assert!(is_ip("https://127.0.0.1.:8443/"));
    assert!(is_ip("https://2130706433/"));
    assert!(is_ip("https://0x7F.1/"));
    assert!(is_ip("https://127.0x1/"));
    assert!(is_ip("https://[::1]/"));
    assert!(!is_ip("https://bank.example/"));
    assert!(!is_ip("https://1.bank.1st/"));
    assert!(!is_ip("https://127.0.0.1.bank.example/"));
}

#[test]
fn json_is_the_bare_text_and_is_checked_on_the_way_in() {
    let url: PortalUrl = serde_json::from_str(r#""https://bank.example/A?b""#).unwrap();
    assert_eq!(serde_json::to_string(&url).unwrap(), r#""https://bank.example/A?b""#);
    assert!(serde_json::from_str::<PortalUrl>(r#""javascript:alert(1)""#).is_err());
}

/// Texts that look like addresses often enough to be accepted, and wrong often enough to be refused.
fn almost_an_address() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![
        6 => Just("https://"), 1 => Just("HttpS://"), 1 => Just("http://"), 1 => Just("https:/"), 1 => Just("")
    ];
    let user = prop_oneof![6 => Just(""), 1 => Just("ana@"), 1 => Just("ana:secret@")];
    let host = prop_oneof![
        6 => "[a-zA-Z0-9.-]{1,20}", 1 => "[0-9.x]{1,12}", 1 => r"\[[0-9a-fA-F:.]{0,12}\]", 1 => "\\PC{0,6}"
    ];
    let port = prop_oneof![4 => Just(String::new()), 1 => ":[0-9]{0,6}"];
    let rest = prop_oneof![4 => r"([/?#][!-~]{0,40})?", 1 => r"[/?#]\PC{0,20}", 1 => ".{0,10}"];
    (scheme, user, host, port, rest)
        .prop_map(|(scheme, user, host, port, rest)| format!("{scheme}{user}{host}{port}{rest}"))
}

proptest! {
    #[test]
    fn reading_never_panics(text in any::<String>()) {
        let _ = PortalUrl::parse(&text);
    }

    #[test]
    fn what_is_accepted_is_the_trimmed_text(
        before in r"\s{0,3}", text in almost_an_address(), after in r"\s{0,3}"
    ) {
        if let Ok(url) = PortalUrl::parse(&format!("{before}{text}{after}")) {
            prop_assert_eq!(url.as_str(), domain::visible::trim(&text));
            prop_assert_eq!(PortalUrl::parse(url.as_str()), Ok(url), "a second reading changes nothing");
        }
    }

    #[test]
    fn what_is_accepted_is_https_with_a_host_and_without_user_info(text in almost_an_address()) {
        if let Ok(url) = PortalUrl::parse(&text) {
            let kept = url.as_str();
            prop_assert!(kept.len() <= LONGEST_PORTAL_URL);
            prop_assert!(kept[..8].eq_ignore_ascii_case("https://"));
            prop_assert!(!kept.contains(|c: char| c.is_whitespace() || c.is_control()));
            prop_assert!(!url.host().is_empty());
            let authority = kept[8..].split(['/', '?', '#']).next().unwrap();
            prop_assert!(!authority.contains(['@', '\\', '%']));
            let _ = url.is_ip_host();
        }
    }

    /// A browser follows the standard, so the host that we compare has to be the one that it would open. Numbers are
    /// the exception, because the standard rewrites them into addresses.
    #[test]
    fn the_standard_sees_the_same_host(text in almost_an_address()) {
        if let Ok(ours) = PortalUrl::parse(&text)
            && let Ok(standard) = url::Url::parse(ours.as_str())
        {
            prop_assert_eq!(standard.scheme(), "https");
            prop_assert_eq!(standard.username(), "");
            prop_assert_eq!(standard.password(), None);
            if !ours.is_ip_host() {
                let host = ours.ascii_host();
                prop_assert_eq!(standard.host_str(), Some(host.as_str()));
            }
        }
    }
}
