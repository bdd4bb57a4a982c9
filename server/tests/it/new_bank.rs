//! Which bank becomes a connection, and what Waycore receives for it.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::host::TestHost;

/// Bodies of the creates that Waycore received, oldest first, without the customer's entity.
async fn created(host: &TestHost) -> Vec<Value> {
    let requests = host.waycore.requests().await;
    let creates = requests.into_iter().filter(|request| request["path"] == "/v1/connections");
    let posts = creates.filter(|request| request["method"] == "POST");
    posts
        .map(|request| {
            let mut body = request["body"].clone();
            body.as_object_mut().unwrap().remove("entityId").unwrap();
            body
        })
        .collect()
}

async fn check_refused(ana: &Browser<'_>, fields: &[(&str, &str)], field: &str) -> String {
    let answer = ana.post_api("start_connection", fields).await;
    assert_eq!(answer.error(), (422, "invalid_input".to_owned()), "{fields:?}");
    let error = answer.json();
    assert_eq!(error["field"], field, "{fields:?}");
    error["message"].as_str().unwrap().to_owned()
}

/// A bank of the generated catalog: its id, name and canonical portal.
async fn some_bank(ana: &Browser<'_>) -> (String, String, String) {
    let found = ana.post_api("search_institutions", &[("query", "bank")]).await.ok();
    let banks = found["institutions"].as_array().unwrap();
    assert!((1..=20).contains(&banks.len()), "{}", banks.len());
    let bank =
        banks.iter().find(|bank| !bank["institutionId"].as_str().unwrap().starts_with("sim-")).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&bank["institutionId"]), text(&bank["name"]), text(&bank["portals"][0]))
}

#[tokio::test]
async fn an_unlisted_bank_reaches_waycore_byte_for_byte_and_without_its_name() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let portal = "https://Portal.Quiet-Cove.example:8443/Login/INDEX.jsp?Branch=007&next=%2fHome%7e#Top";
    let typed = format!("  {portal} ");
    let form = [("portal_url", typed.as_str()), ("requested_name", " Quiet Cove ")];
    let started = ana.post_api("start_connection", &form).await.ok();
    assert_eq!(started["connection"]["displayName"], "Quiet Cove");
    assert_eq!(created(&host).await, [json!({ "portalUrl": portal })]);
    let requests = host.waycore.requests().await;
    assert!(!serde_json::to_string(&requests).unwrap().contains("Quiet Cove"), "the name stays here");
    let listed = ana.post_api("list_connections", &[]).await.ok();
    assert_eq!(listed["connections"][0]["displayName"], "Quiet Cove");
}

#[tokio::test]
async fn a_bank_of_the_catalog_has_exactly_the_names_of_the_contract() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let found = ana.post_api("search_institutions", &[("query", "sim-portals")]).await.ok();
    assert_eq!(found.as_object().unwrap().keys().collect::<Vec<_>>(), ["institutions"]);
    let bank = json!({
        "institutionId": "sim-portals",
        "name": "Three Portals Test Bank",
        "domain": "business.three-portals-test-bank.example",
        "portals": [
            "https://business.three-portals-test-bank.example/login",
            "https://corporate.three-portals-test-bank.example/Login?Region=EU",
            "https://treasury.three-portals-test-bank.example/sign-in",
        ],
    });
    assert_eq!(found["institutions"][0], bank);
}

#[tokio::test]
async fn a_portal_url_that_breaks_a_rule_is_refused_and_nothing_is_sent() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let too_long = format!("https://quiet-cove.example/{}", "a".repeat(2048));
    for portal in [
        "http://quiet-cove.example/",
        "quiet-cove.example",
        "https://",
        "https://ana:secret@quiet-cove.example/",
        "https://quiet-cove.example/sign in",
        "https://quiet-cove.example/sign\u{200b}in",
        "https://quiet\u{202e}-cove.example/",
        "https://quiet-cove.example／login",
        "https://2130706433/",
        "javascript:alert(1)",
        too_long.as_str(),
    ] {
        check_refused(&ana, &[("portal_url", portal), ("requested_name", "Quiet Cove")], "portal_url").await;
    }
    check_refused(&ana, &[("requested_name", "Quiet Cove")], "portal_url").await;
    check_refused(&ana, &[], "institution_id").await;
    assert_eq!(host.waycore.changes().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_bank_of_the_catalog_has_to_be_picked_or_denied() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let (id, name, portal) = some_bank(&ana).await;
    let shouted = name.to_uppercase();
    let same_name = [("requested_name", shouted.as_str()), ("portal_url", "https://quiet-cove.example/")];
    let same_host = [("requested_name", "Quiet Cove"), ("portal_url", portal.as_str())];
    for form in [same_name, same_host] {
        let message = check_refused(&ana, &form, "institution_id").await;
        assert!(message.contains(&name), "{message}");
    }
    for name in ["\u{200b}", " \u{2060}\u{ad}", "Quiet \u{202e}Cove"] {
        let form = [("requested_name", name), ("portal_url", "https://quiet-cove.example/")];
        check_refused(&ana, &form, "requested_name").await;
    }
    assert_eq!(host.waycore.changes().await, Vec::<String>::new());

    let denied = [same_name.as_slice(), &[("not_listed", "on")]].concat();
    ana.post_api("start_connection", &denied).await.ok();
    ana.post_api("start_connection", &[("institution_id", id.as_str())]).await.ok();
    assert_eq!(
        created(&host).await,
        [json!({ "portalUrl": "https://quiet-cove.example/" }), json!({ "institutionId": id })]
    );
}

