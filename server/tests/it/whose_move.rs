//! Whose move a setup is: the list and the page that it opens never say two things.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::main_text;

/// How far a manager goes before Waycore says something.
#[derive(Debug, Clone, Copy)]
enum After {
    Begun,
    Confirmed,
    Finished,
}

/// What is read, by a manager and by a viewer: in the list, and beside the step.
type Said = [[&'static str; 2]; 2];

const CUSTOMER: Said = [["Your move", "You"], ["A manager's move", "A manager"]];
const WAYCORE: Said = [["Waycore's move", "Waycore"]; 2];
const PRODUCT: Said = [["Our move", "Us, in this product"]; 2];

#[tokio::test]
async fn the_list_says_what_the_page_says() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let vera = host.signed_in_with_role("vera", "acme", "viewer").await;
    let rows = [
        // The work is done at the bank, and it is the customer's.
        (After::Begun, draft("endUser", "createDelegatedUser"), CUSTOMER),
        (After::Begun, draft("endUser", "somethingNew"), CUSTOMER),
        (After::Begun, draft("waycore", "createDelegatedUser"), WAYCORE),
        (After::Begun, draft("integrator", "createDelegatedUser"), PRODUCT),
        (After::Begun, draft("endUser", "provideCredentials"), CUSTOMER),
        (After::Begun, draft("waycore", "activateConnection"), CUSTOMER),
        // Waycore does not hear of the confirmation.
        (After::Confirmed, draft("endUser", "createDelegatedUser"), CUSTOMER),
        (After::Confirmed, draft("waycore", "createDelegatedUser"), CUSTOMER),
        (After::Confirmed, draft("integrator", "createDelegatedUser"), PRODUCT),
        // It has been told that the setup is complete, and does not say so yet.
        (After::Finished, draft("endUser", "activateConnection"), WAYCORE),
        (After::Finished, draft("integrator", "activateConnection"), PRODUCT),
        (After::Finished, json!({ "kind": "setup", "status": "pendingActivation" }), WAYCORE),
        // Later than that, and it names the customer.
        (After::Finished, pending("endUser", "provideCredentials"), CUSTOMER),
        (After::Finished, pending("integrator", "activateConnection"), PRODUCT),
        (After::Finished, json!({ "kind": "setup", "status": "hibernating" }), WAYCORE),
    ];
    for (row, (after, state, said)) in rows.into_iter().enumerate() {
        let id = begun(&ana, row, after).await;
        host.waycore.put_connection(&id, state.clone()).await;
        for (person, [in_list, on_page]) in [&ana, &vera].into_iter().zip(said) {
            assert_eq!(move_in_list(person, &id).await.as_deref(), Some(in_list), "{after:?} {state}");
            assert_eq!(move_on_page(person, &id).await, on_page, "{after:?} {state}");
        }
    }
}

#[tokio::test]
async fn what_a_manager_has_to_repair_is_no_viewers_move() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let vera = host.signed_in_with_role("vera", "acme", "viewer").await;
    let customer = Some(["Your move", "A manager's move"]);
    for (row, (status, said)) in [
        ("reauthRequired", customer),
        ("invalidConfig", customer),
        ("errored", Some(["Waycore's move"; 2])),
        ("active", None),
        ("paused", None),
        ("revoked", None),
    ]
    .into_iter()
    .enumerate()
    {
        let id = begun(&ana, row, After::Begun).await;
        host.waycore.put_connection(&id, json!({ "kind": "ready", "status": status })).await;
        for (which, person) in [&ana, &vera].into_iter().enumerate() {
            let expected = said.map(|said| said[which]);
            assert_eq!(move_in_list(person, &id).await.as_deref(), expected, "{status}");
        }
    }
}

#[tokio::test]
async fn the_list_says_whom_waycore_names_also_where_a_setup_failed() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    for (row, (status, by, said)) in [
        ("errored", "endUser", Some("Your move")),
        ("errored", "waycore", Some("Waycore's move")),
        ("reauthRequired", "integrator", Some("Our move")),
        ("invalidConfig", "endUser", Some("Your move")),
        ("invalidConfig", "waycore", Some("Waycore's move")),
        ("paused", "endUser", Some("Your move")),
        ("revoked", "endUser", None),
    ]
    .into_iter()
    .enumerate()
    {
        let id = begun(&ana, row, After::Begun).await;
        let mut state = draft(by, "createDelegatedUser");
        state["status"] = json!(status);
        host.waycore.put_connection(&id, state).await;
        assert_eq!(move_in_list(&ana, &id).await.as_deref(), said, "{status} {by}");
    }
}

/// What the page of a setup that failed says of each who may have to act: the customer by status, Waycore, the product.
fn sentences(status: &str) -> [&'static str; 3] {
    let (customer, waycore) = match status {
        "reauthRequired" => ("Check at your bank that the user is active", "Waycore is working on it"),
        "invalidConfig" => ("Check that this is the portal", "Waycore is working on it"),
        "errored" => ("Waycore needs something from you", "Waycore tries again by itself"),
        _ => ("Waycore needs something from you", "Waycore is working on it"),
    };
    [customer, waycore, "We have something to do first"]
}

