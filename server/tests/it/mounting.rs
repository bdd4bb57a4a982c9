//! The flow in a host's own server: under any path, and more than once in a process.

use std::sync::Arc;

use app::backend::{Caller, Customer, Role};
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::get;
use domain::ids::UserId;
use http::request::Parts;
use serde_json::Value;
use server::config::{Layout, Link, Theme};
use server::identity::{HostIdentity, SignedOut};
use tokio_util::sync::CancellationToken;

use crate::answer::Answer;
use crate::host::settings_below;
use crate::simulated::SimulatedWaycore;

/// Everybody is one person; which customer's is in a header.
struct Header;

#[async_trait]
impl HostIdentity for Header {
    async fn identify(&self, request: &Parts) -> Result<Caller, SignedOut> {
        let org = request.headers.get("x-org").and_then(|org| org.to_str().ok()).ok_or(SignedOut::Absent)?;
        assert_ne!(org, BREAKS, "a host's own code breaks on {org}");
        if org == NEVER_ANSWERED {
            return std::future::pending().await;
        }
        Ok(Caller {
            customer: Customer { issuer: "product".to_owned(), org: org.to_owned() },
            user: UserId::parse("ana").map_err(|_| SignedOut::BadClaim("sub"))?,
            role: Role::Manager,
            org_name: None,
            name: None,
            locale: None,
        })
    }
}

const BREAKS: &str = "an org that breaks it";
const NEVER_ANSWERED: &str = "an org of which it never says anything";

/// A product with the flow at two places, each with a Waycore, a database and a look of its own.
async fn product() -> (Router, [SimulatedWaycore; 2], tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let waycores = [SimulatedWaycore::start().await, SimulatedWaycore::start().await];
    let mut product = Router::new().route("/", get(|| async { "the product" }));
    for (place, waycore) in ["/banking/connections", "/treasury"].into_iter().zip(&waycores) {
        let database = folder.path().join(format!("{}.db", place.replace('/', "-")));
        let settings = settings_below(waycore, database, place);
        let layout = Layout {
            before: format!("<nav>Part of {place}</nav>"),
            style_sheets: vec![Link::parse("https://assets.example/host.css").unwrap()],
            theme: Theme::parse("--connect-radius: 2px;").unwrap(),
            home: Some(Link::parse("/").unwrap()),
            ..Layout::default()
        };
        let mounted =
            server::mount(settings, Arc::new(Header), layout, CancellationToken::new()).await.unwrap();
        product = product.nest_service(place, mounted.router);
    }
    (product, waycores, folder)
}

async fn ask(product: &Router, method: &str, path: &str, body: &str) -> Answer {
    ask_for("acme", product, method, path, body).await
}

async fn ask_for(org: &str, product: &Router, method: &str, path: &str, body: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1:3000")
        .header("x-org", org)
        .header("sec-fetch-site", "same-origin")
        .header("accept", if method == "GET" { "text/html" } else { "application/json" })
        .header("content-type", "application/x-www-form-urlencoded");
    Answer::of(product.clone(), request.body(Body::from(body.to_owned())).unwrap()).await
}

/// The form that starts a connection, as a browser sends it without scripts.
async fn send_form(org: &str, product: &Router) -> Answer {
    let form = Request::builder()
        .method("POST")
        .uri("/treasury/api/start_connection")
        .header("host", "127.0.0.1:3000")
        .header("x-org", org)
        .header("sec-fetch-site", "same-origin")
        .header("accept", "text/html,application/xhtml+xml")
        .header("content-type", "application/x-www-form-urlencoded");
    Answer::of(product.clone(), form.body(Body::from("institution_id=a")).unwrap()).await
}

#[tokio::test]
async fn two_mounts_in_one_process_do_not_meet() {
    let (product, waycores, _folder) = product().await;
    let start = async |place: &str| -> Value {
        let path = format!("{place}/api/start_connection");
        ask(&product, "POST", &path, "institution_id=sim-standard").await.ok()["connection"].clone()
    };
    let banking = start("/banking/connections").await;
    assert_eq!(waycores[1].requests().await, Vec::<Value>::new());
    let treasury = start("/treasury").await;
    assert_ne!(banking["id"], treasury["id"]);
    for (place, own, foreign) in
        [("/banking/connections", &banking, &treasury), ("/treasury", &treasury, &banking)]
    {
        let get = async |id: &Value| {
            let form = format!("connection_id={}", id.as_str().unwrap());
            ask(&product, "POST", &format!("{place}/api/get_connection"), &form).await
        };
        assert_eq!(get(&own["id"]).await.status, 200);
        assert_eq!(get(&foreign["id"]).await.error(), (404, "not_found".to_owned()));
    }
}

