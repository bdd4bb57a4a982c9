//! Finding a bank on the page: ways to write it, banks of the company's own, banks to begin with, and no choice at all.

use std::time::Duration;

use app::paths::encode;
use serde_json::json;

use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{between, main_of, text};

const BANK: &str = "sim-standard";

/// The radio button of the bank, where a page lists banks to choose from.
const ROW: &str = "name=\"institution_id\" value=\"sim-standard\" data-name=\"Standard Test Bank\"";

/// Waits until the server holds Waycore's catalog, and returns the page that shows banks out of it.
pub(crate) async fn mirrored(person: &Browser<'_>) -> String {
    let shown = async {
        loop {
            let page = person.get("/new").await.body;
            if page.contains("id=\"popular\"") {
                return page;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), shown).await.expect("the catalog is mirrored")
}

#[tokio::test]
async fn a_bank_is_found_however_it_is_written() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    mirrored(&ana).await;
    let long = format!("https://portal.standard-test-bank.example/login?state={}", "x".repeat(400));
    for typed in [
        "standrad test bank",
        "Stadnard Tets Bnak",
        "https://portal.standard-test-bank.example/login?lang=en",
        &long,
        "standard-test-bank.example",
    ] {
        let found = ana.post_api("search_institutions", &[("query", typed)]).await.ok();
        let mut ids = found["institutions"].as_array().expect("banks").iter();
        assert!(ids.any(|bank| bank["institutionId"] == BANK), "{typed}: {found}");
        let page = ana.get(&format!("/new?query={}", encode(typed))).await;
        assert!(page.body.contains(ROW), "{typed}: {}", page.body);
    }
}

#[tokio::test]
async fn a_search_without_a_result_says_so_and_leads_on() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let page = ana.get("/new?query=zzzz%20no%20such%20bank%20zzzz").await.body;
    assert!(
        between(main_of(&page), "role=\"status\">", "</p>").contains("No bank fits this search."),
        "{page}"
    );
    assert!(page.contains("href=\"/new?unlisted=true\""), "{page}");
}

#[tokio::test]
async fn a_bank_that_the_company_has_says_so_and_leads_there() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start(BANK).await["id"].as_str().expect("an id").to_owned();
    let active = json!({ "kind": "ready", "status": "active" });
    for (state, note) in [(None, "setup in progress"), (Some(active), "already connected")] {
        if let Some(state) = state {
            host.waycore.put_connection(&id, state).await;
            ana.connection(&id).await.ok();
        }
        let page = ana.get("/new?query=test%20bank").await.body;
        assert!(page.contains("value=\"sim-instant\""), "another bank is found too: {page}");
        assert_eq!(page.matches("class=\"held\"").count(), 1, "{page}");
        let (found, held) = page.split_once("class=\"held\"").expect("a note");
        assert!(
            found.rfind("value=\"sim-").is_some_and(|at| found[at..].starts_with("value=\"sim-standard\""))
        );
        let (held, _) = held.split_once("</p>").expect("an end of it");
        let said = text(held);
        assert!(said.contains("Your company has this bank already") && said.contains(note), "{said}");
        assert!(held.contains(&format!("href=\"/connections/{id}\"")), "{held}");
        // The search with JavaScript shows it, once the bank is found and once it is chosen.
        let live = ana.get("/new").await.body;
        let hidden = format!("data-institution=\"{BANK}\" data-badge=\"{note}\" hidden");
        assert_eq!(live.matches("class=\"held\"").count(), 1, "{live}");
        assert!(live.contains(&hidden), "{live}");
    }
}

#[tokio::test]
async fn a_bank_to_begin_with_still_has_to_be_confirmed() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let page = mirrored(&ana).await;
    let begin = between(&page, "aria-labelledby=\"popular\"", "</section>");
    assert!(begin.contains("href=\"/new?institution=sim-standard\""), "{begin}");
    assert!(text(begin).contains("The first in the list"), "{begin}");
    assert!(text(begin).contains("Standard Test Bank portal.standard-test-bank.example"), "{begin}");
    let chosen = ana.get("/new?institution=sim-standard").await.body;
    assert!(chosen.contains(&format!("{ROW} checked")), "{chosen}");
    assert_eq!(host.waycore.changes().await, Vec::<String>::new());
    let form = [("query", ""), ("draft", ""), ("ask_first", "true"), ("institution_id", BANK)];
    let setup = ana.post_form("/api/start_connection", &form).await.goes_to().to_owned();
    let setup = ana.get(&setup).await.body;
    assert!(setup.contains("href=\"https://portal.standard-test-bank.example/"), "{setup}");
}

#[tokio::test]
async fn a_form_without_a_choice_leads_back_to_what_was_found() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let form = [("query", BANK), ("draft", ""), ("ask_first", "true")];
    let refused = ana.post_form("/api/start_connection", &form).await;
    assert_eq!(refused.goes_to(), "/new?query=sim-standard");
    let message = refused.cookie().expect("a message").to_owned();
    let page = ana.with_cookie(&message).get(refused.goes_to()).await.body;
    assert!(page.contains(ROW) && !page.contains(&format!("{ROW} checked")), "{page}");
    assert!(page.contains("Choose your bank from the list."), "{page}");
    assert_eq!(host.waycore.changes().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_bank_is_found_and_stays_chosen_while_waycore_is_down() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    mirrored(&ana).await;
    host.waycore.fail(json!({ "match": { "path": "/v1/" }, "effect": { "status": 503 } })).await;
    let page = ana.get("/new?query=sim-standard").await.body;
    assert!(page.contains(ROW), "{page}");
    let form = [("query", BANK), ("institution_id", BANK)];
    let failed = ana.post_form("/api/start_connection", &form).await;
    let message = failed.cookie().expect("a message").to_owned();
    let page = host.signed_in_as("ana", "acme").await.with_cookie(&message).get(failed.goes_to()).await.body;
    assert!(page.contains("role=\"alert\""), "{page}");
    assert!(page.contains(&format!("{ROW} checked")), "{page}");
    host.waycore.heal().await;
    let again = ana.post_form("/api/start_connection", &form).await;
    assert!(again.goes_to().ends_with("/setup"), "{again:?}");
}

#[tokio::test]
async fn a_search_says_how_many_banks_fit_or_that_there_are_more_than_it_shows() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    mirrored(&ana).await;
    for (typed, said) in [("standard test bank", "1 bank found"), ("bank", "First 20. Keep typing.")] {
        let page = ana.get(&format!("/new?query={}", encode(typed))).await.body;
        assert_eq!(text(between(main_of(&page), "role=\"status\" class=\"hint\">", "</p>")), said, "{typed}");
        let has_more = said.starts_with("First").then_some(true);
        let marked = [("query", typed), ("marked", "true")];
        let found = ana.post_api("search_institutions", &marked).await.ok();
        assert_eq!(found["more"].as_bool(), has_more, "{typed}: {found}");
        assert_eq!(found["news"], said, "{typed}: {found}");
        // Programs get what they always got.
        let found = ana.post_api("search_institutions", &marked[..1]).await.ok();
        assert_eq!(found.as_object().expect("an answer").len(), 1, "{typed}: {found}");
    }
}
