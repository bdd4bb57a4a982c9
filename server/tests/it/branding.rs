//! A host's theme and logo, and the way back to it.

use serde_json::json;
use server::config::{Layout, Link, Theme};

use crate::answer::Answer;
use crate::host::TestHost;
use crate::html::{Token, elements, tokens, words};

const LOGO: &str = "https://assets.example/logo.svg";

/// Every kind of page with its path.
async fn every_page(host: &TestHost) -> Vec<(Answer, String)> {
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-instant").await["id"].as_str().expect("an id").to_owned();
    let of_connection = |page: &str| format!("/connections/{id}{page}");
    let mut pages = Vec::new();
    for path in ["/".to_owned(), "/new".to_owned(), "/no-such-page".to_owned(), of_connection("/sheet")] {
        pages.push((ana.get(&path).await, path));
    }
    for path in [of_connection("/setup"), of_connection("/setup?step=finish"), of_connection("/remove")] {
        pages.push((ana.get(&path).await, path));
    }
    for (status, path) in [("pendingActivation", of_connection("/setup")), ("active", of_connection(""))] {
        let kind = if status == "active" { "ready" } else { "setup" };
        host.waycore.put_connection(&id, json!({ "kind": kind, "status": status })).await;
        pages.push((ana.get(&path).await, path));
    }
    pages.push((host.signed_out().get("/demo/sign-in").await, "/demo/sign-in".to_owned()));
    assert_eq!(pages.len(), 10);
    for (page, path) in &pages {
        assert!(page.status == 200 || path == "/no-such-page", "{path}: {page:?}");
    }
    pages
}

#[tokio::test]
async fn every_page_loads_the_theme_and_shows_the_logo() {
    let host = TestHost::start_with_layout(Layout {
        theme: Theme::parse("--connect-radius: 0;").expect("a theme"),
        logo: Some(Link::parse(LOGO).expect("an address")),
        ..Layout::default()
    })
    .await;
    let ana = host.signed_in_as("ana", "acme").await;
    for (page, path) in every_page(&host).await {
        let tokens = tokens(&page.body);
        let mut sheets = tokens.iter().filter_map(|token| match token {
            Token::Start(tag) if tag.attribute("rel") == Some("stylesheet") => tag.attribute("href"),
            Token::Start(_) | Token::End(_) | Token::Text(_) => None,
        });
        // The last one wins.
        let theme = sheets.next_back().expect("a style sheet").to_owned();
        assert!(theme.contains("/theme/"), "{path}: {theme}");
        let sheet = ana.get(&theme).await;
        assert!(sheet.status == 200 && sheet.body.contains("--connect-radius:0"), "{path}: {sheet:?}");
        let header = elements(&tokens, "header", |_| true)[0];
        let is_logo = |token: &Token| matches!(token, Token::Start(tag) if tag.name == "img" && tag.attribute("src") == Some(LOGO));
        assert_eq!(header.iter().filter(|token| is_logo(token)).count(), 1, "{path}: {}", page.body);
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(policy.contains("img-src 'self' https://assets.example"), "{path}: {policy}");
    }
}

#[tokio::test]
async fn every_page_leads_back_to_the_host_where_that_has_a_page() {
    for home in [None, Some("/dashboard"), Some("https://host.example/dashboard?from=banks")] {
        let parsed = home.map(|home| Link::parse(home).expect("an address"));
        let host = TestHost::start_with_layout(Layout { home: parsed, ..Layout::default() }).await;
        for (page, path) in every_page(&host).await {
            let tokens = tokens(&page.body);
            let header = elements(&tokens, "header", |_| true)[0];
            let links = elements(header, "a", |_| true);
            let back = links.into_iter().filter(|link| words(link).starts_with("Back to "));
            let address = |link: &[Token]| match &link[0] {
                Token::Start(tag) => tag.attribute("href").map(str::to_owned),
                Token::End(_) | Token::Text(_) => None,
            };
            let back: Vec<_> = back.filter_map(address).collect();
            assert_eq!(back, Vec::from_iter(home), "{path}: {}", page.body);
        }
    }
}