#[tokio::test]
async fn a_panic_is_one_answer_that_says_nothing_of_it() {
    let (product, _waycores, _folder) = product().await;
    let broken = ask_for(BREAKS, &product, "POST", "/treasury/api/list_connections", "").await;
    assert_eq!(broken.error(), (503, "unavailable".to_owned()));
    let page = ask_for(BREAKS, &product, "GET", "/treasury/", "").await;
    assert_eq!(page.status, 503);
    let form = send_form(BREAKS, &product).await;
    for page in [&page, &form] {
        assert_eq!(page.status, 503);
        assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{page:?}");
        assert!(page.body.contains("Part of /treasury") && page.body.contains("<h1"), "{page:?}");
    }
    for answer in [broken, page, form] {
        assert!(!answer.body.contains(BREAKS) && !answer.body.contains("own code"), "{answer:?}");
        assert!(
            answer.header("content-security-policy").is_some() && answer.header("x-request-id").is_some()
        );
        assert_eq!(answer.header("cache-control"), Some("no-store, no-transform"), "{answer:?}");
    }
    assert_eq!(ask(&product, "GET", "/treasury/", "").await.status, 200, "the next one is answered");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered_in_words() {
    let (product, _waycores, _folder) = product().await;
    tokio::time::pause();
    let page = ask_for(NEVER_ANSWERED, &product, "GET", "/treasury/", "").await;
    let form = send_form(NEVER_ANSWERED, &product).await;
    let call = ask_for(NEVER_ANSWERED, &product, "POST", "/treasury/api/start_connection", "").await;
    assert_eq!(call.error(), (504, "unavailable".to_owned()));
    for page in [&page, &form] {
        assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{page:?}");
        assert!(page.body.contains("Part of /treasury") && page.body.contains("<h1"), "{page:?}");
    }
    // Of a change nobody knows whether it was done.
    let unknown = "We cannot tell whether this was done.";
    assert!(form.body.contains(unknown) && call.body.contains(unknown), "{form:?} {call:?}");
    assert!(page.body.contains("Something on our side does not work at the moment."), "{page:?}");
    for answer in [page, form, call] {
        assert_eq!(answer.status, 504, "{answer:?}");
        let code = answer.header("x-request-id").expect("a support code");
        assert!(answer.body.contains(code), "{answer:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store, no-transform"), "{answer:?}");
    }
}

#[tokio::test]
async fn every_address_on_a_page_is_below_its_mount() {
    let (product, _waycores, _folder) = product().await;
    for place in ["/banking/connections", "/treasury"] {
        for page in ["", "/", "/new", "/new?query=bank", "/nowhere"] {
            let answer = ask(&product, "GET", &format!("{place}{page}"), "").await;
            assert_eq!(answer.status, if page == "/nowhere" { 404 } else { 200 }, "{place}{page}");
            assert!(answer.body.contains(&format!("<nav>Part of {place}</nav>")), "{place}{page}");
            let addresses = ["href=\"", "action=\"", "src=\"", "import(\""]
                .iter()
                .flat_map(|name| answer.body.split(name).skip(1))
                .filter_map(|rest| rest.split('"').next())
                .filter(|address| !address.starts_with("https:") && !address.starts_with('#'));
            for address in addresses {
                let below = address.starts_with(&format!("{place}/"));
                assert!(below || address == "/", "{address} on {place}{page}");
            }
        }
        let page = ask(&product, "GET", &format!("{place}/new"), "").await;
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("style-src 'self' https://assets.example"), "{policy}");
        let theme = page.body.split('"').find(|text| text.contains("/theme/")).unwrap().to_owned();
        let sheet = ask(&product, "GET", &theme, "").await;
        assert!(sheet.status.is_success() && sheet.body.contains("2px"), "{theme}: {sheet:?}");
    }
    assert_eq!(ask(&product, "GET", "/", "").await.body, "the product");
    assert_eq!(ask(&product, "GET", "/api/list_connections", "").await.status, 404, "nothing is beside them");
}
