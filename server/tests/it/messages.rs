//! The message that a refused form leaves for the page after it, without JavaScript.

use serde_json::json;
use server::config::PublicUrl;

use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{error_beside, tag};

/// The longest `Set-Cookie` that browsers and proxies take, with room for what they add.
const MAX_COOKIE: usize = 3_500;

async fn refused<'a>(person: &Browser<'a>, name: &str, portal: &str) -> crate::answer::Answer {
    let form = [("unlisted", "true"), ("requested_name", name), ("portal_url", portal)];
    person.post_form("/api/start_connection", &form).await
}

#[tokio::test]
async fn a_message_is_for_the_person_who_sent_the_form() {
    let host = TestHost::start().await;
    let cookie = {
        let pat = host.signed_in_as("pat", "acme").await;
        let answer = refused(&pat, "Pat\u{2019}s Zebra Savings", "http://bank.example").await;
        assert_eq!(answer.status, 303);
        answer.cookie().expect("a message").to_owned()
    };
    // In the same browser, one after the other.
    for (user, org, is_shown) in [("vic", "acme", false), ("pat", "globex", false), ("pat", "acme", true)] {
        let person = host.signed_in_as(user, org).await.with_cookie(&cookie);
        let page = person.get("/new?unlisted").await;
        assert_eq!(page.body.contains("Zebra Savings"), is_shown, "{user} of {org}");
        let ends = page.header("set-cookie").expect("the message is over");
        assert!(ends.contains("Max-Age=0"), "{ends}");
    }
}

/// A page that sends on shows nothing.
#[tokio::test]
async fn a_message_waits_for_the_page_that_shows_it() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let answer = ana.post_form("/api/sync_connection", &[("connection_id", id.as_str())]).await;
    let message = answer.cookie().expect("a message").to_owned();
    let ana = ana.with_cookie(&message);
    let detail = ana.get(answer.goes_to()).await;
    let setup = detail.goes_to().to_owned();
    assert_eq!(detail.header("set-cookie"), None, "{detail:?}");
    let page = ana.get(&setup).await;
    assert!(page.body.contains("role=\"alert\""), "{page:?}");
    assert!(page.header("set-cookie").expect("the message is over").contains("Max-Age=0"), "{page:?}");
}

/// Short texts go through the cookie; long ones come back in the answer itself. Nothing that was typed is lost, and no cookie
/// is longer than browsers and proxies take.
#[tokio::test]
async fn whatever_was_typed_comes_back_whole() {
    let host = TestHost::start().await;
    for (what, name, portal) in [
        ("short", "A bank".to_owned(), "http://bank.example".to_owned()),
        ("a long address", "A bank".to_owned(), format!("http://bank.example/{}", "a".repeat(2_000))),
        ("too long an address", "A bank".to_owned(), format!("https://bank.example/{}", "b".repeat(3_000))),
        ("both long", "n".repeat(2_100), format!("http://bank.example/{}", "c".repeat(2_020))),
        ("many bytes a character", "\u{1F3E6}".repeat(700), "http://bank.example".to_owned()),
        (
            "an address in which every sign is encoded",
            "A bank".to_owned(),
            format!("https://bank.example/?SAML={}", "%2B".repeat(11_000)),
        ),
        ("a document", "d".repeat(60_000), format!("http://bank.example/{}", "e".repeat(60_000))),
        ("four bytes a letter", "𝔘".repeat(2_000), "𝔘".repeat(2_000)),
    ] {
        let ana = host.signed_in_as("ana", "acme").await;
        let answer = refused(&ana, &name, &portal).await;
        let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
        assert!(cookies.iter().all(|cookie| cookie.len() < MAX_COOKIE), "{what}: {cookies:?}");
        let page = match answer.status.as_u16() {
            303 => {
                let cookie = answer.cookie().expect("a message").to_owned();
                let location = answer.goes_to().to_owned();
                ana.with_cookie(&cookie).get(&location).await
            }
            422 => answer,
            status => panic!("{what}: {status}"),
        };
        for typed in [&name, &portal] {
            assert!(page.body.contains(&format!("value=\"{typed}\"")), "{what}: {page:?}");
        }
        assert!(page.body.contains("aria-invalid=\"true\""), "{what}: the message stands at its field");
    }
}

