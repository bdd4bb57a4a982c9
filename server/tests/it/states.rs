//! Every state of a connection that the contract or Waycore's documents know, and what they leave open: its label in the
//! list, the page that it opens, and what a manager and a viewer can do there.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{Tag, Token, elements, texts, tokens, words};

const LABELS: [&str; 9] = [
    "Setup in progress",
    "Activating",
    "Connected",
    "Reauthentication required",
    "Error",
    "Needs correction",
    "Paused",
    "Revoked",
    "Checking with Waycore",
];

/// What a manager can do about a state. A page offers its own of these and none of the others; a viewer gets none.
const ACTIONS: [&str; 6] = [
    "I have created the user",
    "Finish setup",
    "Sync now",
    "Hand over",
    "Start again with a corrected URL",
    "Connect a bank",
];

/// How far a manager goes before Waycore reports the state.
#[derive(Debug, Clone, Copy)]
enum After {
    Begun,
    Confirmed,
    Finished,
}

/// The page that a state opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    User,
    Finish,
    Activation,
    Detail,
}

/// A state: how it comes about, its label in the list, its page, words that are on the page, and the action offered there.
type State = (After, Value, &'static str, Page, &'static str, Option<&'static str>);

fn states() -> Vec<State> {
    use After::{Begun, Confirmed, Finished};
    let provisioning = json!({
        "email": null,
        "phoneNumber": null,
        "emailProvisioningStatus": "pending",
        "phoneNumberProvisioningStatus": "pending",
    });
    let mut prepared = draft("endUser", "createDelegatedUser");
    prepared["instructions"] = provisioning;
    let (created, finish) = (Some("I have created the user"), Some("Finish setup"));
    let (progress, activating, checking) = ("Setup in progress", "Activating", "Checking with Waycore");
    let ready = |status: &str| json!({ "kind": "ready", "status": status });
    let setup = |status: &str| json!({ "kind": "setup", "status": status });
    let syncing = |sync: &str| json!({ "kind": "ready", "status": "active", "syncStatus": sync });
    let mut states = vec![
        // Drafts: the next action decides.
        (Begun, draft("endUser", "createDelegatedUser"), progress, Page::User, "", created),
        (Begun, prepared, progress, Page::User, "Being prepared. It appears here by itself.", created),
        (Confirmed, draft("endUser", "createDelegatedUser"), progress, Page::Finish, "", finish),
        (Begun, draft("endUser", "provideCredentials"), progress, Page::Finish, "", finish),
        (Begun, draft("endUser", "activateConnection"), progress, Page::Finish, "", finish),
        (Begun, draft("endUser", "sendACarrierPigeon"), progress, Page::User, "", created),
        (Begun, draft("waycore", "createDelegatedUser"), progress, Page::User, "", created),
        (
            Begun,
            draft("integrator", "createDelegatedUser"),
            progress,
            Page::User,
            "We have something to do first.",
            created,
        ),
        (Finished, draft("waycore", "activateConnection"), progress, Page::Activation, "", None),
        // Asked again after the setup was finished.
        (Finished, draft("endUser", "provideCredentials"), progress, Page::Finish, "", finish),
        // Activation.
        (Finished, setup("pendingActivation"), activating, Page::Activation, "start the first sync", None),
        (Begun, ready("pendingActivation"), activating, Page::Activation, "start the first sync", None),
        (Begun, setup("active"), activating, Page::Activation, "start the first sync", None),
        // Only what is ready and active is connected.
        (Begun, syncing("idle"), "Connected", Page::Detail, "Not currently syncing", Some("Sync now")),
        // Waycore refuses a sync while one is running.
        (Begun, syncing("syncing"), "Connected", Page::Detail, "Syncing now", None),
        (Begun, syncing("dreaming"), "Connected", Page::Detail, checking, Some("Sync now")),
        // What nobody has documented is never called connected.
        (Begun, ready("draft"), checking, Page::Detail, "We are checking with Waycore", None),
        (Begun, ready("hibernating"), checking, Page::Detail, "We are checking with Waycore", None),
        (Begun, setup("hibernating"), checking, Page::Activation, "a state that we do not know yet", None),
        (
            Begun,
            json!({ "kind": "quantum", "status": "active" }),
            checking,
            Page::Detail,
            "We are checking with Waycore",
            None,
        ),
    ];
    // What does not work, after it did and during the setup, which has no error code.
    for (status, label, code_is_shown, action) in [
        ("reauthRequired", "Reauthentication required", true, Some("Hand over")),
        ("errored", "Error", true, None),
        ("invalidConfig", "Needs correction", true, Some("Start again with a corrected URL")),
        ("paused", "Paused", false, None),
        ("revoked", "Revoked", false, Some("Connect a bank")),
    ] {
        let code = if code_is_shown { "bank_said_no" } else { "" };
        let mut put = ready(status);
        put["errorCode"] = json!("bank_said_no");
        states.push((Begun, put, label, Page::Detail, code, action));
        // Waycore asks the customer.
        let mut asked = draft("endUser", "createDelegatedUser");
        asked["status"] = json!(status);
        states.push((Begun, asked, label, Page::Detail, "", action));
    }
    states
}

#[tokio::test]
async fn each_state_has_its_label_its_page_and_its_action() {
    let host = TestHost::start().await;
    let mut labels = BTreeSet::new();
    for (row, state) in states().into_iter().enumerate() {
        // A customer of its own: the list holds nothing else.
        let org = format!("org-{row}");
        let pat = host.signed_in_as("pat", &org).await;
        let id = begun(&host, &pat, &state).await;
        host.waycore.put_connection(&id, state.1.clone()).await;
        check(&pat, &id, &state, true).await;
        check(&host.signed_in_with_role("vera", &org, "viewer").await, &id, &state, false).await;
        labels.insert(state.2);
    }
    assert_eq!(labels, BTreeSet::from(LABELS), "every label is reached");
}

#[tokio::test]
async fn a_state_that_was_seen_is_shown_while_waycore_is_silent() {
    let host = TestHost::start().await;
    let finished = json!({ "kind": "setup", "status": "pendingActivation" });
    let connected = json!({ "kind": "ready", "status": "active", "syncStatus": "idle" });
    let user = draft("endUser", "createDelegatedUser");
    let text = "This may be out of date";
    let (created, sync) = (Some("I have created the user"), Some("Sync now"));
    let mut seen = Vec::new();
    for (row, state) in [
        (After::Begun, user, "Setup in progress", Page::User, text, created),
        (After::Finished, finished, "Activating", Page::Activation, text, None),
        (After::Begun, connected, "Connected", Page::Detail, text, sync),
    ]
    .into_iter()
    .enumerate()
    {
        let pat = host.signed_in_as("pat", &format!("org-{row}")).await;
        let id = begun(&host, &pat, &state).await;
        host.waycore.put_connection(&id, state.1.clone()).await;
        pat.get("/").await;
        pat.get(&page_of(&id, state.3)).await;
        seen.push((pat, id, state));
    }
    host.waycore.fail(json!({ "match": { "method": "GET" }, "effect": { "status": 503 } })).await;
    for (pat, id, state) in seen {
        check(&pat, &id, &state, true).await;
    }
}

#[tokio::test]
async fn a_removed_connection_has_no_page_and_no_row() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    host.waycore.put_connection(&id, json!({ "kind": "ready", "status": "active" })).await;
    let form = [("connection_id", id.as_str()), ("confirmation", "Standard Test Bank")];
    ana.post_api("remove_connection", &form).await.ok();
    assert_eq!(row_of(&tokens(&ana.get("/").await.body), &id), None);
    for page in ["", "/setup", "/sheet", "/remove"] {
        let gone = ana.get(&format!("/connections/{id}{page}")).await;
        assert_eq!(gone.status, 404, "{page}");
        let main = main_of(&gone.body);
        assert_eq!(heading(&main), "Not found", "{page}");
        assert_eq!(offered(&main, "a", "All bank connections"), 1, "{page}: {main:?}");
    }
}

