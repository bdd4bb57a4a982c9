//! The headers of every answer, whose changes are taken, and how many requests.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use serde_json::json;
use server::config::{PublicUrl, TrustedProxies};

use crate::answer::Answer;
use crate::host::TestHost;
use crate::html::{main_of, main_text, text};

/// Kept by no cache, and changed by no proxy: some rewrite e-mail addresses, or hold streams back to compress them.
const NEVER_STORED: &str = "no-store, no-transform";

#[track_caller]
fn is_protected(answer: &Answer, what: &str) {
    let header = |name| answer.header(name).unwrap_or_else(|| panic!("{what} has no {name}: {answer:?}"));
    let policy = header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{what}: {policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{what}: {policy}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(header("referrer-policy"), "strict-origin-when-cross-origin", "{what}");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{what}");
    assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{what}");
    let permissions = header("permissions-policy");
    assert!(
        permissions.contains("camera=()") && permissions.contains("geolocation=()"),
        "{what}: {permissions}"
    );
    assert!(permissions.contains("clipboard-write=(self)"), "copy buttons work: {permissions}");
    assert!(answer.header("x-request-id").is_some(), "{what}");
}

/// Every kind of address and method, and every status that they give.
#[tokio::test]
async fn every_answer_is_protected() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let vic = host.signed_in_with_role("vic", "acme", "viewer").await;
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let mut statuses = std::collections::BTreeSet::new();
    let pages =
        ["/", "/new", "/nowhere", "/connections/none", "/demo/sign-in", "/healthz", "/readyz", "/pkg/x/y.js"];
    let own = ["", "/setup", "/remove", "/nowhere"].map(|page| format!("/connections/{id}{page}"));
    for path in pages.map(str::to_owned).into_iter().chain(own) {
        for person in [&ana, &vic, &host.signed_out()] {
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
                let answer = person.send_as(method, &path).await;
                is_protected(&answer, &format!("{method} {path}"));
                statuses.insert(answer.status.as_u16());
            }
        }
    }
    let form = [("connection_id", id.as_str())];
    for name in ["get_connection", "start_connection", "submit_finish", "sync_connection", "nothing"] {
        for person in [&ana, &vic, &host.signed_out()] {
            for answer in
                [person.post_api(name, &form).await, person.post_form(&format!("/api/{name}"), &form).await]
            {
                is_protected(&answer, name);
                statuses.insert(answer.status.as_u16());
            }
        }
    }
    host.waycore.fail(json!({ "match": {}, "effect": { "status": 500 } })).await;
    let answer = ana.connection(&id).await;
    is_protected(&answer, "Waycore is down");
    statuses.insert(answer.status.as_u16());
    let seen: Vec<_> = statuses.into_iter().collect();
    assert_eq!(seen, [200, 303, 401, 403, 404, 405, 409, 422, 503]);
}

#[tokio::test]
async fn what_holds_customer_data_is_kept_by_no_cache() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let own = ["/setup", "/sheet"].map(|page| format!("/connections/{id}{page}"));
    for path in ["/", "/nowhere"].map(str::to_owned).into_iter().chain(own) {
        assert_eq!(ana.get(&path).await.header("cache-control"), Some(NEVER_STORED), "{path}");
    }
    assert_eq!(ana.connection(&id).await.header("cache-control"), Some(NEVER_STORED));
    for path in ["/healthz", "/readyz", "/events?snapshot", "/demo/sign-in"] {
        assert_eq!(ana.get(path).await.header("cache-control"), Some(NEVER_STORED), "{path}");
    }
}

#[tokio::test]
async fn a_policys_nonce_is_new_each_time() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let (one, two) = (ana.get("/").await, ana.get("/").await);
    let policy = |answer: &Answer| answer.header("content-security-policy").unwrap().to_owned();
    assert_ne!(policy(&one), policy(&two));
    assert!(!one.body.contains(" style="), "no page writes an inline style");
}

#[tokio::test]
async fn a_form_that_is_too_long_is_refused_unread() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let long = ["query=", &"x".repeat(300_000)].concat();
    let many = ["query=x", &"&query=x".repeat(100)].concat();
    for body in [long, many] {
        for function in ["search_institutions", "start_connection", "submit_finish"] {
            let path = format!("/api/{function}");
            let answer = ana.post_body(&path, "application/json", body.clone()).await;
            assert_eq!(answer.error(), (422, "invalid_input".to_owned()));
            let page = ana.post_body(&path, "text/html", body.clone()).await;
            assert_eq!(page.status, 422, "{page:?}");
            let said = main_text(&page);
            assert!(said.contains("The form is too long, so nothing was done."), "{said}");
            assert!(main_of(&page.body).contains("<a href=\"/\""), "a way back: {page:?}");
        }
    }
    assert!(host.waycore.requests().await.is_empty(), "nothing was asked of Waycore");
}

#[tokio::test]
async fn a_customer_who_asks_too_much_has_to_wait_and_others_do_not() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let mut refused = None;
    for _ in 0..2_000 {
        let answer = ana.post_api("start_connection", &[]).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("at some point it is too much");
    assert_eq!(refused.error(), (429, "rate_limited".to_owned()));
    assert!(refused.header("retry-after").is_some_and(|wait| wait.parse::<u64>().is_ok()));
    let bo = host.signed_in_as("bo", "globex").await;
    assert_eq!(bo.get("/").await.status, 200);
}

