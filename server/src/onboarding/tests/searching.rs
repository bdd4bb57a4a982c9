//! The bank search, one bank by id, and what an unlisted bank seems to be.

use app::backend::{Caller, Customer, Onboarding as _, Suggested};
use domain::user_error::ErrorCode;
use serde_json::json;

use super::bench::{Bench, ana, backend, bank, refused, vic};
use crate::log_lines::LogLines;

#[tokio::test]
async fn at_most_twenty_banks_are_found_each_with_its_portals() {
    let bench = Bench::new().await;
    let found = bench.port.search_institutions(&vic(), " meadow ").await.unwrap();
    assert!(!found.more);
    let found = found.institutions;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].institution_id, "meadow");
    assert_eq!(found[0].domain, "meadow.example");
    assert_eq!(found[0].portals, ["https://meadow.example/", "https://biz.meadow.example/"]);

    for (banks, given, has_more) in [(19, 19, false), (20, 20, false), (21, 20, true), (30, 20, true)] {
        let bench = Bench::new().await;
        for number in 0..banks {
            bench.waycore.bank(&format!("tower-{number}"), "Tower", &[]);
        }
        for is_mirrored in [false, true] {
            if is_mirrored {
                bench.mirrored().await;
            }
            let found = bench.port.search_institutions(&ana(), "tower").await.unwrap();
            let said = (found.institutions.len(), found.more);
            assert_eq!(said, (given, has_more), "{banks} banks, mirrored: {is_mirrored}");
        }
    }
}

#[tokio::test]
async fn banks_that_cannot_be_read_are_counted() {
    let bench = Bench::new().await;
    bench.waycore.bank("tower-1", "Tower", &[]);
    // The last one can be read, and has an id that none can have.
    for (id, name) in
        [(json!("tower-2"), json!(null)), (json!(7), json!("Tower")), (json!(""), json!("Tower"))]
    {
        bench.waycore.odd_bank(json!({ "institutionId": id, "name": name }));
    }
    for is_mirrored in [false, true] {
        if is_mirrored {
            bench.mirrored().await;
        }
        for (query, banks) in [("tower", 1), ("tower-2", 0)] {
            let found = bench.port.search_institutions(&ana(), query).await.unwrap();
            assert_eq!(found.institutions.len(), banks, "{query}, mirrored: {is_mirrored}");
            // Waycore's own search says of those alone that fit.
            let unreadable = if is_mirrored || query == "tower" { 3 } else { 1 };
            assert_eq!(found.unreadable, unreadable, "{query}, mirrored: {is_mirrored}");
        }
    }
}

#[tokio::test]
async fn an_empty_search_asks_nobody() {
    let bench = Bench::new().await;
    for query in ["", "  \t"] {
        let found = bench.port.search_institutions(&ana(), query).await.unwrap();
        assert!(found.institutions.is_empty() && !found.more);
    }
    let too_long = bench.port.search_institutions(&ana(), &"x".repeat(201)).await;
    refused(too_long, ErrorCode::InvalidInput, Some("query"));
    refused(bench.port.search_institutions(&backend(), "meadow").await, ErrorCode::Forbidden, None);
    assert!(bench.waycore.calls().is_empty());
}

#[tokio::test]
async fn a_portal_that_is_no_safe_link_is_left_out() {
    let bench = Bench::new().await;
    bench.waycore.bank(
        "odd",
        "Odd Bank",
        &["javascript:alert(1)", "http://odd.example", "https://odd.example"],
    );
    let odd = bench.port.institution(&ana(), "odd").await.unwrap();
    assert_eq!(odd.portals, ["https://odd.example"]);
    assert!(odd.no_usual_portal, "what is left is not the canonical one");
    assert!(!bench.port.institution(&ana(), "meadow").await.unwrap().no_usual_portal);
}

#[tokio::test]
async fn one_bank_is_found_by_its_exact_id() {
    let bench = Bench::new().await;
    assert_eq!(bench.port.institution(&ana(), "harbour").await.unwrap().name, "Harbour Bank");
    for id in ["harb", "HARBOUR", "", "Harbour Bank"] {
        refused(bench.port.institution(&ana(), id).await, ErrorCode::NotFound, None);
    }
}

