//! Which addresses have to be confirmed, whatever banks there are.

use domain::portal_url::PortalUrl;
use domain::suspicion::{Suspicion, letters, shape};

#[track_caller]
fn check(host: &str, expected: Option<Suspicion>) {
    let portal = PortalUrl::parse(&format!("https://{host}/login")).unwrap();
    assert_eq!(portal.suspicion(), expected, "{host}");
}

#[test]
fn numbers_and_private_names_are_suspicious() {
    for host in [
        "192.0.2.7",
        "192.0.2.7.",
        "192.0.2.7:8443",
        "[2001:db8::1]",
        "0x7f.1",
        "2130706433",
        "bank.0x1",
        // Names that lead to the number in them.
        "192.0.2.7.elsewhere.example",
        "127.0.0.1.bank.example",
        "bank.192.0.2.7.elsewhere.example",
        "192-0-2-7.elsewhere.example",
        "bank-192-0-2-7.elsewhere.example",
        // In other bases, and in one piece.
        "0x7f.0x0.0x0.0x1.elsewhere.example",
        "0x7f.1.elsewhere.example",
        "0300.0250.0.01.elsewhere.example",
        "bank-0x7f000001.elsewhere.example",
        "c0a80101.elsewhere.example",
        "7F000001.elsewhere.example",
        "2130706433.elsewhere.example",
        "017700000001.elsewhere.example",
    ] {
        check(host, Some(Suspicion::Number));
    }
    for host in
        ["intranet", "localhost", "bank.localhost", "bank.local", "bank.internal.", "BANK.Lan", "bank.onion"]
    {
        check(host, Some(Suspicion::Private));
    }
}

#[test]
fn encoded_letters_and_mixed_alphabets_are_suspicious() {
    for host in ["xn--bcher-bank-9db.example", "XN--BCHER-BANK-9DB.example", "login.xn--p1ai"] {
        check(host, Some(Suspicion::Encoded));
    }
    for host in [
        // A Cyrillic letter, a Greek one, an Armenian one among Latin ones.
        "nоrthbank.example",
        "nοrthbank.example",
        "nօrthbank.example",
        // All Cyrillic, all Greek, and every letter looks Latin.
        "сосо.example",
        "ρορο.example",
        // Letters that a browser rewrites.
        "ｂａｎｋ.example",
        "ban𝐤.example",
        "ⓑank.example",
        "bank.ｅxample",
    ] {
        check(host, Some(Suspicion::MixedAlphabets));
    }
}

#[test]
fn names_of_one_alphabet_are_not() {
    for host in [
        "bank.example",
        "online.bank-1.co.uk",
        "bank.example.",
        "bücher-bank.example",
        "bu\u{308}cher-bank.example",
        "société-générale.example",
        "сбербанк.example",
        "τράπεζα.example",
        "みずほ銀行.example",
        "mizuho銀行.example",
        "한국은행.example",
        "بنك.example",
        "1-2-3.bank.example",
        "bank-2026-11-30-1.example",
        "3.14.bank.example",
        "bank-20261130.example",
        "portal-0b9f41c2-5d3e-4a77-9c1b-3f2e8d6a7b90.example",
        "bank-24.4you.example",
        "defacade.abcdefab.example",
        "0x.example",
        "0xbank.example",
        "123456789.bank.example",
        "123456789012.bank.example",
    ] {
        check(host, None);
    }
}

#[test]
fn hosts_that_look_alike_have_the_same_shape() {
    let shape_of = |host: &str| shape(&letters(host));
    let known = shape_of("northmill.example");
    for host in [
        "n0rthmill.example",
        "northmi11.example",
        "northmiil.example",
        "northrnill.example",
        "nörthmill.example",
        "nоrthmill.example",
        "xn--nrthmill-n4a.example",
        "ｎｏｒｔｈｍｉｌｌ.example",
    ] {
        assert_eq!(shape_of(host), known, "{host}");
    }
    assert_ne!(shape_of("northmall.example"), known);
}
