//! Help with the address of an unlisted bank: what is odd about it, and which bank of the catalog seems to be meant.

use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{between, main_of, text};
use crate::searching_banks::mirrored;

const BY_NUMBER: &str = "https://192.0.2.7/login";
const IS_A_NUMBER: &str = "is a number instead of a name";
const LOOKS_LIKE: &str = "looks like the one of another bank, but it is not the same. Check it letter by letter: \
                          Standard Test Bank, portal.standard-test-bank.example";

const USE_THE_REAL_ONE: &str = "Use Standard Test Bank (portal.standard-test-bank.example) instead";

/// Addresses that a bank may have, and rarely does.
const ODD: [(&str, &str); 9] = [
    (BY_NUMBER, IS_A_NUMBER),
    ("https://intranet/login", "leads to a private network"),
    ("https://xn--bcher-bank-9db.example/", "contains encoded letters"),
    ("https://сосо.example/", "letters of another alphabet"),
    ("https://portal.standard-tesst-bank.example/login", LOOKS_LIKE),
    ("https://portal.standard-test-bank.example.sign-in.example/", LOOKS_LIKE),
    ("https://192.168.1.10.elsewhere.example/", IS_A_NUMBER),
    ("https://secure.standardtestbank.example/", LOOKS_LIKE),
    ("https://standard-test-bank-login.com/", LOOKS_LIKE),
];

/// The form for an unlisted bank as a browser without JavaScript sends it, and the page that it leads back to.
async fn sends(host: &TestHost, fields: &[(&str, &str)]) -> String {
    let ana = host.signed_in_as("ana", "acme").await;
    let form = [&[("unlisted", "true"), ("draft", "")], fields].concat();
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
        match says == LOOKS_LIKE {
            true => assert_eq!(advice["choose"], USE_THE_REAL_ONE, "{typed}: {advice}"),
            false => assert_eq!(advice["href"], "", "{typed}: no bank is offered: {advice}"),
        }
    }
    let nothing = advice(&ana, "Odd Bank", "https://quiet-cove.example/login").await;
    let said = (&nothing["notes"], &nothing["href"], &nothing["confirm"]);
    assert_eq!(said, (&serde_json::json!([]), &"".into(), &"".into()));
    let number = advice(&ana, "Odd Bank", BY_NUMBER).await;
    assert_eq!(number["confirm"], "192.0.2.7", "what has to be confirmed: {number}");
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
async fn a_suspicious_address_is_refused_until_its_box_is_ticked() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    mirrored(&ana).await;
    let name = ("requested_name", "Odd Bank");
    for (typed, says) in ODD {
        for scripted in ["", "true"] {
            let page = sends(&host, &[name, ("portal_url", typed), ("scripted", scripted)]).await;
            assert!(field(&page, "portal_url").contains(&format!("value=\"{typed}\"")), "{page}");
            assert!(field(&page, "portal_url").contains("aria-describedby=\"portal_url-error "), "{page}");
            let said = text(between(&page, "id=\"portal_url-error\"", "</p>"));
            assert!(said.contains(says), "{typed}: {said}");
            assert!(!field(&page, "address_checked").contains(" checked"), "{page}");
            assert!(!between(main_of(&page), "id=\"address-check\"", ">").contains("hidden"), "{page}");
            let offers = text(main_of(&page)).contains(USE_THE_REAL_ONE);
            assert_eq!(offers, says == LOOKS_LIKE, "{typed}: {page}");
            let to_the_real_one = "href=\"/new?institution=sim-standard\"";
            assert_eq!(main_of(&page).contains(to_the_real_one), says == LOOKS_LIKE, "{typed}: {page}");
        }
        let by_program = ana.post_api("start_connection", &[name, ("portal_url", typed)]).await;
        assert_eq!(by_program.json()["field"], "address_checked", "{typed}");
    }
    assert_eq!(host.waycore.changes().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_tick_counts_for_the_host_that_was_asked_about_alone() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    mirrored(&ana).await;
    let name = ("requested_name", "Odd Bank");
    let page = sends(&host, &[name, ("portal_url", BY_NUMBER)]).await;
    assert!(field(&page, "address_checked").contains("value=\"192.0.2.7\""), "{page}");
    let ticked = ("address_checked", "192.0.2.7");
    let page = sends(&host, &[name, ("portal_url", "https://192.0.2.8/login"), ticked]).await;
    assert!(!field(&page, "address_checked").contains(" checked"), "{page}");
    assert_eq!(host.waycore.changes().await, Vec::<String>::new());
    for form in [
        [("unlisted", "true"), name, ("portal_url", BY_NUMBER), ticked],
        [("unlisted", "true"), name, ("portal_url", ODD[2].0), ("address_checked", "true")],
    ] {
        let setup = ana.post_form("/api/start_connection", &form).await;
        assert!(setup.goes_to().ends_with("/setup"), "{setup:?}");
    }
}

#[tokio::test]
async fn a_form_without_a_suspicious_address_asks_for_no_tick() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let page = ana.get("/new?unlisted=true").await.body;
    assert!(between(main_of(&page), "id=\"address-check\"", ">").contains("hidden"), "{page}");
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