#[tokio::test]
async fn a_bank_that_seems_to_be_meant_is_offered() {
    let bench = Bench::new().await;
    let like = async |name: Option<&str>, portal: &str| {
        let found = bench.port.match_institution(&ana(), name, portal).await.unwrap();
        found.map(|bank| bank.institution_id)
    };
    assert_eq!(like(Some("harbour bank"), "").await.as_deref(), Some("harbour"));
    assert_eq!(like(Some("Our Bank"), "https://biz.meadow.example/x").await.as_deref(), Some("meadow"));
    assert_eq!(like(None, "https://meadow.example").await.as_deref(), Some("meadow"));
    assert_eq!(like(Some("Our Bank"), "https://unlisted.example").await, None);
    assert_eq!(like(Some(" "), "half-typed").await, None);
}

#[tokio::test]
async fn a_catalog_that_is_too_long_is_held_in_part_and_waycore_searched_for_the_rest() {
    let bench = Bench::new().await;
    for number in 0..60 {
        bench.waycore.bank(&format!("tower-{number}"), &format!("Tower {number}"), &[]);
    }
    // A page of Waycore's is small here, so that the most pages hold two banks of the fake's and 38 towers.
    bench.waycore.page_size(1);
    bench.mirrored().await;
    bench.waycore.page_size(0);
    bench.waycore.calls();
    let found = async |query: &str| {
        let found = bench.port.search_institutions(&ana(), query).await.unwrap();
        found.institutions.into_iter().map(|bank| bank.institution_id).collect::<Vec<_>>()
    };
    assert_eq!(found("tower").await.len(), 20);
    assert!(bench.waycore.calls().is_empty(), "enough are held");
    assert_eq!(found("tower 59").await, ["tower-59"]);
    assert_eq!(bench.waycore.calls().len(), 1);
    assert_eq!(bench.port.institution(&ana(), "tower-59").await.unwrap().name, "Tower 59");
    let like = bench.port.match_institution(&ana(), Some("tower 59"), "").await.unwrap();
    assert_eq!(like.unwrap().institution_id, "tower-59");
    // What is held is found while Waycore is silent, too.
    bench.waycore.fail("search_institutions", waycore::Error::Timeout);
    assert_eq!(found("meadow").await, ["meadow"]);
}

#[tokio::test]
async fn a_catalog_that_may_not_be_whole_is_not_all_that_is_searched() {
    let bench = Bench::new().await;
    for number in 0..5 {
        bench.waycore.bank(&format!("tower-{number}"), &format!("Tower {number}"), &[]);
    }
    bench.waycore.page_size(3);
    bench.waycore.hide_ends(true);
    bench.mirrored().await;
    bench.waycore.page_size(0);
    bench.waycore.hide_ends(false);
    let found = bench.port.search_institutions(&ana(), "tower").await.unwrap();
    assert_eq!(found.institutions.len(), 5);
    let like = bench.port.match_institution(&ana(), Some("tower 4"), "").await.unwrap();
    assert_eq!(like.expect("a bank").institution_id, "tower-4");
}

#[tokio::test]
async fn banks_to_begin_with_are_those_that_others_chose_or_the_first_of_the_catalog() {
    let bench = Bench::new().await;
    assert_eq!(bench.port.popular_banks(&vic()).await.unwrap(), Suggested::default());
    bench.mirrored().await;
    let first = bench.port.popular_banks(&vic()).await.unwrap();
    assert_eq!((first.banks.len(), first.often_chosen), (2, false));
    for number in 0..5 {
        let customer = Customer { issuer: "host".to_owned(), org: format!("org-{number}") };
        bench.start(&Caller { customer, ..ana() }, bank("meadow")).await.unwrap();
    }
    bench.hours_later(2);
    let chosen = bench.port.popular_banks(&vic()).await.unwrap();
    let ids: Vec<_> = chosen.banks.iter().map(|bank| bank.institution_id.as_str()).collect();
    assert_eq!((ids.as_slice(), chosen.often_chosen), (&["meadow"][..], true));
}

#[tokio::test]
async fn banks_that_cannot_be_counted_leave_the_first_of_the_catalog() {
    let bench = Bench::new().await;
    bench.mirrored().await;
    let lines = LogLines::default();
    let _keeping = lines.keep();
    bench.fail_next_read();
    let first = bench.port.popular_banks(&vic()).await.unwrap();
    assert_eq!((first.banks.len(), first.often_chosen), (2, false));
    let logged = lines.with("popular banks not counted");
    assert!(
        matches!(logged.as_slice(), [line] if line.contains("a stored row cannot be read")),
        "{logged:?}"
    );
}
