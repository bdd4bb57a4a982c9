//! Webhooks from registration to delivery, against a receiver of the test's own.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use rstest::rstest;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::mpsc,
};
use waycore::webhook::{self, SignatureError, TOLERANCE};
use waycore_sim::{SimOptions, Simulator};

use crate::support::{Answer, Host, call, simulator};

/// A delivery as it arrived.
struct Received {
    signature: String,
    body: Bytes,
}

/// Takes deliveries, and answers with the statuses it was given, then with 204.
struct Receiver {
    url: String,
    arrivals: mpsc::UnboundedReceiver<Received>,
}

impl Receiver {
    async fn answering(statuses: impl IntoIterator<Item = u16>) -> Self {
        let statuses = Arc::new(Mutex::new(statuses.into_iter().collect::<VecDeque<u16>>()));
        let (arrived, arrivals) = mpsc::unbounded_channel();
        let router = Router::new().route(
            "/hook",
            post(async move |headers: HeaderMap, body: Bytes| {
                let signature = headers["waycore-signature"].to_str().expect("text").to_owned();
                arrived.send(Received { signature, body }).expect("the test listens");
                let status = statuses.lock().expect("whole").pop_front().unwrap_or(204);
                StatusCode::from_u16(status).expect("a status")
            }),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { url, arrivals }
    }

    async fn next(&mut self) -> Received {
        let arrival = tokio::time::timeout(Duration::from_secs(20), self.arrivals.recv());
        arrival.await.expect("a delivery comes").expect("the receiver lives")
    }

    fn is_quiet(&mut self) -> bool {
        self.arrivals.try_recv().is_err()
    }
}

impl Received {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    fn verify(&self, secret: &str) -> Result<(), SignatureError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        let secrets = [SecretString::from(secret)];
        webhook::verify(&self.body, &self.signature, &secrets, i64::try_from(now).expect("small"), TOLERANCE)
    }
}

/// An organization whose events go to a receiver.
struct Subscriber {
    host: Host,
    receiver: Receiver,
    secret: String,
}

impl Subscriber {
    async fn new(statuses: impl IntoIterator<Item = u16>) -> Self {
        let receiver = Receiver::answering(statuses).await;
        let host = Host::with(json!({ "webhookUrl": receiver.url })).await;
        let simulator = host.simulator.clone();
        tokio::spawn(async move { simulator.deliver().await });
        let listed = host.control("GET", "organizations", json!({})).await.json(200);
        let own = listed["data"].as_array().expect("a list");
        let own = own.iter().find(|one| one["organizationId"] == host.organization_id.as_str()).expect("it");
        let secret = own["webhookSecret"].as_str().expect("a secret").to_owned();
        Self { host, receiver, secret }
    }

    async fn send(&self, mut what: Value) -> Value {
        what["organizationId"] = json!(self.host.organization_id);
        self.host.control("POST", "webhooks", what).await.json(201)
    }

    async fn deliveries(&self) -> Vec<Value> {
        let path = format!("webhooks?organizationId={}", self.host.organization_id);
        let listed = self.host.control("GET", &path, json!({})).await.json(200);
        listed["data"].as_array().expect("a list").clone()
    }

