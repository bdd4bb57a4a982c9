//! Limits, cursors, order and filters.

use rstest::rstest;
use serde_json::json;

use crate::support::{Host, column};

#[rstest]
#[case("entities")]
#[case("institutions")]
#[case("connections")]
#[tokio::test]
async fn a_limit_is_a_number_from_1_to_500(#[case] list: &str) {
    let host = Host::new().await;
    for wrong in ["0", "501", "-1", "ten", "%20", "1.5"] {
        host.get(&format!("/v1/{list}?limit={wrong}")).await.refused(400, "invalid_request");
    }
    for right in ["1", "500"] {
        host.get(&format!("/v1/{list}?limit={right}")).await.json(200);
    }
}

#[tokio::test]
async fn connections_come_newest_first_over_all_pages() {
    let host = Host::new().await;
    let entity = host.entity("acme").await;
    let mut expected = Vec::new();
    for bank in ["sim-instant", "sim-standard", "sim-portals", "sim-provisioning"] {
        expected.insert(0, host.connection(&entity, bank).await);
    }
    let first = host.get("/v1/connections?limit=3").await.json(200);
    assert_eq!(column(&first, "id"), expected[..3]);
    assert_eq!(first["pagination"]["hasMore"], true);
    assert!(first["meta"]["requestId"].as_str().is_some_and(|id| id.starts_with("req_")));

    // One that comes in between does not move the rest.
    host.connection(&host.entity("globex").await, "sim-instant").await;
    let cursor = first["pagination"]["nextCursor"].as_str().expect("a cursor");
    let second = host.get(&format!("/v1/connections?limit=3&cursor={cursor}")).await.json(200);
    assert_eq!(column(&second, "id"), expected[3..]);
    assert_eq!(second["pagination"]["hasMore"], false);
    assert!(second["pagination"]["nextCursor"].is_null());
}

#[tokio::test]
async fn a_page_that_is_just_full_is_the_last() {
    let host = Host::new().await;
    host.entity("acme").await;
    let page = host.get("/v1/entities?limit=2").await.json(200);
    assert_eq!(column(&page, "entityId").len(), 2);
    assert_eq!(page["pagination"], json!({ "hasMore": false, "nextCursor": null }));
}

#[tokio::test]
async fn a_list_takes_100_unless_told() {
    let host = Host::new().await;
    assert_eq!(column(&host.get("/v1/institutions").await.json(200), "name").len(), 100);
}

#[tokio::test]
async fn connections_are_filtered_by_entity_institution_and_present_status() {
    let host = Host::new().await;
    let (acme, globex) = (host.entity("acme").await, host.entity("globex").await);
    let one = host.connection(&acme, "sim-instant").await;
    let two = host.connection(&acme, "sim-standard").await;
    let three = host.connection(&globex, "sim-standard").await;
    host.complete(&one).await.json(200);
    host.complete(&two).await.json(200);
    let check = async |filter: &str, expected: &[&String]| {
        let found = host.get(&format!("/v1/connections?{filter}")).await.json(200);
        assert_eq!(column(&found, "id").iter().collect::<Vec<_>>(), expected, "{filter}");
    };
    check(&format!("entityId={acme}"), &[&two, &one]).await;
    check("institutionId=sim-standard", &[&three, &two]).await;
    check("status=pendingActivation", &[&two, &one]).await;
    check("status=active", &[]).await;
    check("status=neverHeardOf", &[]).await;
    host.advance(3.0).await;
    check("status=active", &[&one]).await;
    check(&format!("status=draft&entityId={globex}&institutionId=sim-standard"), &[&three]).await;
    host.get("/v1/connections?entityId=acme").await.refused(400, "invalid_request");
}

#[tokio::test]
async fn a_cursor_holds_only_for_its_own_query() {
    let host = Host::new().await;
    let first = host.get("/v1/institutions?query=bank&limit=2").await.json(200);
    let cursor = first["pagination"]["nextCursor"].as_str().expect("a cursor");
    host.get(&format!("/v1/institutions?query=bank&limit=7&cursor={cursor}")).await.json(200);
    for path in [
        format!("/v1/institutions?query=trust&cursor={cursor}"),
        format!("/v1/connections?cursor={cursor}"),
        "/v1/institutions?cursor=nonsense".to_owned(),
    ] {
        host.get(&path).await.refused(400, "invalid_cursor");
    }
}

#[rstest]
#[case("/v1/entities", &["externalEntityId", "limit", "cursor"])]
#[case("/v1/institutions", &["query", "limit", "cursor"])]
#[case("/v1/connections", &["entityId", "institutionId", "status", "limit", "cursor"])]
#[case("/v1/accounts", &["connectionId", "type", "currency", "status", "fields", "limit", "cursor"])]
#[case("/v1/balances", &["entityId", "connectionId", "accountId", "dateGte", "dateLt", "limit", "cursor"])]
#[case("/v1/transactions", &["connectionId", "accountId", "status", "rail", "postedDateGte", "postedDateLt", "sort", "fields", "limit", "cursor"])]
#[case("/v1/transactions/sync", &["connectionId", "accountId", "limit", "cursor"])]
#[case("/v1/transfers", &["limit", "cursor"])]
#[case("/v1/webhooks", &["limit", "cursor"])]
#[tokio::test]
async fn an_empty_parameter_counts_as_absent(#[case] path: &str, #[case] names: &[&str]) {
    let host = Host::new().await;
    host.active("sim-instant").await;
    let found = async |path: String| {
        let mut page = host.get(&path).await.json(200);
        page["meta"].take();
        page
    };
    let without = found(path.to_owned()).await;
    for name in names {
        assert_eq!(found(format!("{path}?{name}=")).await, without, "{name}");
        assert_eq!(found(format!("{path}?{name}")).await, without, "{name} without an equals sign");
    }
    let all: Vec<String> = names.iter().map(|name| format!("{name}=")).collect();
    assert_eq!(found(format!("{path}?{}", all.join("&"))).await, without);
}

#[tokio::test]
async fn of_several_values_the_last_that_is_filled_counts() {
    let host = Host::new().await;
    let page = host.get("/v1/institutions?limit=7&limit=2&limit=&query=&query=bank").await.json(200);
    let same = host.get("/v1/institutions?limit=2&query=bank").await.json(200);
    assert_eq!(page["data"], same["data"]);
    assert_eq!(column(&page, "name").len(), 2);
}

#[rstest]
#[case("/v1/entities?limit=x", "limit")]
#[case("/v1/entities?cursor=x", "cursor")]
#[case("/v1/connections?entityId=x", "entityId")]
#[case("/v1/accounts?fields=id,shoeSize", "fields")]
#[case("/v1/balances?dateGte=x", "dateGte")]
#[case("/v1/balances?dateLt=2026-02-30", "dateLt")]
#[case("/v1/transactions?postedDateGte=x", "postedDateGte")]
#[case("/v1/transactions?postedDateLt=x", "postedDateLt")]
#[case("/v1/transactions?sort=x", "sort")]
#[case("/v1/transactions/sync?limit=0", "limit")]
#[case("/v1/transactions/sync?cursor=x", "cursor")]
#[tokio::test]
async fn a_refusal_names_the_parameter(#[case] path: &str, #[case] name: &str) {
    let refusal = Host::new().await.get(path).await.json(400);
    assert!(refusal["message"].as_str().is_some_and(|message| message.contains(name)), "{refusal}");
}
