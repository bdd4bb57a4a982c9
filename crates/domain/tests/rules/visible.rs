//! Characters that cannot be seen, in every kind of text.

use domain::bank_choice::{RequestedName, SearchText, TextError};
use domain::credentials::NonEmptyCredentials;
use domain::display_name;
use domain::portal_url::{PortalUrl, PortalUrlError};
use domain::visible::{is_blank, is_invisible, trim};

/// Samples of each kind: joiners, direction marks and controls, separators, fillers, variation selectors, tags, replacement
/// characters, noncharacters, unassigned planes, and others without a glyph.
const INVISIBLE: [char; 41] = [
    '\u{ad}',
    '\u{34f}',
    '\u{61c}',
    '\u{115f}',
    '\u{17b4}',
    '\u{180e}',
    '\u{200b}',
    '\u{200c}',
    '\u{200d}',
    '\u{200e}',
    '\u{200f}',
    '\u{202a}',
    '\u{202e}',
    '\u{2060}',
    '\u{2066}',
    '\u{2069}',
    '\u{206f}',
    '\u{2800}',
    '\u{3164}',
    '\u{fe0f}',
    '\u{feff}',
    '\u{ffa0}',
    '\u{fff9}',
    '\u{e0041}',
    '\u{fdd0}',
    '\u{fdef}',
    '\u{fff0}',
    '\u{fffc}',
    '\u{fffe}',
    '\u{ffff}',
    '\u{13430}',
    '\u{1343f}',
    '\u{13441}',
    '\u{16fe4}',
    '\u{1d159}',
    '\u{1fffe}',
    '\u{3ffff}',
    '\u{40000}',
    '\u{e1000}',
    '\u{effff}',
    '\u{10ffff}',
];

#[test]
fn at_the_ends_of_every_text_they_are_removed() {
    for c in INVISIBLE {
        assert!(is_invisible(c), "{c:?}");
        let around = |text: &str| format!(" {c}\t{text}{c}\u{a0}{c}");
        let portal = PortalUrl::parse(&around("https://bank.example/A")).unwrap();
        assert_eq!(portal.as_str(), "https://bank.example/A", "{c:?}");
        assert_eq!(RequestedName::parse(&around("Our bank")).unwrap().as_str(), "Our bank", "{c:?}");
        assert_eq!(SearchText::parse(&around("our b")).unwrap().as_str(), "our b", "{c:?}");
        let credentials =
            NonEmptyCredentials::from_fields(Some(around("user")), Some(around("42")), None).unwrap();
        assert_eq!((credentials.bank_username(), credentials.bank_customer_id()), (Some("user"), Some("42")));
    }
    assert_eq!(trim("\u{feff} Zürich \0"), "Zürich");
    assert_eq!(trim("e\u{301}"), "e\u{301}", "an accent can be seen");
    for seen in
        ['\u{e000}', '\u{f8ff}', '\u{fffd}', '\u{13443}', '\u{1d15a}', '\u{3fffd}', '\u{100000}', '𝔘', '漢']
    {
        assert!(!is_invisible(seen), "{seen:?}");
    }
}

#[test]
fn inside_an_address_they_are_refused() {
    for c in INVISIBLE {
        for address in [
            format!("https://ba{c}nk.example/"),
            format!("https://bank.example/log{c}in"),
            format!("https://bank.example/?a={c}b"),
            format!("https://bank.example/#{c}b"),
        ] {
            assert_eq!(PortalUrl::parse(&address), Err(PortalUrlError::Invisible), "{address:?}");
        }
    }
}

#[test]
fn an_unassigned_code_point_is_seen_and_in_no_host() {
    for c in ['\u{378}', '\u{2fe0}', '\u{1fffd}', '\u{3fffd}'] {
        assert!(!is_invisible(c), "{c:?}");
        let address = format!("https://ba{c}nk.example/");
        assert_eq!(PortalUrl::parse(&address), Err(PortalUrlError::Malformed), "{c:?}");
    }
}

#[test]
fn a_name_may_hold_them_where_something_can_be_seen() {
    for name in ["بانک\u{200c}ها", "Bank \u{1f469}\u{200d}\u{1f4bc} AG", "Kredit\u{ad}bank", "בנק\u{200f} א"]
    {
        assert_eq!(RequestedName::parse(name).unwrap().as_str(), name);
    }
    for c in INVISIBLE {
        for nothing in [format!("{c}"), format!(" {c}{c} "), format!("{c}\n{c}")] {
            assert_eq!(RequestedName::parse(&nothing), Err(TextError::Invisible), "{nothing:?}");
            assert_eq!(SearchText::parse(&nothing), Err(TextError::Empty), "{nothing:?}");
            assert!(is_blank(&nothing));
            let portal = Some("https://bank.example/");
            assert_eq!(display_name(Some(&nothing), None, portal), "bank.example", "{nothing:?}");
            let fields = || Some(nothing.clone());
            assert_eq!(NonEmptyCredentials::from_fields(fields(), fields(), fields()), None, "{nothing:?}");
        }
    }
}

#[test]
fn a_name_that_turns_the_text_around_is_refused() {
    for c in ['\u{202a}', '\u{202b}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}'] {
        let name = format!("Our {c}bank");
        assert_eq!(RequestedName::parse(&name), Err(TextError::ControlCharacter), "{name:?}");
    }
}

#[test]
fn what_a_bank_issued_is_refused_with_them_inside_and_a_password_is_kept_exactly() {
    let field = |username: &str, customer: &str| {
        let fields =
            NonEmptyCredentials::from_fields(Some(username.to_owned()), Some(customer.to_owned()), None);
        fields.unwrap().field_with_invisible()
    };
    assert_eq!(field("us\u{200b}er", "42"), Some("bank_username"));
    assert_eq!(field("user", "4\u{202e}2"), Some("bank_customer_id"));
    assert_eq!(field("us\u{7}er", "42"), Some("bank_username"));
    assert_eq!(field("\u{feff}user", "Zürich 42"), None);
    let password = " \u{200b}p w\u{ad} ";
    let kept = NonEmptyCredentials::from_fields(None, None, Some(password.to_owned())).unwrap();
    assert_eq!(kept.password().unwrap().expose(), password);
}
