//! Several deployments on one Waycore organization: none shows, changes or takes over what is another's, although both have a
//! customer of the same id.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::browser::Browser;
use crate::host::{TestHost, host_token};
use crate::simulated::SimulatedWaycore;
use crate::soak::sample_or_all;

/// Where a deployment is, whose tokens it takes, and `CONNECT_ENTITY_NAMESPACE`.
#[derive(Debug, Clone, Copy)]
struct Deployment {
    address: &'static str,
    issuer: &'static str,
    namespace: Option<&'static str>,
    /// The customer that both have, each under its own name for it.
    org: &'static str,
}

const HERE: Deployment = Deployment {
    address: "http://127.0.0.1:3000/us",
    issuer: "https://app.example.com",
    namespace: None,
    org: "42",
};

/// What the second makes of a customer whose entity it finds taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// The customer gets an entity of its own.
    Own,
    /// Nothing is done, and a person has to look.
    Refused,
}

/// Two deployments that differ in one thing.
const PAIRS: [(&str, Deployment, Deployment, Then); 9] = [
    ("path", HERE, Deployment { address: "http://127.0.0.1:3000/eu", ..HERE }, Then::Own),
    ("path at the root", HERE, Deployment { address: "http://127.0.0.1:3000", ..HERE }, Then::Own),
    ("port", HERE, Deployment { address: "http://127.0.0.1:3001/us", ..HERE }, Then::Own),
    ("host", HERE, Deployment { address: "http://localhost:3000/us", ..HERE }, Then::Own),
    ("issuer", HERE, Deployment { issuer: "https://other.example.com", ..HERE }, Then::Own),
    ("namespace", named("a"), named("b"), Then::Own),
    ("namespace and default", named("127.0.0.1"), HERE, Then::Own),
    ("colons", Deployment { org: "b:c", ..named("a") }, Deployment { org: "c", ..named("a:b") }, Then::Own),
    (
        "issuer in one namespace",
        named("a"),
        Deployment { issuer: "https://other.example.com", ..named("a") },
        Then::Refused,
    ),
];

const fn named(namespace: &'static str) -> Deployment {
    Deployment { namespace: Some(namespace), ..HERE }
}

const FUNCTIONS: [&str; 8] = [
    "get_connection",
    "confirm_user_created",
    "submit_finish",
    "update_credentials",
    "sync_connection",
    "remove_connection",
    "list_accounts",
    "list_transactions",
];

const PAGES: [&str; 6] = ["", "/setup", "/setup?step=finish", "/remove", "/sheet", "/transactions.csv"];

async fn deploy(waycore: &SimulatedWaycore, of: Deployment) -> TestHost {
    TestHost::deploy(waycore, of.address, of.issuer, of.namespace).await
}

fn signed_in<'a>(host: &'a TestHost, of: Deployment, role: &str) -> Browser<'a> {
    host.bearing(&host_token(json!({ "iss": of.issuer, "sub": "ana", "org": of.org, "roles": [role] })))
}