/// Everything that one person sees of a state.
async fn check(person: &Browser<'_>, id: &str, state: &State, is_manager: bool) {
    let (after, put, label, page, says, action) = state;
    let what = format!("{after:?} {put} for a {}", if is_manager { "manager" } else { "viewer" });

    let list = tokens(&person.get("/").await.body);
    let row = row_of(&list, id).expect("its row");
    let shown: Vec<_> = texts(&row).into_iter().filter(|text| LABELS.contains(text)).collect();
    assert_eq!(shown, [*label], "{what}: the label in the list");
    assert_eq!(has_positive_badge(&row), *label == "Connected", "{what}: the look in the list");
    let path = page_of(id, *page);
    let opens = elements(&row, "a", |link| link.attribute("href") == Some(path.as_str()));
    assert_eq!(opens.len(), 1, "{what}: {path}: {row:?}");

    // Each of the two pages leads to the one that shows the state.
    let setup = format!("/connections/{id}/setup");
    let detail = format!("/connections/{id}");
    let other = if path == setup { &detail } else { &setup };
    assert_eq!(person.get(other).await.goes_to(), path, "{what}");

    let answer = person.get(&path).await;
    assert_eq!(answer.status, 200, "{what}");
    let main = main_of(&answer.body);
    let (title, step) = match page {
        Page::User => ("Create the delegated user", Some("Delegated user")),
        Page::Finish => ("Finish setup", Some("Finish setup")),
        Page::Activation => ("Activating your connection", Some("Activation")),
        Page::Detail => ("Bank of States", None),
    };
    assert_eq!(heading(&main), title, "{what}");
    let current = elements(&main, "li", |item| item.attribute("aria-current") == Some("step"));
    assert_eq!(current.first().and_then(|item| texts(item).first().copied()), step, "{what}: the step");
    let labels: Vec<_> = texts(&main).into_iter().filter(|text| LABELS.contains(text)).collect();
    // The two steps in which a customer acts show how far the setup is instead of a label.
    match page {
        Page::User | Page::Finish => assert_eq!(labels, [""; 0], "{what}"),
        Page::Activation if *label == "Setup in progress" => assert_eq!(labels, [*label], "{what}"),
        // The history and the sync status repeat some.
        Page::Activation | Page::Detail => assert_eq!(labels.first(), Some(label), "{what}"),
    }
    assert!(*label == "Connected" || !labels.contains(&"Connected"), "{what}: {labels:?}");
    assert_eq!(has_positive_badge(&main), *label == "Connected", "{what}: the look of the page");
    assert!(words(&main).contains(says), "{what}: {says}: {}", words(&main));

    for offer in ACTIONS {
        let count = offered(&main, "button", offer) + offered(&main, "a", offer);
        let expected = usize::from(is_manager && *action == Some(offer));
        assert_eq!(count, expected, "{what}: {offer}");
    }
    // Nobody is left without a way on: at least the list is one click away.
    let ways = offered(&main, "a", "Finish later") + offered(&main, "a", "All bank connections");
    assert!(ways >= 1, "{what}");
}