    /// The only delivery, once it has been tried so often.
    async fn tried(&self, attempts: usize) -> Value {
        loop {
            let deliveries = self.deliveries().await;
            let [delivery] = deliveries.as_slice() else { panic!("{deliveries:?}") };
            if delivery["attempts"].as_array().expect("a list").len() >= attempts {
                return delivery.clone();
            }
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_life_is_told_as_it_happens() {
    let mut subscriber = Subscriber::new([]).await;
    let connection = subscriber.host.new_connection("sim-reauth").await;
    subscriber.host.complete(&connection).await.json(200);
    let mut told = Vec::new();
    for seconds in [20.0, 2.0, 5.0] {
        subscriber.host.advance(seconds).await;
    }
    for _ in 0..4 {
        let arrival = subscriber.receiver.next().await;
        assert_eq!(arrival.verify(&subscriber.secret), Ok(()));
        let event = arrival.json();
        assert_eq!(event["data"]["connectionId"], connection.as_str());
        assert!(event["id"].as_str().is_some_and(|id| id.starts_with("evt_")));
        let status = event["data"]["status"].as_str().unwrap_or("-").to_owned();
        told.push(format!("{} {status}", event["type"].as_str().expect("a type")));
    }
    // Deliveries are not ordered; the events' times are.
    told.sort();
    assert_eq!(
        told,
        [
            "connection.status_changed active",
            "connection.status_changed pendingActivation",
            "connection.status_changed reauthRequired",
            "transactions.sync_available -",
        ]
    );
    assert!(subscriber.receiver.is_quiet());
}

#[tokio::test]
async fn what_a_long_jump_passed_over_is_told_too() {
    let mut subscriber = Subscriber::new([]).await;
    let connection = subscriber.host.new_connection("sim-standard").await;
    subscriber.host.complete(&connection).await.json(200);
    subscriber.receiver.next().await;
    subscriber.host.advance(86_400.0).await;
    let mut types = Vec::new();
    for _ in 0..5 {
        types.push(subscriber.receiver.next().await.json()["type"].as_str().expect("a type").to_owned());
    }
    types.sort();
    assert_eq!(types[0], "connection.status_changed", "activated");
    assert!(types[1..].iter().all(|one| one == "transactions.sync_available"), "four syncs a day: {types:?}");
}

#[tokio::test]
async fn the_control_api_is_news_too() {
    let mut subscriber = Subscriber::new([]).await;
    let connection = subscriber.host.new_connection("sim-standard").await;
    subscriber.host.overrule(&connection, json!({ "kind": "ready", "status": "paused" })).await;
    let event = subscriber.receiver.next().await.json();
    assert_eq!((&event["data"]["kind"], &event["data"]["status"]), (&json!("ready"), &json!("paused")));
}

#[tokio::test]
async fn what_is_not_taken_is_tried_again_later_and_later() {
    let mut subscriber = Subscriber::new([500, 302, 404]).await;
    subscriber.send(json!({ "type": "test" })).await;
    let mut bodies = vec![subscriber.receiver.next().await.body];
    for (attempts, wait) in [(1, 10.0), (2, 20.0), (3, 40.0)] {
        assert_eq!(subscriber.tried(attempts).await["state"], "pending");
        subscriber.host.advance(wait - 0.5).await;
        assert!(subscriber.receiver.is_quiet(), "not before {wait} seconds");
        subscriber.host.advance(0.5).await;
        bodies.push(subscriber.receiver.next().await.body);
    }
    let delivery = subscriber.tried(4).await;
    assert_eq!((&delivery["state"], &delivery["nextAttemptAt"]), (&json!("delivered"), &Value::Null));
    let statuses: Vec<&Value> =
        delivery["attempts"].as_array().expect("a list").iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, [&json!(500), &json!(302), &json!(404), &json!(204)]);
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "the same event each time");
}

#[tokio::test]
async fn an_address_that_never_takes_it_is_given_up() {
    let mut subscriber = Subscriber::new([503; 20]).await;
    subscriber.send(json!({ "type": "test" })).await;
    for attempt in 1..=11 {
        subscriber.receiver.next().await;
        let delivery = subscriber.tried(attempt).await;
        assert_eq!(delivery["state"], if attempt < 11 { "pending" } else { "givenUp" });
        subscriber.host.advance(86_400.0).await;
    }
    assert!(subscriber.receiver.is_quiet());
}

#[tokio::test]
async fn deliveries_can_be_bad_on_demand() {
    let mut subscriber = Subscriber::new([]).await;
    let secret = subscriber.secret.clone();
    subscriber.send(json!({ "type": "test", "badSignature": true })).await;
    assert_eq!(subscriber.receiver.next().await.verify(&secret), Err(SignatureError::Wrong));
    // One from the future grows younger on its way.
    for age in [301, -400, i64::from(i32::MAX)] {
        subscriber.send(json!({ "type": "test", "signatureAgeSeconds": age })).await;
        assert_eq!(subscriber.receiver.next().await.verify(&secret), Err(SignatureError::Stale), "{age}");
    }
    let sent = subscriber.send(json!({ "type": "novelty.happened", "data": [1], "duplicate": true })).await;
    assert_eq!(sent["deliveries"].as_array().map(Vec::len), Some(2));
    let (one, two) = (subscriber.receiver.next().await, subscriber.receiver.next().await);
    assert_eq!(one.body, two.body);
    assert_eq!((&one.json()["id"], &one.json()["data"]), (&sent["eventId"], &json!([1])));
}

#[tokio::test]
async fn an_event_can_be_about_a_connection() {
    let mut subscriber = Subscriber::new([]).await;
    let connection = subscriber.host.new_connection("sim-standard").await;
    let entity = subscriber.host.read(&connection).await["entityId"].clone();
    let about = json!({ "type": "connection.status_changed", "connectionId": connection });
    let mut with_data = about.clone();
    with_data["data"] = json!({ "of": "tomorrow" });
    for (event, data) in [
        (&about, json!({ "connectionId": connection, "entityId": entity })),
        (&with_data, json!({ "of": "tomorrow" })),
    ] {
        subscriber.send(event.clone()).await;
        assert_eq!(subscriber.receiver.next().await.json()["data"], data, "{event}");
    }
    let deliveries = subscriber.deliveries().await;
    let named: Vec<&Value> = deliveries.iter().map(|delivery| &delivery["connectionId"]).collect();
    assert_eq!(named, [&json!(connection); 2]);

    // Of another organization, or of nobody.
    let stranger = Host::of(subscriber.host.simulator.clone()).await;
    for unknown in [stranger.new_connection("sim-standard").await, "conn_none".to_owned()] {
        let event = json!({
            "organizationId": subscriber.host.organization_id, "type": "test", "connectionId": unknown,
        });
        subscriber.host.control("POST", "webhooks", event).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn events_can_overtake_each_other() {
    let mut subscriber = Subscriber::new([]).await;
    subscriber.send(json!({ "type": "first", "delaySeconds": 60 })).await;
    subscriber.send(json!({ "type": "second" })).await;
    assert_eq!(subscriber.receiver.next().await.json()["type"], "second");
    subscriber.host.advance(60.0).await;
    assert_eq!(subscriber.receiver.next().await.json()["type"], "first");
}

#[tokio::test]
async fn a_registration_is_made_read_changed_tested_and_removed() {
    let mut receiver = Receiver::answering([]).await;
    let host = Host::new().await;
    let simulator = host.simulator.clone();
    tokio::spawn(async move { simulator.deliver().await });
    let create =
        json!({ "url": receiver.url, "events": ["connection.status_changed"], "metadata": { "a": 1 } });
    let created = host.post("/v1/webhooks", create).await.json(201);
    let webhook = &created["webhook"];
    let (id, secret) =
        (webhook["id"].as_str().expect("an id"), webhook["secret"].as_str().expect("a secret"));
    assert!(secret.starts_with("whsec_") && created["meta"]["requestId"].is_string());
    let path = format!("/v1/webhooks/{id}");
    let read = host.get(&path).await.json(200);
    assert_eq!(read["secret"], format!("****{}", &secret[secret.len() - 4..]));
    assert_eq!(host.all("/v1/webhooks").await, [read]);

    let test = format!("{path}/test");
    host.post(&test, json!({})).await.refused(409, "conflict");
    let patch = async |body| call(&host.router, "PATCH", &path, Some(&host.key), Some(body)).await;
    patch(json!({ "events": ["test"], "metadata": null })).await.json(200);
    host.post(&test, json!({})).await.json(202);
    let arrival = receiver.next().await;
    assert_eq!((arrival.verify(secret), &arrival.json()["type"]), (Ok(()), &json!("test")));
    let paused = patch(json!({ "active": false })).await.json(200);
    assert_eq!((&paused["active"], &paused["metadata"]), (&json!(false), &json!({})));
    host.post(&test, json!({})).await.refused(409, "conflict");
    assert_eq!(host.delete(&path).await.status, 204);
    host.get(&path).await.refused(404, "not_found");
    host.delete(&path).await.refused(404, "not_found");
}

#[tokio::test]
async fn an_address_or_a_type_that_cannot_be_is_refused() {
    let host = Host::new().await;
    let create = |url: &str, events: Value| json!({ "url": url, "events": events });
    for wrong in [
        create("http://host.example/hook", json!(["test"])),
        create("http://127.0.0.1.example/hook", json!(["test"])),
        create("ftp://host.example", json!(["test"])),
        create("https://", json!(["test"])),
        create(&format!("https://host.example/{}", "a".repeat(2_048)), json!(["test"])),
        create("https://host.example", json!([])),
        create("https://host.example", json!(["everything"])),
        json!({ "url": "https://host.example" }),
    ] {
        host.post("/v1/webhooks", wrong).await.refused(400, "invalid_request");
    }
}

/// One rule for addresses, wherever one is given.
#[rstest]
#[case("https://host.example/hook", false, true)]
#[case("HTTPS://Host.example/hook", false, true)]
#[case("http://localhost:4000/hook", false, true)]
#[case("HTTP://[::1]:4000/hook", false, true)]
#[case("http://connect:3000/hook", false, false)]
#[case("http://connect:3000/hook", true, true)]
#[case("http://10.0.0.7/hook", true, true)]
#[case("http://host.example/hook", true, false)]
#[case("nonsense", false, false)]
#[case("nonsense", true, false)]
#[case("", false, false)]
#[tokio::test]
async fn an_address_is_judged_alike_wherever_it_is_given(
    #[case] url: &str,
    #[case] allow_remote: bool,
    #[case] taken: bool,
) {
    let options = SimOptions { speed: 0.0, allow_remote, ..SimOptions::default() };
    let host = Host::of(Simulator::new(options).expect("a simulator")).await;
    let create = json!({ "url": "https://host.example/first", "events": ["test"] });
    let known = host.post("/v1/webhooks", create).await.json(201)["webhook"]["id"].clone();
    let path = format!("/v1/webhooks/{}", known.as_str().expect("an id"));
    let answers = [
        host.control("POST", "organizations", json!({ "webhookUrl": url })).await,
        host.post("/v1/webhooks", json!({ "url": url, "events": ["test"] })).await,
        call(&host.router, "PATCH", &path, Some(&host.key), Some(json!({ "url": url }))).await,
    ];
    for (answer, field) in answers.iter().zip(["webhookUrl", "url", "url"]) {
        assert_eq!(answer.status.is_success(), taken, "{}", answer.text);
        if !taken {
            answer.refused(400, "invalid_request");
            let message = answer.json(400)["message"].clone();
            assert!(
                message.as_str().is_some_and(|text| text.starts_with(&format!("{field} must"))),
                "{message}"
            );
        }
    }
    let listed = host.get(&path).await.json(200)["url"].clone();
    assert_eq!(listed, if taken { url } else { "https://host.example/first" }, "as it was given");
}

/// Answers the beginning of every request with these bytes, and hangs up.
async fn answer_every(listener: TcpListener, answer: &'static str) {
    loop {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut start = [0; 64];
        // A client that is gone already needs no answer.
        if stream.read(&mut start).await.is_ok() && stream.write_all(answer.as_bytes()).await.is_ok() {
            // What is not read would end the connection with a reset.
            let _ = stream.shutdown().await;
            let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
        }
    }
}

/// What kept an attempt from being answered.
#[rstest]
#[case("refused", "no connection: Connection refused")]
#[case("no TLS", "no connection: received corrupt message")]
#[case("unknown name", "no connection: failed to lookup address information")]
#[case("hung up", "no answer that can be read: connection closed before message completed")]
#[tokio::test]
async fn an_attempt_keeps_its_innermost_cause(#[case] fate: &str, #[case] error: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("an address");
    let url = match fate {
        "refused" => {
            drop(listener);
            format!("http://{address}/hook")
        }
        // No name has more than 63 characters between its dots, so nobody is asked for it.
        "unknown name" => format!("http://{}/hook", "a".repeat(64)),
        "no TLS" => {
            tokio::spawn(answer_every(listener, "HTTP/1.1 400 Bad Request\r\n\r\n"));
            format!("https://{address}/hook")
        }
        _ => {
            tokio::spawn(answer_every(listener, ""));
            format!("http://{address}/hook")
        }
    };
    let options = SimOptions { speed: 0.0, allow_remote: true, ..SimOptions::default() };
    let host =
        Host::made_in(Simulator::new(options).expect("a simulator"), json!({ "webhookUrl": url })).await;
    let simulator = host.simulator.clone();
    tokio::spawn(async move { simulator.deliver().await });
    let event = json!({ "organizationId": host.organization_id, "type": "test" });
    host.control("POST", "webhooks", event).await.json(201);
    let attempt = loop {
        let listed = host.control("GET", "webhooks", json!({})).await.json(200);
        match &listed["data"][0]["attempts"][0] {
            Value::Null => tokio::task::yield_now().await,
            attempt => break attempt.clone(),
        }
    };
    let found = attempt["error"].as_str().expect("a cause");
    assert!(found.starts_with(error) && !found.contains("/hook"), "{found}");
}

#[tokio::test]
async fn another_organizations_registration_is_not_there() {
    let simulator = simulator(None);
    let (acme, globex) = (Host::of(simulator.clone()).await, Host::of(simulator).await);
    let create = json!({ "url": "https://host.example/hook", "events": ["test"] });
    let id = acme.post("/v1/webhooks", create).await.json(201)["webhook"]["id"].clone();
    let path = format!("/v1/webhooks/{}", id.as_str().expect("an id"));
    globex.get(&path).await.refused(404, "not_found");
    globex.delete(&path).await.refused(404, "not_found");
    globex.post(&format!("{path}/test"), json!({})).await.refused(404, "not_found");
    assert_eq!(globex.all("/v1/webhooks").await, Vec::<Value>::new());
}

#[tokio::test]
async fn webhooks_have_scopes_of_their_own() {
    let host = Host::with(json!({ "scopes": ["webhooks:read"] })).await;
    host.get("/v1/webhooks").await.json(200);
    let create = json!({ "url": "https://host.example/hook", "events": ["test"] });
    host.post("/v1/webhooks", create.clone()).await.refused(403, "forbidden");
    let writer = Host::with(json!({ "scopes": ["webhooks:write"] })).await;
    writer.post("/v1/webhooks", create).await.json(201);
    writer.get("/v1/webhooks").await.refused(403, "forbidden");
}

#[tokio::test]
async fn nothing_is_sent_beyond_this_machine_unless_told_so() {
    let subscriber = Subscriber::new([]).await;
    let create = json!({ "url": "https://host.invalid/hook", "events": ["test"] });
    let created = subscriber.host.post("/v1/webhooks", create).await.json(201);
    let id = created["webhook"]["id"].as_str().expect("an id").to_owned();
    subscriber.host.post(&format!("/v1/webhooks/{id}/test"), json!({})).await.json(202);
    let delivery = subscriber.tried(1).await;
    let attempt = &delivery["attempts"][0];
    assert_eq!((&delivery["state"], &attempt["status"]), (&json!("pending"), &Value::Null));
    assert!(attempt["error"].as_str().is_some_and(|why| why.contains("this machine")), "{attempt}");
}

#[tokio::test]
async fn a_delivery_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sim.json");
    let mut receiver = Receiver::answering([]).await;
    let first = simulator(Some(path.clone()));
    let router = first.router();
    let keys =
        call(&router, "POST", "/_sim/organizations", None, Some(json!({ "webhookUrl": receiver.url })));
    let keys = keys.await.json(201);
    let organization = keys["organizationId"].as_str().expect("an id").to_owned();
    let event = json!({ "organizationId": organization, "type": "test", "delaySeconds": 5 });
    let sent = call(&first.router(), "POST", "/_sim/webhooks", None, Some(event)).await.json(201);
    drop((first, router));

    let options = SimOptions { speed: 0.0, state: Some(path), ..SimOptions::default() };
    let second = Simulator::new(options).expect("a simulator");
    let delivering = second.clone();
    tokio::spawn(async move { delivering.deliver().await });
    let advance = json!({ "organizationId": organization, "advanceSeconds": 5 });
    let answer: Answer = call(&second.router(), "POST", "/_sim/clock", None, Some(advance)).await;
    answer.json(200);
    let arrival = receiver.next().await;
    assert_eq!(arrival.json()["id"], sent["eventId"]);
    assert_eq!(arrival.verify(keys["webhookSecret"].as_str().expect("a secret")), Ok(()));
}

#[tokio::test]
async fn no_list_shows_a_secret() {
    let subscriber = Subscriber::new([500]).await;
    let create = json!({ "url": "https://host.example/hook", "events": ["test"] });
    let created = subscriber.host.post("/v1/webhooks", create).await.json(201);
    subscriber.send(json!({ "type": "test" })).await;
    let shown = format!("{:?} {:?}", subscriber.deliveries().await, subscriber.host.journal("").await);
    for secret in [subscriber.secret.as_str(), created["webhook"]["secret"].as_str().expect("a secret")] {
        assert!(!shown.contains(secret));
    }
}
