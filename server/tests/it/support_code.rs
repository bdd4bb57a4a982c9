//! What a customer tells support about a connection that does not work.

use serde_json::json;
use server::config::Link;

use crate::host::TestHost;
use crate::html::main_text;

#[tokio::test]
async fn a_broken_connection_has_an_error_code_for_support_also_while_waycore_is_silent() {
    let support = Link::parse("https://support.example/").expect("a link");
    let host = TestHost::start_with(|settings| settings.links.support = Some(support)).await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let path = format!("/connections/{id}");
    for status in ["errored", "reauthRequired"] {
        let state = json!({ "kind": "ready", "status": status, "errorCode": "bank_said_no_4711" });
        host.waycore.put_connection(&id, state).await;
        for silent in [false, true] {
            if silent {
                host.waycore.fail(json!({ "match": { "method": "GET" }, "effect": { "status": 503 } })).await;
            }
            let page = ana.get(&path).await;
            let text = main_text(&page);
            assert!(text.contains("Error code for support: bank_said_no_4711"), "{status}: {text}");
            assert!(page.body.contains("href=\"https://support.example/\""), "{status}: {page:?}");
            assert_eq!(text.contains("This may be out of date"), silent, "{status}: {text}");
        }
        host.waycore.heal().await;
    }
    host.waycore.put_connection(&id, json!({ "kind": "ready", "status": "active" })).await;
    let text = main_text(&ana.get(&path).await);
    assert!(!text.contains("bank_said_no_4711"), "{text}");
}

#[tokio::test]
async fn without_an_address_of_support_pages_name_the_host_and_the_code() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let detail = format!("/connections/{id}");
    let setup = format!("{detail}/setup");
    let ready = |status: &str| json!({ "kind": "ready", "status": status });
    let draft = |by: &str| json!({ "kind": "setup", "status": "draft", "actionRequiredBy": by });
    for (state, path) in [
        (ready("errored"), &detail),
        (ready("reauthRequired"), &detail),
        (ready("invalidConfig"), &detail),
        (ready("paused"), &detail),
        (ready("revoked"), &detail),
        (ready("hibernating"), &detail),
        (json!({ "kind": "setup", "status": "hibernating" }), &setup),
        (draft("integrator"), &setup),
    ] {
        host.waycore.put_connection(&id, state.clone()).await;
        let page = ana.get(path).await;
        let text = main_text(&page);
        let code = page.header("x-request-id").unwrap_or_default();
        let said = format!("For help, contact the support of 127.0.0.1 . Support code: {code}");
        assert!(!code.is_empty() && text.contains(&said), "{state}: {said}: {text}");
        assert!(!page.body.contains("Contact support</a>"), "{state}: {page:?}");
    }
    let missing = ana.get("/connections/unknown").await;
    assert!(main_text(&missing).contains("For help, contact the support of 127.0.0.1"), "{missing:?}");
}
