//! A host product in small: the real router, a database and a simulated Waycore of its own for each test.

use std::sync::Arc;

use app::backend::Role;
use axum::body::{Body, to_bytes};
use axum::{Router, extract::Request};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use server::clock::{Clock, SystemClock};
use server::config::{
    BasePath, Database, Environment, FixedKey, Layout, Links, PublicUrl, SecretKeys, Settings, Token,
    TokenKeys, TrustedProxies, Waycore,
};
use server::identity::TokenIdentity;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use waycore::client::BaseUrl;
use waycore_sim::{OrganizationKeys, SimOptions, Simulator};

use crate::answer::Answer;
use crate::browser::Browser;

const ORIGIN: &str = "http://127.0.0.1:3000";
const TOKEN_KEY: &str = "shared between the host and the server";

/// How a host's people sign in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SignIn {
    Demo,
    Token,
}

/// Everything that one test needs, and nobody else sees. Virtual time stands still until the test moves it.
pub(crate) struct TestHost {
    router: Router,
    base: BasePath,
    sign_in: SignIn,
    simulator: Simulator,
    keys: OrganizationKeys,
    _folder: TempDir,
}

impl TestHost {
    /// A host whose people sign in as in the demo.
    pub(crate) async fn start() -> Self {
        Self::build(SignIn::Demo, "").await
    }

    /// The same below a path prefix.
    pub(crate) async fn start_below(base: &str) -> Self {
        Self::build(SignIn::Demo, base).await
    }

    /// A host with signed tokens, as behind `serve`.
    pub(crate) async fn start_with_tokens() -> Self {
        Self::build(SignIn::Token, "").await
    }

    async fn build(sign_in: SignIn, base: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let simulator =
            Simulator::new(SimOptions { speed: 0.0, ..SimOptions::default() }).expect("a simulator");
        let keys = simulator.ensure_organization("host");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let waycore = format!("http://{}/v1", listener.local_addr().expect("an address"));
        tokio::spawn(waycore_sim::serve(listener, simulator.clone(), std::future::pending()));
        let base = BasePath::parse(base).expect("a base path");
        let settings = Settings {
            public_url: PublicUrl::parse(&format!("{ORIGIN}{}", base.as_str())).expect("a public URL"),
            database: Database::Sqlite(folder.path().join("connect.db")),
            secret_keys: SecretKeys::parse("a key that is long enough for a test").expect("a key"),
            waycore: Waycore {
                base_url: BaseUrl::parse(&waycore).expect("the simulator's address"),
                api_key: keys.api_key.clone().into(),
                environment: Environment::Live,
                namespace: "host".to_owned(),
            },
            links: Links::default(),
            webhook_secrets: Vec::new(),
            trusted_proxies: TrustedProxies::default(),
        };
        let (layout, shutdown) = (Layout::default(), CancellationToken::new());
        let mounted = match sign_in {
            SignIn::Demo => server::mount_demo(settings, layout, shutdown).await,
            SignIn::Token => {
                let identity = TokenIdentity::new(&token_settings(), Arc::new(SystemClock));
                server::mount(settings, Arc::new(identity), layout, shutdown).await
            }
        };
        let router = base.mount(mounted.expect("a mount").router);
        Self { router, base, sign_in, simulator, keys, _folder: folder }
    }

