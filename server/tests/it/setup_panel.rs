//! The panel beside each step of a setup: who acts, what they do, and what comes next.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{between, main_of, text};

const USER: &str = "Create the delegated user";
const FINISH: &str = "Finish setup";
const ACTIVATION: &str = "Activating your connection";

#[tokio::test]
async fn beside_each_step_is_who_acts_and_what_they_do() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let vera = host.signed_in_with_role("vera", "acme", "viewer").await;
    let choosing = Panel::of(&ana, "/new").await;
    assert_eq!(choosing.who, ["You now", "Your bank", "Waycore"]);
    assert_eq!(choosing.what, "You choose your bank.");

    let create = draft("endUser", "createDelegatedUser");
    let with_phone = |number: Value, status: &str| {
        let mut state = create.clone();
        state["instructions"] = json!({ "phoneNumber": number, "phoneNumberProvisioningStatus": status });
        state
    };
    let preparing = with_phone(Value::Null, "pending");
    let prepared = with_phone(json!("+44 20 7946 0123"), "provisioned");
    let activating = json!({ "kind": "setup", "status": "pendingActivation" });
    let us = "We have something to do first. Nothing is lost meanwhile. \
              If it lasts longer than a day, contact support.";
    let hand_over = "You hand over what your bank issued, if anything, and confirm that the user is active.";
    let wait = "Wait until all the details are here. Then you create the user in your bank's portal.";
    let prepares = "Waycore prepares the details of the new user.";
    let steps = [
        (preparing, USER, "You", wait),
        (prepared, USER, "You", "You create the user in your bank's portal."),
        (draft("waycore", "createDelegatedUser"), USER, "Waycore", prepares),
        (draft("waycore", "somethingNew"), USER, "Waycore", "Waycore works on this setup."),
        (draft("integrator", "createDelegatedUser"), USER, "Us, in this product", us),
        (draft("endUser", "provideCredentials"), FINISH, "You", hand_over),
        (draft("endUser", "activateConnection"), FINISH, "You", "You confirm that the user is active."),
        (activating, ACTIVATION, "Waycore", "Waycore activates the connection."),
    ];
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let setup = format!("/connections/{id}/setup");
    for (state, heading, who, what) in steps {
        host.waycore.put_connection(&id, state.clone()).await;
        let panel = Panel::of(&ana, &setup).await;
        assert_eq!(panel.heading, heading, "{state}");
        assert_eq!(panel.who, takes_turns("You", who), "{state}");
        assert_eq!(panel.what, what, "{state}");
    }

    // A viewer is not told to act.
    host.waycore.put_connection(&id, draft("endUser", "provideCredentials")).await;
    let panel = Panel::of(&vera, &setup).await;
    assert_eq!(panel.heading, FINISH);
    assert_eq!(panel.who, takes_turns("A manager", "A manager"));
    assert_eq!(panel.what, "A manager in your company goes on with it.");
}

#[tokio::test]
async fn the_page_is_the_one_of_the_step_that_was_reached_here_although_waycore_does_not_know() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let setup = format!("/connections/{id}/setup");
    let form = [("connection_id", id.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
    ana.post_api("confirm_user_created", &form[..1]).await.ok();
    host.waycore.put_connection(&id, draft("endUser", "createDelegatedUser")).await;
    let panel = Panel::of(&ana, &setup).await;
    assert_eq!((panel.heading.as_str(), panel.who), (FINISH, takes_turns("You", "You")));
    ana.post_api("submit_finish", &form).await.ok();
    host.waycore.put_connection(&id, draft("endUser", "activateConnection")).await;
    let panel = Panel::of(&ana, &setup).await;
    assert_eq!((panel.heading.as_str(), panel.who), (ACTIVATION, takes_turns("You", "Waycore")));
}

#[tokio::test]
async fn the_activation_says_how_long_it_takes_since_when_and_that_nobody_has_to_stay() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let form = [("connection_id", id.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
    ana.post_api("submit_finish", &form).await.ok();
    host.waycore.put_connection(&id, json!({ "kind": "setup", "status": "pendingActivation" })).await;
    let page = ana.get(&format!("/connections/{id}/setup")).await.body;
    let said = text(main_of(&page));
    for expected in [
        "This typically takes about 4–8 hours.",
        "Handed over ",
        "You can close this page. The setup goes on without it, and you find its state in the list at any time.",
        "The page changes by itself as soon as the connection is active.",
        "Your accounts and transactions appear after the first update.",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let (_, since) = said.split_once("Handed over ").expect("since when");
    assert!(since.starts_with("just now (") || since.starts_with("1 minute ago ("), "{since}");
    // As promised, the list tells the state.
    let list = ana.get("/").await.body;
    assert!(text(crate::html::row_of(&list, &id)).contains("Activating"), "{list}");
}

/// What is read beside a step.
struct Panel {
    heading: String,
    /// Those who take turns; "now" follows the one who acts.
    who: Vec<String>,
    what: String,
}

impl Panel {
    async fn of(person: &Browser<'_>, path: &str) -> Self {
        let page = person.get(path).await.body;
        let main = main_of(&page);
        let panel = between(main, "aria-label=\"What happens next\"", "</aside>");
        let relay = between(panel, "<ol class=\"relay\">", "</ol>");
        let who = relay.split("</li>").map(text).filter(|text| !text.is_empty()).collect();
        Self {
            heading: text(between(main, "<h1>", "</h1>")),
            who,
            what: text(between(panel, "<p class=\"relay-now\">", "</p>")),
        }
    }
}

/// Everybody who takes turns, in order. The product is only there when it acts.
fn takes_turns(customer: &str, acts: &str) -> Vec<String> {
    let mut names = vec![customer, "Your bank", "Waycore"];
    if acts.starts_with("Us") {
        names.insert(2, acts);
    }
    let marked = |name: &str| if name == acts { format!("{name} now") } else { name.to_owned() };
    names.into_iter().map(marked).collect()
}

fn draft(by: &str, next: &str) -> Value {
    json!({ "kind": "setup", "status": "draft", "actionRequiredBy": by, "nextAction": next })
}
