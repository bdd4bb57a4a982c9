//! A browser that translates pages leaves what has to be copied or typed as it is: names, codes, addresses and amounts.

use crate::answer::Answer;
use crate::host::TestHost;
use crate::html::{Tag, Token, main_of, tokens};
use crate::money_page::has_amount;

/// Elements without an end tag.
const VOID: [&str; 7] = ["area", "br", "hr", "img", "input", "link", "meta"];

/// The text of `<main>` that a browser may translate, in one line.
fn translatable(page: &Answer) -> String {
    translatable_in(main_of(&page.body))
}

fn translatable_in(html: &str) -> String {
    // Each open element, and whether its text may be translated.
    let mut open: Vec<(String, bool)> = Vec::new();
    let mut text = Vec::new();
    for token in tokens(html) {
        let may = open.last().is_none_or(|(_, may)| *may);
        match token {
            Token::Start(tag) if VOID.contains(&tag.name.as_str()) => {}
            Token::Start(tag) => {
                let may = may && tag.attribute("translate") != Some("no");
                let Tag { name, .. } = tag;
                open.push((name, may));
            }
            Token::End(name) => {
                if let Some(start) = open.iter().rposition(|(opened, _)| *opened == name) {
                    open.truncate(start);
                }
            }
            Token::Text(found) if may => text.extend(found.split_whitespace().map(str::to_owned)),
            Token::Text(_) => {}
        }
    }
    text.join(" ")
}

/// Each value is on the page, and only where nothing is translated.
#[track_caller]
fn keeps(page: &Answer, values: &[&str]) {
    let may = translatable(page);
    for value in values {
        assert!(crate::html::main_text(page).contains(value), "{value} is not on the page: {page:?}");
        assert!(!may.contains(value), "{value} may be translated: {may}");
    }
}

#[tokio::test]
async fn a_setup_keeps_its_names_addresses_and_issued_values() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let portal = "https://quiet-cove.example/Sign-In";
    let form = [("requested_name", "Quiet Cove Bank"), ("portal_url", portal)];
    let connection = ana.post_api("start_connection", &form).await.ok()["connection"].clone();
    let id = connection["id"].as_str().expect("an id");
    let issued: Vec<&str> = ["firstName", "lastName", "address", "username", "email", "phoneNumber"]
        .into_iter()
        .filter_map(|field| connection["instructions"][field].as_str())
        // It is a word of the pages too.
        .filter(|value| *value != "Waycore")
        .collect();
    assert!(issued.len() >= 5, "{issued:?}");

    let setup = ana.get(&format!("/connections/{id}/setup")).await;
    keeps(&setup, &issued);
    keeps(&setup, &["Quiet Cove Bank", "quiet-cove.example"]);
    assert!(translatable(&setup).contains("Create the delegated user"), "words are translated");
    let sheet = ana.get(&format!("/connections/{id}/sheet")).await;
    keeps(&sheet, &issued);
    keeps(&sheet, &["Quiet Cove Bank", portal, "https://docs.waycore.com/user-setup"]);
    keeps(&ana.get("/").await, &["Quiet Cove Bank", "quiet-cove.example"]);
    keeps(&ana.get(&format!("/connections/{id}/remove")).await, &["Quiet Cove Bank"]);
}

#[tokio::test]
async fn banks_to_choose_from_keep_their_names_and_addresses() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let found = ana.get("/new?query=sim-portals").await;
    keeps(
        &found,
        &["Three Portals Test Bank", "https://corporate.three-portals-test-bank.example/Login?Region=EU"],
    );
    let popular = ana.post_api("search_institutions", &[("query", "sim-standard")]).await.ok();
    assert_eq!(popular["institutions"][0]["name"], "Standard Test Bank");
    let chosen = ana.get("/new?institution=sim-standard").await;
    keeps(&chosen, &["Standard Test Bank", "portal.standard-test-bank.example"]);
}

#[tokio::test]
async fn help_and_messages_keep_the_names_and_addresses_in_them() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    crate::searching_banks::mirrored(&ana).await;
    for (name, portal, exact) in [
        ("Standard Test Bank", "https://quiet-cove.example/login", "Standard Test Bank"),
        ("Odd Bank", "https://portal.standard-tesst-bank.example/", "portal.standard-test-bank.example"),
        ("Odd Bank", "https://portal.standard-tesst-bank.example/login", "Standard Test Bank"),
        ("Odd Bank", "https://xn--bcher-bank-9db.example/", "b\u{fc}cher-bank.example"),
        ("Odd Bank", "https://\u{441}\u{43e}\u{441}\u{43e}.example/", "xn--n1aahb.example"),
    ] {
        let form = [("requested_name", name), ("portal_url", portal)];
        let help = ana.post_api("coach_portal", &form).await.ok();
        let html = help["html"].as_str().expect("HTML");
        assert!(html.contains(exact), "{exact} is not in {html}");
        assert!(!translatable_in(html).contains(exact), "{exact} may be translated: {html}");
        let form = [&[("unlisted", "true")], &form[..]].concat();
        let refused = ana.post_form("/api/start_connection", &form).await;
        let message = refused.cookie().expect("a message").to_owned();
        let person = host.signed_in_as("ana", "acme").await.with_cookie(&message);
        keeps(&person.get(refused.goes_to()).await, &[exact]);
    }
    for (portal, exact) in [
        (
            "https://portal.standard-tesst-bank.example/",
            "Standard Test Bank, portal.standard-test-bank.example",
        ),
        ("https://portal.standard-test-bank.example/other", "Standard Test Bank"),
        ("https://xn--bcher-bank-9db.example/", "b\u{fc}cher-bank.example"),
    ] {
        for scripted in ["", "true"] {
            let form =
                [("institution_id", "sim-portals"), ("portal_not_listed", "true"), ("own_portal", portal)];
            let form = [&form[..], &[("scripted", scripted)]].concat();
            let refused = ana.post_form("/api/start_connection", &form).await;
            let message = refused.cookie().expect("a message").to_owned();
            let person = host.signed_in_as("ana", "acme").await.with_cookie(&message);
            keeps(&person.get(refused.goes_to()).await, &[exact]);
        }
    }
}

#[tokio::test]
async fn a_connected_bank_keeps_its_name_accounts_and_amounts() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = crate::money_page::connected(&host, &ana).await;
    let accounts = ana.post_api("list_accounts", &[("connection_id", &id)]).await.ok();
    let names: Vec<&str> = accounts["accounts"]
        .as_array()
        .expect("accounts")
        .iter()
        .filter_map(|account| account["name"].as_str())
        .collect();
    assert!(!names.is_empty());
    let page = ana.get(&format!("/connections/{id}")).await;
    assert!(has_amount(&crate::html::main_text(&page)), "{page:?}");
    keeps(&page, &names);
    keeps(&page, &["Instant Test Bank"]);
    assert!(!has_amount(&translatable(&page)), "an amount may be translated: {}", translatable(&page));
}

#[tokio::test]
async fn codes_for_support_are_kept() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let missing = ana.get("/connections/conn_missing").await;
    let code = missing.header("x-request-id").expect("a support code").to_owned();
    keeps(&missing, &[&code]);
}
