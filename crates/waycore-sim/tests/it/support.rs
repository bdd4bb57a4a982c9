//! A host of the simulator, in the words of the documents.

use std::path::PathBuf;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use waycore_sim::{SimOptions, Simulator};

/// An organization of its own in a simulator of its own; its clock stands still until it is advanced.
pub(crate) struct Host {
    pub(crate) simulator: Simulator,
    pub(crate) router: Router,
    pub(crate) organization_id: String,
    pub(crate) key: String,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// The body, which must be JSON and come with the status expected.
    #[track_caller]
    pub(crate) fn json(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        serde_json::from_str(&self.text).expect("a JSON body")
    }

    /// A refusal with this status and code, a message and a request id.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) {
        let body = self.json(status);
        assert_eq!(body["code"], code, "{body}");
        assert!(body["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
        assert!(body["requestId"].as_str().is_some_and(|id| id.starts_with("req_")), "{body}");
    }
}

/// One request to a router; `key` is the bearer key.
pub(crate) async fn call(
    router: &Router,
    method: &str,
    path: &str,
    key: Option<&str>,
    body: Option<Value>,
) -> Answer {
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let mut request = Request::builder().method(method).uri(path);
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    send(router, request.body(Body::from(body)).expect("a request")).await
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let (parts, body) = router.clone().oneshot(request).await.expect("an answer").into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("a whole body");
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    Answer { status: parts.status, headers: parts.headers, text }
}

pub(crate) fn simulator(state: Option<PathBuf>) -> Simulator {
    Simulator::new(SimOptions { speed: 0.0, state, ..SimOptions::default() }).expect("a simulator")
}

impl Host {
    pub(crate) async fn new() -> Self {
        Self::of(simulator(None)).await
    }

    /// With a new organization in a simulator that others may share.
    pub(crate) async fn of(simulator: Simulator) -> Self {
        Self::made_in(simulator, json!({})).await
    }

    /// With options of its own.
    pub(crate) async fn with(options: Value) -> Self {
        Self::made_in(simulator(None), options).await
    }

    /// With options of its own in a simulator that others may share.
    pub(crate) async fn made_in(simulator: Simulator, options: Value) -> Self {
        let router = simulator.router();
        let keys = call(&router, "POST", "/_sim/organizations", None, Some(options)).await.json(201);
        let text = |name: &str| keys[name].as_str().expect(name).to_owned();
        Self { organization_id: text("organizationId"), key: text("apiKey"), simulator, router }
    }

    /// A form as a browser on the same page posts it.
    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body.join("&")))
            .expect("a request");
        send(&self.router, request).await
    }

    /// A page of the console or of a bank.
    pub(crate) async fn page(&self, path: &str) -> Answer {
        call(&self.router, "GET", path, None, None).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        call(&self.router, "GET", path, Some(&self.key), None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        call(&self.router, "POST", path, Some(&self.key), Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        call(&self.router, "PUT", path, Some(&self.key), Some(body)).await
    }

    /// A call of the control API.
    pub(crate) async fn control(&self, method: &str, path: &str, body: Value) -> Answer {
        call(&self.router, method, &format!("/_sim/{path}"), None, Some(body)).await
    }

    /// A new entity's id.
    pub(crate) async fn entity(&self, external_id: &str) -> String {
        let entity = self.post("/v1/entities", json!({ "externalEntityId": external_id })).await.json(201);
        entity["entityId"].as_str().expect("an entity id").to_owned()
    }

    /// A new connection's id.
    pub(crate) async fn connection(&self, entity_id: &str, institution_id: &str) -> String {
        let body = json!({ "entityId": entity_id, "institutionId": institution_id });
        id(&self.post("/v1/connections", body).await.json(201))
    }

    /// A new connection of a new customer.
    pub(crate) async fn new_connection(&self, institution_id: &str) -> String {
        let entity_id = self.entity("acme").await;
        self.connection(&entity_id, institution_id).await
    }

    pub(crate) async fn read(&self, connection_id: &str) -> Value {
        self.get(&format!("/v1/connections/{connection_id}")).await.json(200)
    }

    /// `kind/status`, and the sync status of a ready one.
    pub(crate) async fn state(&self, connection_id: &str) -> String {
        let connection = self.read(connection_id).await;
        let text = |name: &str| connection[name].as_str().unwrap_or("-").to_owned();
        match connection.get("syncStatus") {
            Some(_) => format!("{}/{}/{}", text("kind"), text("status"), text("syncStatus")),
            None => format!("{}/{}", text("kind"), text("status")),
        }
    }

    pub(crate) async fn complete(&self, connection_id: &str) -> Answer {
        self.put(&format!("/v1/connections/{connection_id}/setupCompletion"), json!({})).await
    }

    /// A new connection of a new customer that was synced once.
    pub(crate) async fn active(&self, institution_id: &str) -> String {
        let connection = self.new_connection(institution_id).await;
        self.complete(&connection).await.json(200);
        self.advance(22.0).await;
        connection
    }

    pub(crate) async fn sync(&self, connection_id: &str) -> Answer {
        self.put(&format!("/v1/connections/{connection_id}/sync"), json!({})).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        call(&self.router, "DELETE", path, Some(&self.key), None).await
    }

    /// Every item of a list, page by page.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        let glue = if path.contains('?') { '&' } else { '?' };
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("{path}{glue}limit=500{cursor}")).await.json(200);
            items.extend(page["data"].as_array().expect("a list").iter().cloned());
            match page["pagination"]["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }

    pub(crate) async fn advance(&self, seconds: f64) {
        let body = json!({ "organizationId": self.organization_id, "advanceSeconds": seconds });
        self.control("POST", "clock", body).await.json(200);
    }

    pub(crate) async fn overrule(&self, connection_id: &str, fields: Value) -> Value {
        self.control("POST", &format!("connections/{connection_id}"), fields).await.json(200)
    }

    /// The journal of this organization.
    pub(crate) async fn journal(&self, filter: &str) -> Vec<Value> {
        let path = format!("requests?organizationId={}{filter}", self.organization_id);
        let body = self.control("GET", &path, json!({})).await.json(200);
        body["data"].as_array().expect("a list").clone()
    }
}

#[track_caller]
pub(crate) fn id(connection: &Value) -> String {
    connection["id"].as_str().expect("a connection id").to_owned()
}

/// The texts of one field in a list answer.
#[track_caller]
pub(crate) fn column(list: &Value, field: &str) -> Vec<String> {
    let items = list["data"].as_array().expect("a list");
    items.iter().map(|item| item[field].as_str().expect("a text").to_owned()).collect()
}