#[tokio::test]
async fn only_a_portal_of_the_bank_goes_with_it() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let found = ana.post_api("search_institutions", &[("query", "sim-portals")]).await.ok();
    let bank = &found["institutions"][0];
    assert_eq!(bank["institutionId"], "sim-portals");
    let portals = bank["portals"].as_array().unwrap();
    assert_eq!(portals.len(), 3);
    let chosen = portals[2].as_str().unwrap();
    let elsewhere = format!("{chosen}x");
    let with = |portal| [("institution_id", "sim-portals"), ("portal_url", portal)];
    check_refused(&ana, &with(elsewhere.as_str()), "portal_url").await;
    ana.post_api("start_connection", &with(chosen)).await.ok();
    assert_eq!(created(&host).await, [json!({ "institutionId": "sim-portals", "portalUrl": chosen })]);
}

#[tokio::test]
async fn a_text_never_selects_a_bank() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let (id, name, _) = some_bank(&ana).await;
    let beginning = &id[..id.len() - 1];
    for text in [name.as_str(), beginning, "no such bank"] {
        check_refused(&ana, &[("institution_id", text)], "institution_id").await;
    }
    assert_eq!(host.waycore.changes().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_second_click_finds_the_connection_of_the_first() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let form = [("institution_id", "sim-standard")];
    let (one, two) =
        tokio::join!(ana.post_api("start_connection", &form), ana.post_api("start_connection", &form));
    let (one, two) = (one.ok(), two.ok());
    assert_eq!(one["connection"], two["connection"]);
    assert_ne!(one["existing"], two["existing"]);
    assert_eq!(ana.list().await.len(), 1);
}

#[tokio::test]
async fn each_bank_of_a_list_without_javascript_has_its_own_portals_with_its_usual_one_chosen() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let page = ana.get("/new?query=test%20bank").await;
    let (_, portals) = page.body.split_once("role=\"radiogroup\"").expect("a bank with several portals");
    let (portals, _) = portals.split_once("</fieldset>").expect("an end of them");
    assert_eq!(portals.matches("name=\"portal_of:sim-portals\"").count(), 3, "{portals}");
    assert_eq!(portals.matches(" checked").count(), 1, "{portals}");
    assert!(!page.body.contains("name=\"portal_url\""), "no bank's portal can be sent with another bank");

    let chosen = "https://treasury.three-portals-test-bank.example/sign-in";
    let form = [
        ("portal_of:sim-instant", "https://elsewhere.example/"),
        ("portal_of:sim-portals", chosen),
        ("institution_id", "sim-portals"),
    ];
    ana.post_form("/api/start_connection", &form).await.goes_to();
    assert_eq!(created(&host).await, [json!({ "institutionId": "sim-portals", "portalUrl": chosen })]);
}

#[tokio::test]
async fn without_a_canonical_portal_that_can_be_used_none_is_called_usual_or_chosen() {
    let (one, two) = ("https://one.tower.example/", "https://two.tower.example/");
    for (canonical, usual) in [
        (json!(one), true),
        (json!("https://tower.example/"), true),
        (Value::Null, false),
        (json!("http://tower.example/"), false),
    ] {
        let catalog = json!({
            "data": [{ "institutionId": "tower", "name": "Tower", "canonicalPortalUrl": canonical,
                       "additionalPortalUrls": [one, two] }],
            "pagination": { "nextCursor": null, "hasMore": false },
            "meta": { "requestId": "req_tower" },
        });
        let effect = json!({ "status": 200, "body": catalog });
        let fault = json!({ "match": { "path": "/v1/institutions" }, "effect": effect });
        let host = TestHost::start_while(fault).await;
        let ana = host.signed_in_as("ana", "acme").await;
        let found = ana.post_api("search_institutions", &[("query", "tower")]).await.ok();
        let said = found["institutions"][0].get("noUsualPortal");
        assert_eq!(said, (!usual).then_some(&json!(true)), "{canonical}");
        let page = ana.get("/new?query=tower").await;
        let (_, portals) = page.body.split_once("role=\"radiogroup\"").expect("a bank with several portals");
        let (portals, _) = portals.split_once("</fieldset>").expect("an end of them");
        let said = [" checked", "usual portal"].map(|text| portals.matches(text).count());
        assert_eq!(said, [usize::from(usual); 2], "{canonical}: {portals}");
    }
}

#[tokio::test]
async fn what_was_typed_is_marked_for_whoever_asks() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let search = [("query", "bank standard")];
    let found = ana.post_api("search_institutions", &search).await.ok();
    assert!(found["institutions"][0].get("nameParts").is_none(), "{found}");
    let found = ana.post_api("search_institutions", &[search[0], ("marked", "true")]).await.ok();
    assert_eq!(found["institutions"][0]["nameParts"], json!(["", "Standard", " Test ", "Bank", ""]));
    let page = ana.get("/new?query=bank%20standard").await;
    assert!(page.body.contains("<mark>Standard</mark>"), "{}", page.body);
    let page = ana.get("/new?query=https://portal.standard-test-bank.example/login").await;
    assert!(page.body.contains("<mark>portal.standard-test-bank.example</mark>"), "{}", page.body);
}
