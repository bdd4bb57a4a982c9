//! What confirms a removal.

use domain::ids::ConnectionId;
use domain::removal::{ConfirmedRemoval, NotConfirmed};

#[track_caller]
fn check(display_name: &str, typed: &str, confirmed: bool) {
    let id = ConnectionId::parse("conn_1").unwrap();
    let answer = ConfirmedRemoval::confirm(id.clone(), display_name, typed);
    match answer {
        Ok(removal) => assert!(confirmed && removal.connection() == &id, "{typed:?} was accepted"),
        Err(NotConfirmed) => assert!(!confirmed, "{typed:?} was refused"),
    }
}

#[test]
fn the_name_confirms_whatever_its_case_and_spacing() {
    check("Harbour Bank", "Harbour Bank", true);
    check("Harbour Bank", "  harbour bank\n", true);
    check("BANK ÖL", "bank öl", true);
    // Both look the same on a page.
    check("Harbour  Bank", "Harbour Bank", true);
    check("Harbour\u{a0}Bank", "Harbour Bank", true);
    check("Harbour Bank", "Harbour  Bank", true);
    check("O’Brien – Söhne", "o'brien - so\u{308}hne", true);
    check("Harbour\u{200b} Bank", "Harbour Bank", true);
    check("Ｈａｒｂｏｕｒ", "harbour", true);
}

#[test]
fn anything_else_does_not() {
    check("Harbour Bank", "Harbour", false);
    check("Harbour Bank", "HarbourBank", false);
    check("Harbour Bank", "", false);
    check("", "", false);
    check(" ", "  ", false);
    check("\u{200b}", "\u{200b}", false);
    check("Société", "Societe", false);
}

#[test]
fn only_what_somebody_may_have_typed_is_compared() {
    check("Harbour Bank", &format!("Harbour{}Bank", " ".repeat(200)), true);
    // It would take long: one of these letters is compared as eighteen.
    check("Harbour Bank", &"ﷺ".repeat(5_200), false);
    check("A", &format!("A{}", " ".repeat(16_000)), false);
}