    /// Somebody without a session.
    pub(crate) fn signed_out(&self) -> Browser<'_> {
        Browser::new(self, Vec::new())
    }

    /// A manager of a customer's.
    pub(crate) async fn signed_in_as(&self, user: &str, org: &str) -> Browser<'_> {
        self.signed_in_with_role(user, org, "manager").await
    }

    /// Somebody with one role.
    pub(crate) async fn signed_in_with_role(&self, user: &str, org: &str, role: &str) -> Browser<'_> {
        match self.sign_in {
            SignIn::Demo => {
                let form = [("user", user), ("org", org), ("role", role)];
                let answer = self.signed_out().post_form("/demo/sign-in", &form).await;
                let session = answer.cookie().expect("the demo signs everybody in").to_owned();
                Browser::new(self, vec![("cookie", session)])
            }
            SignIn::Token => self.bearing(&host_token(json!({ "sub": user, "org": org, "roles": [role] }))),
        }
    }

    /// Somebody who sends a token, whatever it is.
    pub(crate) fn bearing(&self, token: &str) -> Browser<'_> {
        Browser::new(self, vec![("authorization", format!("Bearer {token}"))])
    }

    /// Moves the simulator's time.
    pub(crate) async fn wait_virtually(&self, seconds: u32) {
        let body = json!({ "organizationId": self.keys.organization_id, "advanceSeconds": seconds });
        self.control("POST", "/_sim/clock", body).await.ok();
    }

    /// Puts a connection into a state.
    pub(crate) async fn put_connection(&self, id: &str, state: Value) {
        self.control("POST", &format!("/_sim/connections/{id}"), state).await.ok();
    }

    /// Makes Waycore fail; see contract.md for what a fault may say.
    pub(crate) async fn fail(&self, fault: Value) {
        let answer = self.control("POST", "/_sim/faults", fault).await;
        assert!(answer.status.is_success(), "{answer:?}");
    }

    /// Takes every failure back.
    pub(crate) async fn heal(&self) {
        let answer = self.control("DELETE", "/_sim/faults", Value::Null).await;
        assert!(answer.status.is_success(), "{answer:?}");
    }

    /// Every request that Waycore received from this host, oldest first.
    pub(crate) async fn requests(&self) -> Vec<Value> {
        let path = format!("/_sim/requests?organizationId={}", self.keys.organization_id);
        let answer = self.control("GET", &path, Value::Null).await.ok();
        answer["data"].as_array().expect("a list of requests").clone()
    }

    /// Method and path of those requests that change something.
    pub(crate) async fn changes(&self) -> Vec<String> {
        let requests = self.requests().await;
        let line = |request: &Value| {
            format!("{} {}", request["method"].as_str().unwrap_or(""), request["path"].as_str().unwrap_or(""))
        };
        requests.iter().filter(|request| request["method"] != "GET").map(line).collect()
    }

    /// An entity that somebody else made at Waycore; its id.
    pub(crate) async fn entity(&self, external_id: &str) -> String {
        let request = Request::builder()
            .method("POST")
            .uri("/v1/entities")
            .header("authorization", format!("Bearer {}", self.keys.api_key))
            .header("content-type", "application/json")
            .body(Body::from(json!({ "externalEntityId": external_id }).to_string()));
        let made = answer(self.simulator.router(), request.expect("a request")).await.json();
        made["entityId"].as_str().expect("an entity's id").to_owned()
    }

    async fn control(&self, method: &str, path: &str, body: Value) -> Answer {
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        answer(self.simulator.router(), request.body(body).expect("a request")).await
    }

    /// Sends one request to the product.
    pub(crate) async fn send(&self, request: Request) -> Answer {
        answer(self.router.clone(), request).await
    }

    /// A path of the product's, as a browser sees it.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str())
    }

    /// The secret that no browser may see.
    pub(crate) fn api_key(&self) -> &str {
        &self.keys.api_key
    }
}

/// A good token of the host's, with these claims on top; `null` takes one away.
pub(crate) fn host_token(claims: Value) -> String {
    let expires = SystemClock.now().as_millis() / 1_000 + 600;
    let mut all = json!({ "iss": "host", "aud": "connect", "exp": expires });
    let target = all.as_object_mut().expect("an object");
    for (name, value) in claims.as_object().expect("claims") {
        match value {
            Value::Null => target.remove(name),
            value => target.insert(name.clone(), value.clone()),
        };
    }
    sign_token(&all, TOKEN_KEY)
}

/// Signs any claims with any key.
pub(crate) fn sign_token(claims: &Value, key: &str) -> String {
    let key = EncodingKey::from_secret(key.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).expect("a token")
}

fn token_settings() -> Token {
    Token {
        keys: TokenKeys::Fixed(FixedKey::Secret(TOKEN_KEY.into())),
        issuer: "host".to_owned(),
        audience: "connect".to_owned(),
        cookie: None,
        default_role: Role::Viewer,
    }
}

async fn answer(router: Router, request: Request) -> Answer {
    let response = router.oneshot(request).await.expect("a router always answers");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a whole body");
    let body = String::from_utf8_lossy(&body).into_owned();
    Answer { status: parts.status, headers: parts.headers, body }
}
