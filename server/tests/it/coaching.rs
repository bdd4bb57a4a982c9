//! Help with the address of an unlisted bank: what is odd about it, and which bank of the catalog seems to be meant.

use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{between, main_of, text};
use crate::searching_banks::mirrored;

const BY_NUMBER: &str = "https://192.0.2.7/login";
const IS_A_NUMBER: &str = "is a number instead of a name";
const LOOKS_LIKE: &str = "looks like the one of another bank, but it is not the same. Check it letter by letter: \
                          Standard Test Bank, portal.standard-test-bank.example.";

/// Addresses that a bank may have, and rarely does.
const ODD: [(&str, &str); 3] = [
    (BY_NUMBER, IS_A_NUMBER),
    ("https://portal.standard-tesst-bank.example/login", LOOKS_LIKE),
    ("https://portal.standard-test-bank.example.sign-in.example/", LOOKS_LIKE),
];

/// The form for an unlisted bank as a browser without JavaScript sends it, and the page that it leads back to.
async fn sends(host: &TestHost, fields: &[(&str, &str)]) -> String {
    let ana = host.signed_in_as("ana", "acme").await;
    let form = [&[("unlisted", "true"), ("draft", ""), ("warned", ""), ("scripted", "")], fields].concat();
    let refused = ana.post_form("/api/start_connection", &form).await;
    assert_eq!(refused.goes_to(), "/new?unlisted=true", "{fields:?}");
    let message = refused.cookie().expect("a message").to_owned();
    ana.with_cookie(&message).get(refused.goes_to()).await.body
}

/// The tag of a field.
fn field<'a>(page: &'a str, id: &str) -> &'a str {
    between(main_of(page), &format!("<input id=\"{id}\""), ">")
}

async fn advice(ana: &Browser<'_>, name: &str, portal: &str) -> serde_json::Value {
    ana.post_api("coach_portal", &[("requested_name", name), ("portal_url", portal)]).await.ok()
}

#[tokio::test]
async fn help_says_what_is_wrong_or_odd_about_an_address_before_it_is_sent() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    mirrored(&ana).await;
    let wrong = [
        ("http://bank.example/login", "must start with https:"),
        ("https://me@bank.example/login", "must not contain a user name or password"),
    ];
    for (typed, says) in wrong.into_iter().chain(ODD) {
        let advice = advice(&ana, "Odd Bank", typed).await;
        let [note] = &advice["notes"].as_array().expect("notes")[..] else { panic!("{typed}: {advice}") };
        assert!(note.as_str().is_some_and(|note| note.contains(says)), "{typed}: {note}");
        assert_eq!(advice["href"], "", "{typed}: no bank is offered: {advice}");
    }
    let nothing = advice(&ana, "Odd Bank", "https://quiet-cove.example/login").await;
    assert_eq!((&nothing["notes"], &nothing["href"]), (&serde_json::json!([]), &"".into()));
    assert_eq!(host.waycore.changes().await, Vec::<String>::new());
}

#[tokio::test]
async fn help_offers_a_bank_of_the_list_by_its_portal_or_its_name() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    mirrored(&ana).await;
    for (name, portal) in [
        ("Our House Bank", "https://portal.standard-test-bank.example/login"),
        ("Standard Test Bank", "https://quiet-cove.example/login"),
    ] {
        let advice = advice(&ana, name, portal).await;
        assert_eq!(advice["href"], "/new?institution=sim-standard", "{advice}");
        let choose = "This looks like Standard Test Bank, portal.standard-test-bank.example. Choose it";
        assert_eq!(advice["choose"], choose, "{advice}");
    }
    assert_eq!(host.waycore.changes().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_odd_address_that_nobody_was_warned_of_is_asked_about_when_it_is_sent() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    mirrored(&ana).await;
    let name = ("requested_name", "Odd Bank");
    for (typed, says) in ODD {
        let page = sends(&host, &[name, ("portal_url", typed)]).await;
        assert!(field(&page, "portal_url").contains(&format!("value=\"{typed}\"")), "{page}");
        assert!(field(&page, "portal_url").contains("aria-describedby=\"portal_url-error "), "{page}");
        let said = text(between(&page, "id=\"portal_url-error\"", "</p>"));
        assert!(said.contains(says), "{typed}: {said}");
        assert!(!field(&page, "address_checked").contains(" checked"), "{page}");
    }
    assert_eq!(host.waycore.changes().await, Vec::<String>::new());
    let form = [("unlisted", "true"), name, ("portal_url", ODD[2].0), ("address_checked", "true")];
    let setup = ana.post_form("/api/start_connection", &form).await;
    assert!(setup.goes_to().ends_with("/setup"), "{setup:?}");
}

#[tokio::test]
async fn an_odd_address_and_a_known_name_are_two_questions_and_both_can_be_answered() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    mirrored(&ana).await;
    let typed = [("requested_name", "Standard Test Bank"), ("portal_url", BY_NUMBER)];
    let page = sends(&host, &typed).await;
    assert!(!field(&page, "not_listed").contains(" checked"), "{page}");
    let other = [typed.as_slice(), &[("not_listed", "true")]].concat();
    let page = sends(&host, &other).await;
    assert!(field(&page, "not_listed").contains(" checked"), "an answer stays: {page}");
    assert!(text(main_of(&page)).contains(IS_A_NUMBER), "{page}");
    assert_eq!(host.waycore.changes().await, Vec::<String>::new());
    let both = [other.as_slice(), &[("unlisted", "true"), ("address_checked", "true")]].concat();
    let setup = ana.post_form("/api/start_connection", &both).await;
    assert!(setup.goes_to().ends_with("/setup"), "{setup:?}");
}
