//! Somebody whose session is over, on a server whose people sign in at the host's own page.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use server::clock::{Clock as _, SystemClock};
use server::config::{KeySetUrl, Link, TokenAlgorithm, TokenKeys};

use crate::answer::Answer;
use crate::browser::Browser;
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
    assert_eq!(back("/api/get_connection?connection_id=x"), "https://app.example/banks/", "that is no page");
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

/// Opens a page with cookies, on a host that has a page of its own to sign in on.
async fn open(host: &TestHost, cookies: &[&str]) -> Answer {
    Browser::new(host, vec![("cookie", cookies.join("; "))]).get("/new").await
}

async fn host_with_a_sign_in_page() -> TestHost {
    TestHost::start_with_token_cookie(|settings, _| settings.links.sign_in = Link::parse(SIGN_IN).ok()).await
}

/// The session of a person whose token has another claim; `null` takes one away.
fn session_with(name: &str, value: Value) -> String {
    let mut claims = json!({ "sub": "ana", "org": "acme", "roles": ["manager"] });
    claims[name] = value;
    format!("session={}", host_token(claims))
}

#[tokio::test]
async fn a_session_that_is_refused_again_after_a_sign_in_is_told_why_and_not_sent_round() {
    let host = host_with_a_sign_in_page().await;
    let now = SystemClock.now().as_millis() / 1_000;
    for (session, reason) in [
        (session_with("exp", json!(now - 60)), "Your session had already ended when it arrived here."),
        (session_with("nbf", json!(now + 600)), "Your session is not valid yet."),
        (session_with("exp", json!((now + 600) * 1_000)), "Your session ends later than this page accepts."),
        (session_with("aud", json!("other")), "Your session is meant for another service."),
        (
            session_with("iss", json!("other")),
            "Your session comes from a sign-in that this page does not know.",
        ),
        (session_with("org", Value::Null), "Your session lacks details that this page needs."),
        (session_with("sub", json!(7)), "Your session lacks details that this page needs."),
        ("session=nonsense".to_owned(), "Your session could not be verified."),
    ] {
        let first = open(&host, &[&session]).await;
        assert_eq!(way_back(first.goes_to()), "http://127.0.0.1:3000/new", "{reason}");
        let counted = first.cookie().expect("the refusal is counted");
        assert!(first.header("set-cookie").unwrap().contains("; Max-Age=60; HttpOnly"), "{first:?}");
        // However often the sign-in sends the same back.
        let mut counted = counted.to_owned();
        for _ in 0..3 {
            let again = open(&host, &[&session, &counted]).await;
            assert_eq!(again.status, 401, "{reason}: {again:?}");
            for part in
                [reason, "Sign in again. If this page comes back, contact support.", "data-support-code"]
            {
                assert!(again.body.contains(part), "{part}: {}", again.body);
            }
            assert!(again.body.contains(">Your sign-in was not accepted here</h1>"), "{}", again.body);
            let mut links = again.body.split("href=\"").filter_map(|rest| rest.split('"').next());
            assert!(links.any(|link| link.starts_with(SIGN_IN)), "{}", again.body);
            counted = again.cookie().expect("it is still counted").to_owned();
        }
        // A session that is accepted ends the count: the next one that ends leads to the sign-in again.
        let accepted = open(&host, &[&session_with("name", json!("Ana")), &counted]).await;
        assert_eq!(accepted.status, 200, "{accepted:?}");
        assert!(accepted.header("set-cookie").unwrap().contains("; Max-Age=0; "), "{accepted:?}");
        // Nobody but the server counts.
        let (name, _) = counted.split_once('=').unwrap();
        open(&host, &[&session, &format!("{name}=5")]).await.goes_to();
    }
}

#[tokio::test]
async fn a_person_without_a_session_is_sent_to_sign_in_from_every_page_that_was_open() {
    let host = host_with_a_sign_in_page().await;
    let mut counted = String::new();
    for _ in 0..5 {
        let page = open(&host, &[&counted]).await;
        page.goes_to();
        counted = page.cookie().expect("the refusal is counted").to_owned();
    }
    let page = open(&host, &[&counted]).await;
    assert_eq!(page.status, 401);
    assert!(page.body.contains("Allow cookies for this site."), "{}", page.body);
}

#[tokio::test]
async fn keys_that_cannot_be_read_sign_nobody_out() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = KeySetUrl::parse(&format!("http://{}/keys", nobody.local_addr().unwrap())).unwrap();
    drop(nobody);
    let host = TestHost::start_with_token_cookie(|settings, token| {
        settings.links.sign_in = Link::parse(SIGN_IN).ok();
        token.keys = TokenKeys::Set(url, vec![TokenAlgorithm::Es256]);
    })
    .await;
    let es256 = format!("session={}.e30.c2ln", URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","kid":"k"}"#));
    for _ in 0..3 {
        let page = open(&host, &[&es256]).await;
        assert_eq!(page.status, 503, "{page:?}");
        assert!(page.body.contains("Your sign-in cannot be checked at the moment."), "{}", page.body);
        assert!(!page.body.contains(SIGN_IN) && page.header("set-cookie").is_none(), "{page:?}");
        let api =
            Browser::new(&host, vec![("cookie", es256.clone())]).post_api("list_connections", &[]).await;
        assert_eq!(api.error(), (503, "unavailable".to_owned()));
        assert_eq!(api.header("retry-after"), Some("30"));
        // Of a form that has a password, that it was typed is kept for the page after it.
        for (password, is_kept) in [("", false), ("from the bank", true)] {
            let form = [("connection_id", "conn_1"), ("password", password)];
            let refused = Browser::new(&host, vec![("cookie", es256.clone())])
                .post_form("/api/submit_finish", &form)
                .await;
            assert_eq!(refused.status, 503);
            assert_eq!(refused.cookie().is_some(), is_kept, "{refused:?}");
        }
    }
    assert_eq!(
        open(&host, &["other=1"]).await.goes_to().split('?').next(),
        Some(SIGN_IN),
        "no session at all"
    );
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
