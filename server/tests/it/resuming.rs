//! A setup goes on where it stood: from the list, for a colleague, and as Waycore changes it.

use serde_json::json;

use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{main_text, tags};

async fn started(ana: &Browser<'_>) -> String {
    ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned()
}

async fn finished(ana: &Browser<'_>) -> String {
    let id = started(ana).await;
    let form = [("connection_id", id.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
    ana.post_form("/api/submit_finish", &form).await.goes_to();
    id
}

async fn shows(person: &Browser<'_>, path: &str, heading: &str) {
    let page = person.get(path).await;
    assert!(page.body.contains(&format!(">{heading}</h1>")), "{heading} on {path}: {page:?}");
}

/// Where the row of a connection leads.
async fn link_in_list(person: &Browser<'_>, id: &str) -> String {
    let list = person.get("/").await.body;
    let (_, row) = list.split_once(&format!("data-connection=\"{id}\"")).expect("its row");
    let (_, href) = row.split_once("href=\"").expect("a link");
    href.split('"').next().expect("an address").to_owned()
}

#[tokio::test]
async fn the_list_leads_every_manager_to_the_next_step() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let kim = host.signed_in_as("kim", "acme").await;
    let id = started(&ana).await;
    let (setup, detail) = (format!("/connections/{id}/setup"), format!("/connections/{id}"));
    let all_see = async |path: &str, heading: &str| {
        for person in [&ana, &kim] {
            assert_eq!(link_in_list(person, &id).await, path, "{heading}");
            shows(person, path, heading).await;
        }
    };
    all_see(&setup, "Create the delegated user").await;
    // What one confirms holds for the other.
    let form = [("connection_id", id.as_str()), ("delegated_user_active", "true"), ("accept_terms", "true")];
    assert_eq!(ana.post_form("/api/confirm_user_created", &form[..1]).await.goes_to(), setup);
    all_see(&setup, "Finish setup").await;
    assert_eq!(kim.post_form("/api/submit_finish", &form).await.goes_to(), setup);
    all_see(&setup, "Activating your connection").await;
    host.waycore.put_connection(&id, json!({ "kind": "setup", "status": "pendingActivation" })).await;
    all_see(&setup, "Activating your connection").await;
    host.waycore.put_connection(&id, json!({ "kind": "ready", "status": "active" })).await;
    all_see(&detail, "Standard Test Bank").await;
}

#[tokio::test]
async fn an_address_leads_to_the_page_of_the_connections_state() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana).await;
    let at = |page: &str| format!("/connections/{id}{page}");
    assert_eq!(ana.get(&at("")).await.goes_to(), at("/setup"));
    shows(&ana, &at("/sheet"), "Create a user at the bank").await;
    host.waycore.put_connection(&id, json!({ "kind": "setup", "status": "pendingActivation" })).await;
    assert_eq!(ana.get(&at("")).await.goes_to(), at("/setup"));
    assert_eq!(ana.get(&at("/sheet")).await.goes_to(), at("/setup"));
    host.waycore.put_connection(&id, json!({ "kind": "ready", "status": "active" })).await;
    for page in ["/setup", "/setup?step=finish", "/sheet"] {
        assert_eq!(ana.get(&at(page)).await.goes_to(), at(""), "{page}");
    }
}

#[tokio::test]
async fn both_steps_of_a_draft_can_be_opened() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana).await;
    for confirmed in [false, true] {
        if confirmed {
            ana.post_api("confirm_user_created", &[("connection_id", &id)]).await.ok();
        }
        shows(&ana, &format!("/connections/{id}/setup?step=finish"), "Finish setup").await;
        let user = format!("/connections/{id}/setup?step=delegated-user");
        shows(&ana, &user, "Create the delegated user").await;
    }
}

#[tokio::test]
async fn a_confirmation_leads_on_whatever_waycore_calls_the_next_action() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    for (bank, next) in [("sim-standard", "somethingNew"), ("sim-portals", "")] {
        let id = ana.start(bank).await["id"].as_str().expect("an id").to_owned();
        let state =
            json!({ "kind": "setup", "status": "draft", "actionRequiredBy": "endUser", "nextAction": next });
        host.waycore.put_connection(&id, state).await;
        let setup = format!("/connections/{id}/setup");
        shows(&ana, &setup, "Create the delegated user").await;
        let answer = ana.post_form("/api/confirm_user_created", &[("connection_id", &id)]).await;
        assert_eq!(answer.goes_to(), setup, "{next}");
        shows(&ana, &setup, "Finish setup").await;
    }
}

