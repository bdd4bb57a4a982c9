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