/// Asks for the list from an address, as a proxy that names where the request comes from, or as a client.
async fn ask(host: &TestHost, peer: [u8; 4], forwarded_for: Option<&str>, accept: &str) -> Answer {
    let mut request = Request::builder().uri("/").header("accept", accept);
    if let Some(client) = forwarded_for {
        request = request.header("x-forwarded-for", client);
    }
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from((peer, 4_000))));
    host.send(request).await
}

/// Asks until it is too much.
async fn ask_too_much(host: &TestHost, peer: [u8; 4], forwarded_for: Option<&str>) -> Answer {
    for _ in 0..4_000 {
        let answer = ask(host, peer, forwarded_for, "application/json").await;
        if answer.status == 429 {
            return answer;
        }
    }
    panic!("4,000 requests are not too much");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_asks_too_much_is_answered_in_the_form_that_it_asked_for() {
    let host = TestHost::start().await;
    let client = [198, 51, 100, 7];
    let refused = ask_too_much(&host, client, None).await;
    assert_eq!(refused.error(), (429, "rate_limited".to_owned()));
    // A burst may have let one more in by then.
    let mut page = ask(&host, client, None, "text/html").await;
    while page.status != 429 {
        page = ask(&host, client, None, "text/html").await;
    }
    assert!(page.body.contains("<h1") && page.body.contains("Too many requests at once"), "{page:?}");
    let main = main_of(&page.body);
    assert!(text(main).contains("Try again in ") && main.contains("data-countdown=\""), "{main}");
    assert!(main.contains(">Try again</a>"), "{main}");
    // So is one that has sent a form.
    let sign_in = || {
        let form = Request::post("/demo/sign-in")
            .header("accept", "text/html")
            .header("content-type", "application/x-www-form-urlencoded");
        let mut request = form.body(Body::from("user=bo")).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((client, 4_000))));
        host.send(request)
    };
    let mut page = sign_in().await;
    while page.status != 429 {
        page = sign_in().await;
    }
    assert!(page.body.contains("<h1") && page.body.contains("Too many requests at once"), "{page:?}");
}

/// `CONNECT_TRUSTED_PROXIES`: behind a trusted proxy each client has a limit of its own; nobody else names a client.
#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_proxy_names_the_address_that_is_limited() {
    let proxies = TrustedProxies::parse("10.0.0.0/24").unwrap();
    let host = TestHost::start_with(|settings| settings.trusted_proxies = proxies).await;
    let (proxy, other_proxy, stranger) = ([10, 0, 0, 1], [10, 0, 0, 2], [203, 0, 113, 9]);
    let (client, other_client) = ("198.51.100.7", "198.51.100.8");
    ask_too_much(&host, proxy, Some(client)).await;
    for (peer, forwarded_for, limited, what) in [
        (proxy, Some(client), true, "the client"),
        (other_proxy, Some(client), true, "the client through another trusted proxy"),
        (proxy, Some(other_client), false, "another client of the proxy"),
        (proxy, None, false, "the proxy itself"),
        (stranger, Some(client), false, "a stranger who names the client"),
    ] {
        // Far fewer than a client may send at once. Of one that used these up, a few get through each time.
        let mut is_limited = false;
        for _ in 0..150 {
            is_limited |= ask(&host, peer, forwarded_for, "application/json").await.status == 429;
            if is_limited {
                break;
            }
        }
        assert_eq!(is_limited, limited, "{what}");
    }
}

/// `CONNECT_PUBLIC_URL`: the proxy in front may send another `Host`, so the origin is what the setting says.
#[tokio::test]
async fn an_old_browser_changes_something_from_pages_of_the_public_origin_alone() {
    let public_url = PublicUrl::parse("https://app.example.com").unwrap();
    let host = TestHost::start_with(|settings| settings.public_url = public_url).await;
    let bank = [("institution_id", "sim-standard")];
    // The last one has the authority of the `Host` that the requests carry, as behind a proxy that passes any on.
    for origin in [
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://example.com",
        "https://other.app.example.com",
        "https://app.example.com.evil.example",
        "https://evil.example",
        "null",
        "http://127.0.0.1:3000",
    ] {
        let ana = host.signed_in_as("ana", "acme").await.in_an_old_browser_on(origin);
        let refused = (403, "forbidden".to_owned());
        assert_eq!(ana.post_api("start_connection", &bank).await.error(), refused, "{origin}");
        assert_eq!(ana.post_form("/api/start_connection", &bank).await.status, 303, "{origin}");
        let sign_in = host.signed_out().in_an_old_browser_on(origin);
        let sign_in = sign_in.post_form("/demo/sign-in", &[("user", "bo")]).await;
        assert_eq!((sign_in.status.as_u16(), sign_in.cookie()), (403, None), "{origin}");
        assert_eq!(ana.get("/").await.status, 200, "{origin}: only changes are refused");
        let page = format!("{origin}/banks/new");
        let ana = host.signed_in_as("ana", "acme").await.in_an_old_browser_that_came_from(&page);
        assert_eq!(ana.post_api("start_connection", &bank).await.error(), refused, "{page}");
    }
    assert_eq!(host.waycore.changes().await, Vec::<String>::new(), "nothing was done");
    let ana = host.signed_in_as("ana", "acme").await.in_an_old_browser_on("https://app.example.com");
    assert_eq!(ana.start("sim-standard").await["step"], "delegatedUser");
    let page = "https://app.example.com/banks/new";
    let ana = host.signed_in_as("ana", "acme").await.in_an_old_browser_that_came_from(page);
    assert_eq!(ana.start("sim-standard").await["step"], "delegatedUser");
}
