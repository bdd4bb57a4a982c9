//! What the browser's script relies on in pages and answers. How it goes from page to page is in `end2end/specs`.

use crate::answer::Answer;
use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{main_text, tag, tags};

const ADDRESS_REFUSED: &str = "The address must start with https://";

/// The build that a page says it is of.
fn build_of(page: &Answer) -> String {
    let meta = tag(page, "name=\"connect-build\"");
    let (_, content) = meta.split_once("content=\"").expect("a build");
    content.split('"').next().expect("a build").to_owned()
}

/// Sends a form that is refused; gives the page that it leads back to, and the cookie that carries the message.
async fn refused(ana: &Browser<'_>) -> (String, String) {
    let form = [
        ("unlisted", "true"),
        ("requested_name", "Our House Bank"),
        ("portal_url", "http://house.example/login"),
    ];
    let answer = ana.post_form("/api/start_connection", &form).await;
    (answer.goes_to().to_owned(), answer.cookie().expect("a message").to_owned())
}

#[tokio::test]
async fn a_message_waits_for_a_page_that_can_show_it() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let build = build_of(&ana.get("/").await);
    for (asks_from, shows) in [(None, true), (Some(build.as_str()), true), (Some("pkg/older"), false)] {
        let (page, message) = refused(&ana).await;
        let ana = host.signed_in_as("ana", "acme").await.with_cookie(&message);
        let ana = match asks_from {
            Some(build) => ana.on_a_page_of(build),
            None => ana,
        };
        let answer = ana.get(&page).await;
        assert_eq!(main_text(&answer).contains(ADDRESS_REFUSED), shows, "{asks_from:?}: {answer:?}");
        assert_eq!(answer.cookie().is_some(), shows, "{asks_from:?}: the message is used up: {answer:?}");
    }
}

#[tokio::test]
async fn each_confirmation_carries_what_is_said_while_it_is_missing() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let page = ana.get(&format!("/connections/{id}/setup?step=finish")).await;
    for name in ["delegated_user_active", "accept_terms"] {
        let input = tag(&page, &format!(" id=\"{name}\""));
        let (_, missing) = input.split_once("data-missing=\"").expect("a sentence");
        let missing = missing.split('"').next().expect("a sentence");
        assert!(input.contains(&format!("aria-describedby=\"{name}-error ")), "{input}");
        // The same that the server says.
        let fields = [("connection_id", id.as_str())];
        let others = ["delegated_user_active", "accept_terms"].into_iter().filter(|other| *other != name);
        let fields: Vec<_> = fields.into_iter().chain(others.map(|other| (other, "on"))).collect();
        let refused = ana.post_api("submit_finish", &fields).await.json();
        assert_eq!(refused["message"], missing);
    }
}

#[tokio::test]
async fn password_managers_are_asked_to_leave_the_banks_fields_alone() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let page = ana.get(&format!("/connections/{id}/setup?step=finish")).await;
    for field in ["bank_username", "bank_customer_id", "password"] {
        let input = tag(&page, &format!(" id=\"{field}\""));
        for asked in [
            "data-1p-ignore",
            "data-bwignore",
            "data-form-type=\"other\"",
            "data-lpignore=\"true\"",
            "data-protonpass-ignore=\"true\"",
        ] {
            assert!(input.contains(asked), "{asked}: {input}");
        }
    }
}

#[tokio::test]
async fn screens_at_one_address_are_told_apart_without_their_words() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    for (path, screen) in [
        ("/new".to_owned(), "details"),
        (format!("/connections/{id}/setup"), "user"),
        (format!("/connections/{id}/setup?step=finish"), "finish"),
        ("/connections/conn_missing".to_owned(), "problem"),
    ] {
        let page = ana.get(&path).await;
        let screens: Vec<&str> = tags(&page, "data-screen").collect();
        let [only] = screens[..] else { panic!("{path}: {screens:?}") };
        assert!(only.contains(&format!("data-screen=\"{screen}\"")), "{path}: {only}");
    }
}