/// Connects a bank, whose accounts can be read from then on.
async fn connected(waycore: &SimulatedWaycore, person: &Browser<'_>) -> String {
    let id = person.start("sim-instant").await["id"].as_str().expect("an id").to_owned();
    let finish = [("connection_id", id.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
    person.post_api("submit_finish", &finish).await.ok();
    waycore.wait_virtually(60).await;
    assert_eq!(person.connection(&id).await.ok()["connection"]["step"], "connected");
    id
}

async fn ask(person: &Browser<'_>, function: &str, id: &str) -> Answer {
    let form = [
        ("connection_id", id),
        ("bank_username", "u"),
        ("password", "from the bank"),
        ("delegated_user_active", "on"),
        ("accept_terms", "on"),
        ("confirmation", "Instant Test Bank"),
    ];
    person.post_api(function, &form).await
}

/// Asks for everything that a deployment answers about its customer, and about this connection: none of it is shown.
async fn shows_nothing_of(host: &TestHost, of: Deployment, id: &str, what: &str) {
    let (person, backend) = (signed_in(host, of, "manager"), signed_in(host, of, "provisioner"));
    for function in FUNCTIONS {
        assert_eq!(
            ask(&person, function, id).await.error(),
            (404, "not_found".to_owned()),
            "{what}: {function}"
        );
    }
    for page in PAGES {
        let answer = person.get(&format!("/connections/{id}{page}")).await;
        assert_eq!(answer.status, 404, "{what}: {page}");
    }
    assert!(!person.list().await.contains(&id.to_owned()), "{what}: list");
    let org = in_path(of);
    let history = backend.get(&format!("/host/connections/{id}/history?org={org}")).await;
    assert_eq!(history.error(), (404, "not_found".to_owned()), "{what}: history");
    let path = format!("/host/connections?org={org}");
    for path in ["/", "/?status=active", "/new", "/events?snapshot", &path] {
        let asks = if path.starts_with("/host") { &backend } else { &person };
        let answer = asks.get(path).await;
        assert!(answer.status.is_success(), "{what}: {path} {answer:?}");
        assert!(!answer.body.contains(id), "{what}: {path} {answer:?}");
    }
    let mut page = person.listen("/events", None).await;
    let present = page.present().await;
    assert!(present.iter().all(|state| state["connectionId"] != id), "{what}: /events {present:?}");
}

async fn searches_show_nothing_of(person: &Browser<'_>, id: &str) {
    let bank = [("query", "sim-instant"), ("requested_name", "Instant Test Bank")];
    for function in ["search_institutions", "coach_portal"] {
        let answer = person.post_api(function, &bank).await.ok();
        assert!(!answer.to_string().contains(id), "{function}: {answer}");
    }
}

fn in_path(of: Deployment) -> String {
    of.org.replace(':', "%3A")
}

/// The entity of a connection, as Waycore was told it.
async fn entity_of_the_last_connection(waycore: &SimulatedWaycore) -> String {
    let requests = waycore.requests().await;
    let creates = |request: &&Value| request["method"] == "POST" && request["path"] == "/v1/connections";
    let created = requests.iter().find(creates).expect("a connection was made");
    created["body"]["entityId"].as_str().expect("an entity").to_owned()
}

async fn keep_apart((what, first, second, then): (&str, Deployment, Deployment, Then)) {
    let waycore = SimulatedWaycore::start().await;
    let (one, two) = (deploy(&waycore, first).await, deploy(&waycore, second).await);
    let ana = signed_in(&one, first, "manager");
    let id = connected(&waycore, &ana).await;
    let entity = entity_of_the_last_connection(&waycore).await;
    shows_nothing_of(&two, second, &id, what).await;

    // The same customer connects the same bank there.
    let (person, backend) = (signed_in(&two, second, "manager"), signed_in(&two, second, "provisioner"));
    let started = person.post_api("start_connection", &[("institution_id", "sim-instant")]).await;
    let mapped = backend.post_json("/host/entities", &json!({ "org": second.org })).await;
    match then {
        Then::Own => {
            assert_ne!(started.ok()["connection"]["id"], *id, "{what}");
            assert_ne!(mapped.ok()["entityId"], *entity, "{what}");
        }
        Then::Refused => {
            assert_eq!(started.error().1, "entity_unresolved", "{what}");
            assert_eq!(mapped.error().1, "entity_unresolved", "{what}");
        }
    }
    let import = json!({ "org": "another", "entityId": entity });
    let imported = backend.post_json("/host/entities", &import).await;
    assert_eq!(
        imported.error().1,
        "entity_unresolved",
        "{what}: an entity of another deployment is not imported either"
    );
    shows_nothing_of(&two, second, &id, what).await;
    // One pair is like another.
    if what == PAIRS[0].0 {
        searches_show_nothing_of(&person, &id).await;
    }
    let forget = format!("/host/entities/{}", in_path(second));
    let forgotten = backend.delete_json(&forget, &json!({ "confirm": second.org })).await;
    assert_eq!(forgotten.status, 204, "{what}: {forgotten:?}");
    assert_eq!(ana.connection(&id).await.ok()["connection"]["step"], "connected", "{what}: it is as it was");
    assert_eq!(ana.list().await, [id], "{what}: the other one forgets its own customer");
    let removals = waycore.changes().await.into_iter().filter(|change| change.starts_with("DELETE"));
    assert_eq!(removals.count(), 0, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_deployments_share_no_row_on_any_route() {
    for pair in PAIRS {
        keep_apart(pair).await;
    }
    // Which of the two came first makes no difference but for a default beside a chosen namespace.
    for (what, first, second, then) in PAIRS.into_iter().rev().take(sample_or_all(1, PAIRS.len())) {
        keep_apart((what, second, first, then)).await;
    }
}

/// The external ids of the entities that were made.
async fn external_ids(waycore: &SimulatedWaycore) -> Vec<String> {
    let requests = waycore.requests().await;
    let mut made: Vec<String> = requests
        .iter()
        .filter(|request| request["method"] == "POST" && request["path"] == "/v1/entities")
        .map(|request| request["body"]["externalEntityId"].as_str().expect("an external id").to_owned())
        .collect();
    made.sort();
    made
}

async fn map(host: &TestHost, of: Deployment, body: Value) -> Answer {
    signed_in(host, of, "provisioner").post_json("/host/entities", &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_moves_names_its_entities_as_before() {
    let waycore = SimulatedWaycore::start().await;
    let host = deploy(&waycore, HERE).await;
    assert_eq!(map(&host, HERE, json!({ "org": "42" })).await.status, 201);
    let host = host.redeploy("http://localhost:4000/elsewhere", HERE.issuer, None).await;
    assert_eq!(map(&host, HERE, json!({ "org": "43" })).await.status, 201);
    let made = external_ids(&waycore).await;
    let namespaces: Vec<_> = made.iter().filter_map(|id| id.split(':').next()).collect();
    assert!(namespaces.len() == 2 && namespaces[0] == namespaces[1], "{made:?}");
}

/// What an earlier version called an entity, and who made it was nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_of_an_earlier_version_keeps_its_namespace_and_believes_no_entity_of_unknown_origin() {
    let waycore = SimulatedWaycore::start().await;
    // Its one customer was mapped by an earlier version, to an entity without a mark, under the host.
    let former = named("127.0.0.1");
    let entity = waycore.entity("127.0.0.1:42").await;
    let host = deploy(&waycore, former).await;
    assert_eq!(map(&host, former, json!({ "org": "42", "entityId": entity })).await.status, 201);
    let host = host.redeploy(HERE.address, HERE.issuer, None).await;
    let ana = signed_in(&host, HERE, "manager");
    ana.start("sim-standard").await;
    assert_eq!(entity_of_the_last_connection(&waycore).await, entity, "whoever is mapped stays so");
    assert_eq!(map(&host, HERE, json!({ "org": "43" })).await.status, 201);
    assert_eq!(external_ids(&waycore).await, ["127.0.0.1:42", "127.0.0.1:43"]);

    // Another one beside it, of the same version before, on the same host.
    let eu = Deployment { address: "http://127.0.0.1:3000/eu", ..HERE };
    let other = waycore.entity("127.0.0.1:7").await;
    let two = deploy(&waycore, Deployment { org: "7", ..former }).await;
    assert_eq!(map(&two, former, json!({ "org": "7", "entityId": other })).await.status, 201);
    let two = two.redeploy(eu.address, eu.issuer, None).await;
    for org in ["42", "43"] {
        let refused = map(&two, eu, json!({ "org": org })).await;
        assert_eq!(refused.error().1, "entity_unresolved", "{org}: it may be the other one's");
    }
    let person = signed_in(&two, eu, "manager");
    let refused = person.post_api("start_connection", &[("institution_id", "sim-standard")]).await;
    assert_eq!(refused.error().1, "entity_unresolved");
    assert_eq!(person.list().await, Vec::<String>::new());
    // Whoever knows that it is theirs says so by its id.
    assert_eq!(map(&two, eu, json!({ "org": "42", "entityId": entity })).await.status, 201);
}