/// A secret alone does not come back, and the form says so.
#[tokio::test]
async fn a_long_text_comes_back_beside_its_message_in_every_form() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let started = async |portal: &str| {
        let form = [("portal_url", portal), ("requested_name", "Quiet Cove")];
        let started = ana.post_api("start_connection", &form).await.ok();
        started["connection"]["id"].as_str().expect("an id").to_owned()
    };
    let (setup, ready) =
        (started("https://one.example/login").await, started("https://two.example/login").await);
    host.waycore.put_connection(&ready, json!({ "kind": "ready", "status": "reauthRequired" })).await;
    let unlisted =
        [("unlisted", "true"), ("requested_name", "A bank"), ("portal_url", "https://bank.example/")];
    let listed = [("institution_id", "sim-portals"), ("portal_not_listed", "true")];
    let confirmed =
        [("connection_id", setup.as_str()), ("delegated_user_active", "true"), ("accept_terms", "true")];
    let (of_setup, of_ready) = ([("connection_id", setup.as_str())], [("connection_id", ready.as_str())]);
    let issued = "This is too long. It can have at most 1,000 characters.";
    for text in ["x".repeat(20_000), "𝔘".repeat(2_000)] {
        for (function, form, field, says) in [
            ("start_connection", unlisted.as_slice(), "requested_name", "The name is too long."),
            ("start_connection", unlisted.as_slice(), "portal_url", "The address is too long."),
            ("start_connection", listed.as_slice(), "own_portal", "The address is too long."),
            ("remove_connection", of_setup.as_slice(), "confirmation", "name"),
            ("submit_finish", confirmed.as_slice(), "bank_username", issued),
            ("submit_finish", confirmed.as_slice(), "bank_customer_id", issued),
            ("submit_finish", confirmed.as_slice(), "password", issued),
            ("update_credentials", of_ready.as_slice(), "bank_username", issued),
            ("update_credentials", of_ready.as_slice(), "bank_customer_id", issued),
            ("update_credentials", of_ready.as_slice(), "password", issued),
        ] {
            let mut form: Vec<_> = form.iter().filter(|(name, _)| *name != field).copied().collect();
            form.push((field, &text));
            let page = ana.post_form(&format!("/api/{function}"), &form).await;
            assert_eq!(page.status, 422, "{function} {field}");
            let said = error_beside(&page, field);
            assert!(said.contains(says), "{function} {field}: {said}");
            let input = tag(&page, &format!(" id=\"{field}\""));
            assert!(input.contains("maxlength=\"3000\""), "a browser lets nobody type that much: {input}");
            let comes_back = input.contains(&format!("value=\"{text}\""));
            assert_eq!(comes_back, field != "password", "{function} {field}");
            assert_eq!(page.body.contains(&text), field != "password", "{function} {field}");
            let asks_again = page.body.contains("name=\"password_dropped\"");
            assert_eq!(asks_again, field == "password", "{function} {field}");
        }
    }
    let changes = host.waycore.changes().await;
    assert!(changes.iter().all(|change| !change.contains("credentials")), "{changes:?}");
}

#[tokio::test]
async fn a_secure_message_has_the_prefix_that_its_path_allows() {
    for (url, base, name) in [
        ("https://app.example.com", "", "__Host-waycore_connect_flash="),
        ("https://app.example.com/banks", "/banks", "__Secure-waycore_connect_flash="),
    ] {
        let public_url = PublicUrl::parse(url).expect("a public URL");
        let host = TestHost::start_with_below(base, |settings| settings.public_url = public_url).await;
        let ana = host.signed_in_as("ana", "acme").await;
        let answer = refused(&ana, "A bank", "http://bank.example").await;
        let cookie = answer.header("set-cookie").expect("a message").to_owned();
        assert!(cookie.starts_with(name) && cookie.contains("; Secure"), "{cookie}");
        let message = answer.cookie().expect("a message").to_owned();
        let page = ana.with_cookie(&message).get("/new?unlisted").await;
        assert!(page.body.contains("value=\"A bank\""), "{page:?}");
    }
}
