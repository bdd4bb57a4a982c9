//! Whoever may only look is told what happened and who can act, and is never told to act.

use serde_json::json;

use crate::browser::Browser;
use crate::host::TestHost;

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

/// The notice of the state, which is the first on the page.
async fn notice(person: &Browser<'_>, id: &str) -> String {
    let page = person.get(&format!("/connections/{id}")).await.body;
    let (_, notice) = page.split_once("<section class=\"notice").expect("a notice");
    notice.split_once("</section>").expect("an end of it").0.to_owned()
}
