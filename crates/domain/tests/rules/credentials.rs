//! What counts as filled, and that a password cannot be read by accident.

use domain::credentials::{LONGEST_ISSUED, NonEmptyCredentials, Password};

fn from(username: &str, customer_id: &str, password: &str) -> Option<NonEmptyCredentials> {
    let field = |text: &str| Some(text.to_owned());
    NonEmptyCredentials::from_fields(field(username), field(customer_id), field(password))
}

#[test]
fn nothing_filled_is_nothing_to_send() {
    assert_eq!(NonEmptyCredentials::from_fields(None, None, None), None);
    assert_eq!(from("", "", ""), None);
    assert_eq!(from(" ", "\t", " \n "), None);
}

#[test]
fn only_what_is_filled_is_there() {
    let credentials = from(" ana ", "", "").unwrap();
    assert_eq!(credentials.bank_username(), Some("ana"));
    assert_eq!(credentials.bank_customer_id(), None);
    assert_eq!(credentials.password(), None);

    let credentials = from("", "\t4711\n", " ").unwrap();
    assert_eq!(credentials.bank_username(), None);
    assert_eq!(credentials.bank_customer_id(), Some("4711"));
    assert_eq!(credentials.password(), None);
}

#[test]
fn a_password_is_kept_exactly() {
    let credentials = from("", "", "  two words ").unwrap();
    assert_eq!(credentials.password().map(Password::expose), Some("  two words "));
}

#[test]
fn a_value_is_too_long_by_its_characters() {
    let long = "𝔘".repeat(LONGEST_ISSUED);
    assert_eq!(from(&long, &long, &long).unwrap().field_too_long(), None);
    let longer = [&long, "x"].concat();
    for (field, credentials) in [
        ("bank_username", from(&longer, &longer, &longer)),
        ("bank_customer_id", from("ana", &longer, "")),
        ("password", from("ana", "", &longer)),
    ] {
        assert_eq!(credentials.unwrap().field_too_long(), Some(field));
    }
    // What is removed at the ends does not count.
    assert_eq!(from(&[&long, " "].concat(), "", "").unwrap().field_too_long(), None);
}

#[test]
fn nothing_that_the_bank_issued_shows_in_debug_output() {
    let credentials = from("ana", "4711", "hunter2").unwrap();
    let shown = format!("{credentials:?} {credentials:#?} {:?}", credentials.password());
    for secret in ["ana", "4711", "hunter2"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