#[tokio::test]
async fn the_page_of_a_failed_setup_asks_whom_the_list_names() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let vera = host.signed_in_with_role("vera", "acme", "viewer").await;
    let people = [("endUser", "Your move"), ("waycore", "Waycore's move"), ("integrator", "Our move")];
    let states = ["errored", "reauthRequired", "invalidConfig", "paused", "revoked"];
    for (row, status) in states.into_iter().enumerate() {
        let id = begun(&ana, row, After::Begun).await;
        for (acting, (by, in_list)) in people.into_iter().enumerate() {
            let is_over = status == "revoked";
            let mut state = draft(by, "createDelegatedUser");
            state["status"] = json!(status);
            host.waycore.put_connection(&id, state).await;
            assert_eq!(
                move_in_list(&ana, &id).await.as_deref(),
                (!is_over).then_some(in_list),
                "{status} {by}"
            );
            let page = ana.get(&format!("/connections/{id}")).await;
            let text = main_text(&page);
            for (who, sentence) in sentences(status).into_iter().enumerate() {
                let is_said = who == acting && !is_over;
                assert_eq!(text.contains(sentence), is_said, "{status} {by}: {sentence}: {text}");
            }
            let asks_customer = by == "endUser";
            let repairs = status == "reauthRequired" && asks_customer;
            assert_eq!(page.body.contains("/api/update_credentials"), repairs, "{status} {by}: {text}");
            let starts_again = status == "invalidConfig" && asks_customer;
            assert_eq!(page.body.contains("/new?again="), starts_again, "{status} {by}: {text}");
            assert_eq!(text.contains("Connect the bank again"), is_over, "{status} {by}: {text}");
            // Who may only look is asked for nothing.
            let text = main_text(&vera.get(&format!("/connections/{id}")).await);
            let [_, waycore, product] = sentences(status);
            assert_eq!(text.contains(waycore), by == "waycore" && !is_over, "{status} {by}: {text}");
            assert_eq!(text.contains(product), by == "integrator" && !is_over, "{status} {by}: {text}");
            assert!(text.contains("A manager"), "{status} {by}: {text}");
            let asks_manager = ["goes on with it", "check at your bank", "check that this is the portal"];
            let is_asked = asks_manager.into_iter().any(|asked| text.contains(asked));
            assert_eq!(is_asked, asks_customer && !is_over, "{status} {by}: {text}");
        }
    }
}

#[tokio::test]
async fn an_activation_that_waits_for_somebody_does_not_say_that_it_goes_on_by_itself() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let vera = host.signed_in_with_role("vera", "acme", "viewer").await;
    let by_itself = [
        "Waycore is finalizing activation and will start the first sync automatically.",
        "This typically takes about 4–8 hours.",
        "You can close this page.",
    ];
    for (row, (state, [manager, viewer], goes_on)) in [
        (pending("waycore", "activateConnection"), [by_itself[0]; 2], true),
        (pending("endUser", "activateConnection"), [by_itself[0]; 2], true),
        (
            pending("endUser", "createDelegatedUser"),
            ["Waycore needs something from you.", "A manager in your company goes on with it."],
            false,
        ),
        (
            pending("endUser", "provideCredentials"),
            ["Waycore needs something from you.", "A manager in your company goes on with it."],
            false,
        ),
        (pending("integrator", "activateConnection"), ["We have something to do first."; 2], false),
    ]
    .into_iter()
    .enumerate()
    {
        let id = begun(&ana, row, After::Finished).await;
        host.waycore.put_connection(&id, state.clone()).await;
        for (person, said) in [(&ana, manager), (&vera, viewer)] {
            let page = person.get(&format!("/connections/{id}/setup")).await.body;
            // Without the panel, which says it too.
            let column = page.split("class=\"wizard-column\"").nth(1).expect("a column");
            let column = crate::html::text(column.split("<aside").next().expect("before the panel"));
            assert!(column.contains(said), "{state}: {column}");
            for sentence in by_itself {
                assert_eq!(column.contains(sentence), goes_on, "{state}: {sentence}: {column}");
            }
        }
    }
}

fn draft(by: &str, next: &str) -> Value {
    json!({ "kind": "setup", "status": "draft", "actionRequiredBy": by, "nextAction": next })
}

fn pending(by: &str, next: &str) -> Value {
    json!({ "kind": "setup", "status": "pendingActivation", "actionRequiredBy": by, "nextAction": next })
}

/// A connection to a bank of its own.
async fn begun(ana: &Browser<'_>, row: usize, after: After) -> String {
    let portal = format!("https://bank-{row}.example/login");
    let name = format!("Bank {row}");
    let form = [("portal_url", &*portal), ("requested_name", &*name)];
    let started: Value = ana.post_api("start_connection", &form).await.ok();
    let id = started["connection"]["id"].as_str().expect("an id").to_owned();
    let form = [("connection_id", &*id), ("delegated_user_active", "on"), ("accept_terms", "on")];
    match after {
        After::Begun => {}
        After::Confirmed => drop(ana.post_api("confirm_user_created", &form[..1]).await.ok()),
        After::Finished => drop(ana.post_api("submit_finish", &form).await.ok()),
    }
    id
}

async fn move_in_list(person: &Browser<'_>, id: &str) -> Option<String> {
    let page = person.get("/").await.body;
    let (_, row) = page.split_once(&format!("data-connection=\"{id}\"")).expect("its row");
    let (row, _) = row.split_once("</li>").expect("an end of it");
    texts(row).find(|text| text.ends_with(" move"))
}

async fn move_on_page(person: &Browser<'_>, id: &str) -> String {
    let page = person.get(&format!("/connections/{id}/setup")).await.body;
    let marked: Vec<&str> = page.split("class=\"runner runner-now\"").skip(1).collect();
    let [runner] = marked[..] else { panic!("not one who acts: {page}") };
    texts(runner).find(|text| !text.is_empty()).expect("who acts")
}

/// What stands between the tags.
fn texts(html: &str) -> impl Iterator<Item = String> {
    let parts = html.split('>').skip(1).filter_map(|part| part.split('<').next());
    parts.map(|text| text.trim().replace("&#x27;", "'"))
}
