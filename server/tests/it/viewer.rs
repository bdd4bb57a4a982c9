//! Whoever may only look is told what happened and who can act, and is never told to act.

use serde_json::json;

use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{main_text, tags};

const VIEWER: &str = "You can look at this connection, but not change it. A manager in your company can";

/// A state, what happened, what a manager is told to do, and what a viewer reads that a manager can do.
const STATES: [(&str, &str, &str, &str); 7] = [
    (
        "reauthRequired",
        "Waycore can no longer sign in with the delegated user.",
        "hand that over here",
        " check at your bank that the user is active, and hand over a new password or a new username.",
    ),
    (
        "invalidConfig",
        "Waycore cannot use this connection as it was set up.",
        "start again with the right address",
        " check that this is the portal where the delegated user was created, and start again with the right address if it is not.",
    ),
    (
        "revoked",
        "Access was removed, and no more data arrives.",
        "Connect the bank again",
        " connect the bank again if it is still needed.",
    ),
    ("active", "Waycore reads your accounts on a schedule.", "", "."),
    ("errored", "Waycore tries again by itself.", "", "."),
    ("paused", "It has been suspended on purpose", "", "."),
    ("hibernating", "Waycore reports a state that we do not know yet.", "", "."),
];

#[tokio::test]
async fn the_notice_of_a_state_says_who_can_act_on_it() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let vera = host.signed_in_with_role("vera", "acme", "viewer").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    for (status, happened, to_do, can) in STATES {
        host.waycore.put_connection(&id, json!({ "kind": "ready", "status": status })).await;
        let manager = notice(&ana, &id).await;
        assert!(manager.contains(happened) && manager.contains(to_do), "{status}: {manager}");
        assert!(!manager.contains("A manager"), "{status}: {manager}");
        let viewer = notice(&vera, &id).await;
        assert!(viewer.contains(happened), "{status}: {viewer}");
        assert!(viewer.contains(&format!("{VIEWER}{can}")), "{status}: {viewer}");
        for told in ["Check at", "Check that", "hand that over", "If it is not, start", "Connect the bank"] {
            assert!(!viewer.contains(told), "{status}: told to act: {viewer}");
        }
    }
}

#[tokio::test]
async fn a_viewer_reads_on_every_page_why_nothing_can_be_changed() {
    let setup = "You can look at this setup, but not change it. A manager in your company can go on with it.";
    let list = "You can look at the connections of your company, but not change them. A manager in your company can connect a bank.";
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let vera = host.signed_in_with_role("vera", "acme", "viewer").await;
    let empty = vera.get("/").await;
    assert!(main_text(&empty).contains(list), "{empty:?}");
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let filled = vera.get("/").await;
    assert!(main_text(&filled).contains(list) && !filled.body.contains("Connect a bank"), "{filled:?}");
    let draft = |next: &str| json!({ "kind": "setup", "status": "draft", "actionRequiredBy": "endUser", "nextAction": next });
    for (state, page, heading, why) in [
        (draft("createDelegatedUser"), "/setup", "Create the delegated user", setup),
        (draft("provideCredentials"), "/setup", "Finish setup", setup),
        (
            json!({ "kind": "setup", "status": "pendingActivation" }),
            "/setup",
            "Activating your connection",
            setup,
        ),
        (json!({ "kind": "ready", "status": "active" }), "", "Standard Test Bank", VIEWER),
        (json!({ "kind": "ready", "status": "reauthRequired" }), "", "Standard Test Bank", VIEWER),
        (json!({ "kind": "ready", "status": "invalidConfig" }), "", "Standard Test Bank", VIEWER),
        (json!({ "kind": "ready", "status": "revoked" }), "", "Standard Test Bank", VIEWER),
    ] {
        host.waycore.put_connection(&id, state.clone()).await;
        let path = format!("/connections/{id}{page}");
        let viewer = vera.get(&path).await;
        assert!(viewer.body.contains(&format!(">{heading}</h1>")), "{state}: {viewer:?}");
        let text = main_text(&viewer);
        assert!(text.contains(why), "{state}: {text}");
        assert_eq!(
            tags(&viewer, "method=\"post\"").filter(|tag| !tag.contains("sign-out")).count(),
            0,
            "{state}"
        );
        assert!(!text.contains("Remove ") && !text.contains("Sync now"), "{state}: {text}");
        let manager = main_text(&ana.get(&path).await);
        assert!(!manager.contains("You can look at") && manager.contains("Remove "), "{state}: {manager}");
    }
    let removal = vera.get(&format!("/connections/{id}/remove")).await;
    assert!(removal.body.contains("<h1>Remove connection</h1>"), "{removal:?}");
    let text = main_text(&removal);
    assert!(text.contains("Only a manager in your company can remove a connection."), "{text}");
    assert!(
        !text.contains("Remove permanently") && tags(&removal, "id=\"confirmation\"").count() == 0,
        "{text}"
    );
}

/// The notice of the state, which is the first on a page that is up to date: on a busy machine a page may come before its
/// data.
async fn notice(person: &Browser<'_>, id: &str) -> String {
    let page = loop {
        let page = person.get(&format!("/connections/{id}")).await.body;
        if !page.contains("This may be out of date") {
            break page;
        }
    };
    let (_, notice) = page.split_once("<section class=\"notice").expect("a notice");
    notice.split_once("</section>").expect("an end of it").0.to_owned()
}