fn draft(by: &str, next: &str) -> Value {
    json!({ "kind": "setup", "status": "draft", "actionRequiredBy": by, "nextAction": next })
}

/// A connection that is as far as the state needs it.
async fn begun(host: &TestHost, pat: &Browser<'_>, state: &State) -> String {
    let form = [("portal_url", "https://states.example/login"), ("requested_name", "Bank of States")];
    let started: Value = pat.post_api("start_connection", &form).await.ok();
    let id = started["connection"]["id"].as_str().expect("an id").to_owned();
    let form = [("connection_id", &*id), ("delegated_user_active", "on"), ("accept_terms", "on")];
    match state.0 {
        After::Begun => {}
        After::Confirmed => drop(pat.post_api("confirm_user_created", &form[..1]).await.ok()),
        After::Finished => {
            pat.post_api("submit_finish", &form).await.ok();
            // What Waycore reports next is later than that.
            host.waycore.wait_virtually(1).await;
        }
    }
    id
}

fn page_of(id: &str, page: Page) -> String {
    match page {
        Page::User | Page::Finish | Page::Activation => format!("/connections/{id}/setup"),
        Page::Detail => format!("/connections/{id}"),
    }
}

/// The connection's row in the list.
fn row_of(list: &[Token], id: &str) -> Option<Vec<Token>> {
    let rows = elements(list, "li", |item| item.attribute("data-connection") == Some(id));
    rows.first().map(|row| row.to_vec())
}

fn main_of(html: &str) -> Vec<Token> {
    let tokens = tokens(html);
    elements(&tokens, "main", |_| true).first().expect("a main element").to_vec()
}

fn heading(main: &[Token]) -> String {
    elements(main, "h1", |_| true).first().map(|heading| words(heading)).unwrap_or_default()
}

/// Whether a status has the look of one that works.
fn has_positive_badge(html: &[Token]) -> bool {
    let positive = |tag: &Tag| tag.attribute("class").is_some_and(|class| class.contains("badge-positive"));
    !elements(html, "span", positive).is_empty()
}

/// How many elements of this kind have exactly this text.
fn offered(main: &[Token], element: &str, text: &str) -> usize {
    elements(main, element, |_| true).into_iter().filter(|inside| words(inside) == text).count()
}
