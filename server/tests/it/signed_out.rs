//! Somebody whose session is over, on a server whose people sign in at the host's own page.

use serde_json::json;

use crate::host::{TestHost, host_token};
use crate::program::{Program, browse, request};
use crate::served::{manager, serve, settings};
use crate::simulated::SimulatedWaycore;

const SIGN_IN: &str = "https://login.example/sign-in";

/// A server below `/banks` whose host has a page to sign in on.
async fn below_banks(folder: &tempfile::TempDir) -> (SimulatedWaycore, Program, String) {
    let waycore = SimulatedWaycore::start().await;
    let mut settings = settings(&waycore, folder.path());
    settings.retain(|(name, _)| *name != "CONNECT_PUBLIC_URL");
    settings.push(("CONNECT_PUBLIC_URL", "https://app.example/banks".to_owned()));
    settings.push(("CONNECT_SIGN_IN_URL", SIGN_IN.to_owned()));
    let (program, address) = serve(&settings);
    (waycore, program, format!("{address}/banks"))
}

/// The page that the sign-in is told to lead back to.
#[track_caller]
fn way_back(sign_in: &str) -> String {
    let query =
        sign_in.strip_prefix(SIGN_IN).and_then(|rest| rest.strip_prefix('?')).expect("the host's page");
    let query: Vec<(String, String)> = serde_urlencoded::from_str(query).expect("a query");
    let [(name, page)] = &query[..] else { panic!("{query:?}") };
    assert_eq!(name, "return_to");
    page.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_leads_to_the_sign_in_and_back_to_the_page_that_was_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let (_waycore, _program, banks) = below_banks(&folder).await;
    let back = |path: &str| way_back(browse(&format!("{banks}{path}"), "", None).goes_to());
    assert_eq!(back("/new?unlisted=true"), "https://app.example/banks/new?unlisted=true");
    let elsewhere =
        ["//evil.example/", "/%5Cevil.example", "/%2f%2fevil.example", "/x?return_to=https://evil.example/"];
    for path in elsewhere {
        let page = back(path);
        assert!(page.starts_with("https://app.example/banks/"), "{path} leads back to {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_javascript_leads_to_the_sign_in_and_back_to_its_step() {
    let folder = tempfile::tempdir().unwrap();
    let (waycore, _program, banks) = below_banks(&folder).await;
    let api = |name: &str, form: &[(&str, &str)]| {
        request(&format!("{banks}/api/{name}"), &manager(), Some(form)).ok()
    };
    let started = api("start_connection", &[("institution_id", "sim-standard")]);
    let id = started["connection"]["id"].as_str().expect("an id");
    api("confirm_user_created", &[("connection_id", id)]);
    let step = format!("/connections/{id}/setup?step=finish");
    let form = [
        ("connection_id", id),
        ("bank_username", "wc-acme"),
        ("password", "issued by the bank"),
        ("delegated_user_active", "on"),
        ("accept_terms", "on"),
    ];
    let submit = |cookie: &str| browse(&format!("{banks}/api/submit_finish"), cookie, Some(&form));
    let handed_over = async || waycore.changes().await.iter().any(|change| change.ends_with("/credentials"));

    let expired = host_token(json!({ "sub": "ana", "org": "acme", "roles": ["manager"], "exp": 1 }));
    let refused = submit(&format!("session={expired}"));
    assert_eq!(refused.status, 401);
    assert!(refused.body.contains(">You are signed out</h1>"), "{}", refused.body);
    // The page's own policy keeps a form from going to another site, so there is a link.
    let mut links = refused.body.split("href=\"").filter_map(|rest| rest.split('"').next());
    let sign_in = links.find(|link| link.starts_with(SIGN_IN)).expect("the way to sign in");
    assert_eq!(way_back(sign_in), format!("https://app.example/banks{step}"));
    let message = refused.cookie().expect("a message for the page").to_owned();
    assert!(!handed_over().await, "nothing was sent");

    let page = browse(&format!("{banks}{step}"), &format!("{}; {message}", manager()), None);
    assert!(page.body.contains("You had been signed out, so nothing was sent."), "{}", page.body);
    assert!(page.body.contains("What your bank issued has to be typed again"), "{}", page.body);
    for typed in ["wc-acme", "issued by the bank"] {
        assert!(!page.body.contains(typed) && !message.contains(typed), "{typed} was kept: {page:?}");
    }

    assert_eq!(submit(&manager()).goes_to(), format!("/banks/connections/{id}/setup"));
    assert!(handed_over().await);
}

#[tokio::test]
async fn where_there_is_no_page_to_sign_in_on_the_page_says_so_and_can_be_tried_again() {
    let host = TestHost::start_with_tokens().await;
    let page = host.signed_out().get("/new").await;
    assert_eq!(page.status, 401);
    for text in [">You are signed out</h1>", "Sign in again, then come back to this page.", ">Try again</a>"]
    {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    let page = host.signed_in_as("ana", "acme").await.get("/new").await;
    assert!(page.status.is_success() && page.body.contains("Connection details"), "{}", page.body);
}