#[tokio::test]
async fn a_confirmation_in_a_second_tab_leads_to_the_next_step_too() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana).await;
    for tab in ["first", "second"] {
        let answer = ana.post_form("/api/confirm_user_created", &[("connection_id", &id)]).await;
        assert_eq!(answer.cookie(), None, "{tab}: no message");
        shows(&ana, answer.goes_to(), "Finish setup").await;
    }
}

#[tokio::test]
async fn a_setup_that_waycore_hands_back_is_finished_again() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = finished(&ana).await;
    shows(&ana, &format!("/connections/{id}/setup"), "Activating your connection").await;
    host.waycore.wait_virtually(1).await;
    let asked = json!({
        "kind": "setup", "status": "draft", "actionRequiredBy": "endUser", "nextAction": "provideCredentials",
    });
    host.waycore.put_connection(&id, asked).await;
    shows(&ana, &format!("/connections/{id}/setup"), "Finish setup").await;
}

#[tokio::test]
async fn an_activation_page_without_javascript_reloads_itself_until_that_is_stopped() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = finished(&ana).await;
    let page = ana.get(&format!("/connections/{id}/setup")).await;
    let (_, without) =
        page.body.split_once("<noscript><meta http-equiv=\"refresh\" content=\"5\"").expect("a refresh");
    let (without, _) = without.split_once("</noscript>").expect("an end of it");
    let stop = format!("/connections/{id}/setup?refresh=off");
    assert!(without.contains(&format!("href=\"{stop}\"")) && without.contains("Stop reloading"), "{without}");
    let stopped = ana.get(&stop).await;
    assert!(main_text(&stopped).contains("Activating your connection"), "{stopped:?}");
    assert_eq!(tags(&stopped, "http-equiv=\"refresh\"").count(), 0, "{stopped:?}");
}

#[tokio::test]
async fn a_draft_is_tied_to_whatever_connection_its_bank_turns_out_to_have() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let tied = |page: &crate::answer::Answer| {
        let follow = tags(page, "data-follow").next().expect("what follows the connection").to_owned();
        (follow.contains("data-draft=\"d-1\""), follow.contains("data-done=\"true\""))
    };
    let begin = async |bank: &str| {
        let form = [("institution_id", bank), ("draft", "d-1")];
        ana.post_form("/api/start_connection", &form).await.goes_to().to_owned()
    };
    // A bank that Waycore has ready already.
    let path = begin("sim-ready").await;
    assert!(path.ends_with("?draft=d-1") && !path.contains("/setup"), "{path}");
    assert_eq!(tied(&ana.get(&path).await), (true, true));

    let path = begin("sim-standard").await;
    assert!(path.ends_with("/setup?draft=d-1"), "{path}");
    let id = path.split('/').nth(2).expect("an id").to_owned();
    assert_eq!(tied(&ana.get(&path).await), (true, false));
    // The page of a setup leads to another one as the connection changes, and the draft goes along.
    for (state, page, goes_on) in [
        (json!({ "kind": "setup", "status": "pendingActivation" }), "/setup", true),
        (json!({ "kind": "ready", "status": "active" }), "", true),
        (json!({ "kind": "setup", "status": "errored" }), "", true),
        (json!({ "kind": "ready", "status": "paused" }), "", true),
        // Its bank begins anew.
        (json!({ "kind": "ready", "status": "revoked" }), "", false),
    ] {
        host.waycore.put_connection(&id, state.clone()).await;
        let begun = begin("sim-standard").await;
        let expected = format!("/connections/{id}{page}?draft=d-1");
        assert_eq!(begun == expected, goes_on, "{state}: {begun}");
        assert_eq!(begun.contains(&id), goes_on, "{state}: {begun}");
        if page.is_empty() {
            assert_eq!(ana.get(&path).await.goes_to(), expected, "{state}");
        } else {
            let back = ana.get(&format!("/connections/{id}?draft=d-1")).await;
            assert_eq!(back.goes_to(), expected, "{state}");
        }
        let is_done = state["status"] == "active";
        assert_eq!(tied(&ana.get(&expected).await), (true, is_done), "{state}");
    }
}
