//! When a bank of the catalog is meant, and what a bank and a connection are called.

use domain::bank_choice::{Institution, RequestedName, SearchText, TextError, find_match};
use domain::display_name;
use domain::ids::InstitutionId;
use domain::portal_url::PortalUrl;

fn portal(text: &str) -> PortalUrl {
    PortalUrl::parse(text).unwrap()
}

fn institution(id: &str, name: &str, portals: &[&str]) -> Institution {
    Institution {
        id: InstitutionId::parse(id).unwrap(),
        name: name.to_owned(),
        portals: portals.iter().map(|text| portal(text)).collect(),
        has_canonical: true,
    }
}

fn catalog() -> [Institution; 4] {
    [
        institution(
            "harbour",
            "Harbour  Bank",
            &["https://harbour.example/login", "https://Biz.Harbour.example/"],
        ),
        institution("meadow", "Meadow Savings", &["https://meadow.example"]),
        institution("hill", "Hill Trust", &[]),
        institution("etoile", "Crédit d'Étoile — Paris", &["https://étoile.example/"]),
    ]
}

#[track_caller]
fn check(name: &str, typed: &str, expected: Option<&str>) {
    let name = RequestedName::parse(name).ok();
    let catalog = catalog();
    let found = find_match(name.as_ref(), &portal(typed), &catalog);
    assert_eq!(found.map(|institution| institution.id.as_str()), expected);
}

#[test]
fn the_same_name_is_a_match_however_it_is_written() {
    check("Harbour Bank", "https://other.example", Some("harbour"));
    check("  harbour   BANK ", "https://other.example", Some("harbour"));
    check("Hill Trust", "https://other.example", Some("hill"));
    check("Harbour", "https://other.example", None);
    check("Harbour Bank Ltd", "https://other.example", None);
    check("", "https://other.example", None);
    check("Harbour\u{a0}Bank\u{200b}", "https://other.example", Some("harbour"));
    check("Crédit d’Étoile – Paris", "https://other.example", Some("etoile"));
    check("CRE\u{301}DIT D'E\u{301}TOILE - PARIS", "https://other.example", Some("etoile"));
    check("Credit d'Etoile - Paris", "https://other.example", None);
}

#[test]
fn the_same_host_is_a_match_whatever_follows_it() {
    check("My bank", "https://HARBOUR.example:8443/else?x", Some("harbour"));
    check("My bank", "https://biz.harbour.example", Some("harbour"));
    check("", "https://meadow.example./", Some("meadow"));
    check("My bank", "https://xn--toile-9ra.example", Some("etoile"));
    check("My bank", "https://E\u{301}TOILE.example/x", Some("etoile"));
    check("My bank", "https://etoile.example/", None);
    check("My bank", "https://www.meadow.example", None);
    check("My bank", "https://harbour.example.evil.example", None);
}

#[test]
fn a_portal_of_a_bank_is_found_by_its_exact_text() {
    let [harbour, ..] = catalog();
    let found = |text: &str| harbour.portal(text).map(PortalUrl::as_str);
    assert_eq!(found(" https://harbour.example/login "), Some("https://harbour.example/login"));
    assert_eq!(found("https://harbour.example/Login"), None);
    assert_eq!(found("https://harbour.example/login/"), None);
    assert_eq!(found("https://biz.harbour.example/"), None);
}

#[test]
fn the_domain_is_the_canonical_portals_host() {
    let [harbour, _, hill, _] = catalog();
    assert_eq!(harbour.domain().as_deref(), Some("harbour.example"));
    assert_eq!(hill.domain(), None);
}

#[test]
fn typed_texts_are_trimmed_and_limited() {
    let name = |text: &str| RequestedName::parse(text).map(|name| name.as_str().to_owned());
    assert_eq!(name("  Harbour Bank\n"), Ok("Harbour Bank".to_owned()));
    assert_eq!(name(" \t"), Err(TextError::Empty));
    assert_eq!(name("Harbour\nBank"), Err(TextError::ControlCharacter));
    assert!(name(&"ü".repeat(200)).is_ok());
    assert_eq!(name(&"ü".repeat(201)), Err(TextError::TooLong));
    assert_eq!(SearchText::parse("  har ").unwrap().as_str(), "har");
    assert_eq!(SearchText::parse(" "), Err(TextError::Empty));
    let long = "x".repeat(300);
    let sign_in = format!(" https://user:secret@online.harbour.example/login?state={long}#top ");
    assert_eq!(SearchText::parse(&sign_in).unwrap().as_str(), "online.harbour.example");
    let short = "https://online.harbour.example/login";
    assert_eq!(SearchText::parse(short).unwrap().as_str(), short);
    for text in [long.clone(), format!("https://{long}"), format!("https:///{long}")] {
        assert!(SearchText::parse(&text).is_err(), "{text}");
    }
}

#[test]
fn a_connection_is_called_by_the_best_name_there_is() {
    let requested = RequestedName::parse("Our bank").unwrap();
    let portal = Some("https://Portal.Bank.example/login");
    assert_eq!(display_name(Some("Harbour Bank"), Some(&requested), portal), "Harbour Bank");
    assert_eq!(display_name(Some(" "), Some(&requested), portal), "Our bank");
    assert_eq!(display_name(None, Some(&requested), portal), "Our bank");
    assert_eq!(display_name(None, None, portal), "portal.bank.example");
    assert_eq!(display_name(None, None, Some("nonsense")), "Bank");
    assert_eq!(display_name(None, None, None), "Bank");
}
