//! A host product in small: the real router, a database and a simulated Waycore of its own for each test.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use app::backend::Role;
use axum::{Router, extract::Request};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use server::clock::{Clock, SystemClock};
use server::config::{
    BasePath, DEFAULT_MAX_STREAMS, Database, Environment, FixedKey, Guides, Layout, Links, PublicUrl,
    SecretKeys, Settings, Token, TokenKeys, TrustedProxies, Waycore,
};
use server::identity::TokenIdentity;
use tempfile::TempDir;
use test_postgres::TestDatabase;
use tokio_util::sync::CancellationToken;
use waycore::client::BaseUrl;

use crate::answer::Answer;
use crate::browser::Browser;
use crate::simulated::SimulatedWaycore;

const ORIGIN: &str = "http://127.0.0.1:3000";
const TOKEN_KEY: &str = "shared between the host and the server";

/// The database of a host, in its folder.
const DATABASE: &str = "connect.db";

/// How a host's people sign in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SignIn {
    Demo,
    Token,
}

/// Everything that one test needs, and nobody else sees.
pub(crate) struct TestHost {
    /// Its Waycore.
    pub(crate) waycore: SimulatedWaycore,
    /// Each stands for a server of its own; they share the database alone.
    replicas: Vec<Router>,
    turn: AtomicUsize,
    base: BasePath,
    sign_in: SignIn,
    /// Ends what runs beside the routes.
    pub(crate) shutdown: CancellationToken,
    folder: TempDir,
}

impl TestHost {
    /// A host whose people sign in as in the demo.
    pub(crate) async fn start() -> Self {
        Self::start_below("").await
    }

    /// The same, to which Waycore's deliveries are sent, signed with one of these secrets.
    pub(crate) async fn start_with_webhooks(secrets: &[&str]) -> Self {
        let waycore = SimulatedWaycore::start().await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut settings = settings(&waycore, Database::Sqlite(folder.path().join(DATABASE)), "");
        settings.webhook_secrets = secrets.iter().map(|secret| (*secret).into()).collect();
        Self::mounted(waycore, settings, "", folder).await
    }

    /// A host whose settings are changed before it starts.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_with_below("", change).await
    }

    /// The same below a path prefix.
    pub(crate) async fn start_with_below(base: &str, change: impl FnOnce(&mut Settings)) -> Self {
        let waycore = SimulatedWaycore::start().await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut settings = settings(&waycore, Database::Sqlite(folder.path().join(DATABASE)), base);
        change(&mut settings);
        Self::mounted(waycore, settings, base, folder).await
    }

    async fn mounted(waycore: SimulatedWaycore, settings: Settings, base: &str, folder: TempDir) -> Self {
        let shutdown = CancellationToken::new();
        let mounted = server::mount_demo(settings, Layout::default(), shutdown.clone()).await;
        let routers = vec![mounted.expect("a mount").router];
        Self::of(waycore, routers, base, SignIn::Demo, folder, shutdown)
    }

    /// The same below a path prefix.
    pub(crate) async fn start_below(base: &str) -> Self {
        Self::demo(SimulatedWaycore::start().await, base).await
    }

    /// The same while Waycore fails: what a server reads when it starts, it cannot read.
    pub(crate) async fn start_while(fault: Value) -> Self {
        let waycore = SimulatedWaycore::start().await;
        waycore.fail(fault).await;
        Self::demo(waycore, "").await
    }

    /// The same in a look of its own.
    pub(crate) async fn start_with_layout(layout: Layout) -> Self {
        let waycore = SimulatedWaycore::start().await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let settings = settings(&waycore, Database::Sqlite(folder.path().join(DATABASE)), "");
        let shutdown = CancellationToken::new();
        let mounted = server::mount_demo(settings, layout, shutdown.clone()).await;
        let routers = vec![mounted.expect("a mount").router];
        Self::of(waycore, routers, "", SignIn::Demo, folder, shutdown)
    }

    async fn demo(waycore: SimulatedWaycore, base: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let settings = settings(&waycore, Database::Sqlite(folder.path().join(DATABASE)), base);
        Self::mounted(waycore, settings, base, folder).await
    }

    /// A host with signed tokens, as behind `serve`.
    pub(crate) async fn start_with_tokens() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = Database::Sqlite(folder.path().join(DATABASE));
        Self::serve(SimulatedWaycore::start().await, database, 1, folder).await
    }

    /// The same, with its tokens in the cookie `session`, and with settings that are changed before it starts.
    pub(crate) async fn start_with_token_cookie(change: impl FnOnce(&mut Settings, &mut Token)) -> Self {
        let (waycore, folder) =
            (SimulatedWaycore::start().await, tempfile::tempdir().expect("a temporary folder"));
        let mut settings = settings(&waycore, Database::Sqlite(folder.path().join(DATABASE)), "");
        let mut token = Token { cookie: Some("session".to_owned()), ..token_settings() };
        change(&mut settings, &mut token);
        let identity = Arc::new(TokenIdentity::new(&token, Arc::new(SystemClock)));
        let shutdown = CancellationToken::new();
        let mounted = server::mount(settings, identity, Layout::default(), shutdown.clone()).await;
        let routers = vec![mounted.expect("a mount").router];
        Self::of(waycore, routers, "", SignIn::Token, folder, shutdown)
    }

    /// A deployment beside others on one Waycore organization, with an address, an issuer and a database of its own.
    pub(crate) async fn deploy(
        waycore: &SimulatedWaycore,
        address: &str,
        issuer: &str,
        namespace: Option<&str>,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::deploy_in(folder, waycore, address, issuer, namespace).await
    }

    /// The same deployment, started again with these settings.
    pub(crate) async fn redeploy(self, address: &str, issuer: &str, namespace: Option<&str>) -> Self {
        self.shutdown.cancel();
        Self::deploy_in(self.folder, &self.waycore, address, issuer, namespace).await
    }

    async fn deploy_in(
        folder: TempDir,
        waycore: &SimulatedWaycore,
        address: &str,
        issuer: &str,
        namespace: Option<&str>,
    ) -> Self {
        let public_url = PublicUrl::parse(address).expect("a public URL");
        let base = public_url.base().as_str().to_owned();
        let mut settings = settings(waycore, Database::Sqlite(folder.path().join(DATABASE)), "");
        settings.public_url = public_url;
        settings.waycore.namespace = namespace.map(ToOwned::to_owned);
        let token = Token { issuer: issuer.to_owned(), ..token_settings() };
        let identity = Arc::new(TokenIdentity::new(&token, Arc::new(SystemClock)));
        let shutdown = CancellationToken::new();
        let mounted = server::mount(settings, identity, Layout::default(), shutdown.clone()).await;
        let routers = vec![mounted.expect("a mount").router];
        Self::of(waycore.clone(), routers, &base, SignIn::Token, folder, shutdown)
    }

    /// The same on PostgreSQL, as servers behind a load balancer that gives each request to the next.
    pub(crate) async fn start_replicas(replicas: usize) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = Database::parse(&TestDatabase::new().await.url()).expect("a database");
        Self::serve(SimulatedWaycore::start().await, database, replicas, folder).await
    }

    /// One server on a database of the test's own.
    pub(crate) async fn start_on(database: &TestDatabase) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = Database::parse(&database.url()).expect("a database");
        Self::serve(SimulatedWaycore::start().await, database, 1, folder).await
    }

    async fn serve(waycore: SimulatedWaycore, database: Database, replicas: usize, folder: TempDir) -> Self {
        // At once, as after a deployment: whoever comes second finds the tables made.
        let shutdown = CancellationToken::new();
        let mounts = (0..replicas).map(|_| async {
            let identity = Arc::new(TokenIdentity::new(&token_settings(), Arc::new(SystemClock)));
            let settings = settings(&waycore, database.clone(), "");
            server::mount(settings, identity, Layout::default(), shutdown.clone()).await
        });
        let mounted = futures_util::future::join_all(mounts).await;
        let routers = mounted.into_iter().map(|mounted| mounted.expect("a mount").router).collect();
        Self::of(waycore, routers, "", SignIn::Token, folder, shutdown)
    }

    fn of(
        waycore: SimulatedWaycore,
        routers: Vec<Router>,
        base: &str,
        sign_in: SignIn,
        folder: TempDir,
        shutdown: CancellationToken,
    ) -> Self {
        let base = BasePath::parse(base).expect("a base path");
        let replicas = routers.into_iter().map(|router| base.mount(router)).collect();
        Self { waycore, replicas, turn: AtomicUsize::new(0), base, sign_in, shutdown, folder }
    }

    /// The address of its database, where that is a file.
    pub(crate) fn database(&self) -> String {
        format!("sqlite:{}", self.folder.path().join(DATABASE).display())
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

    /// Sends one request to the product.
    pub(crate) async fn send(&self, request: Request) -> Answer {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.replicas.len();
        Answer::of(self.replicas[turn].clone(), request).await
    }

    /// The product's routes, for a test that serves them.
    pub(crate) fn router(&self) -> Router {
        self.replicas[0].clone()
    }

    /// A path of the product's, as a browser sees it.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str())
    }
}

/// The settings of one mount on SQLite, for a test that puts it into a server of its own.
pub(crate) fn settings_below(waycore: &SimulatedWaycore, database: PathBuf, base: &str) -> Settings {
    settings(waycore, Database::Sqlite(database), base)
}

fn settings(waycore: &SimulatedWaycore, database: Database, base: &str) -> Settings {
    Settings {
        public_url: PublicUrl::parse(&format!("{ORIGIN}{base}")).expect("a public URL"),
        database,
        secret_keys: SecretKeys::parse("a key that is long enough for a test").expect("a key"),
        waycore: Waycore {
            base_url: BaseUrl::parse(waycore.address()).expect("the simulator's address"),
            api_key: waycore.api_key().into(),
            environment: Environment::Live,
            namespace: Some("host".to_owned()),
        },
        links: Links::default(),
        guides: Guides::default(),
        webhook_secrets: Vec::new(),
        trusted_proxies: TrustedProxies::default(),
        max_streams: DEFAULT_MAX_STREAMS,
    }
}

/// A good token of the host's, with these claims on top; `null` takes one away.
pub(crate) fn host_token(claims: Value) -> String {
    let expires = SystemClock.now().as_millis() / 1_000 + 86_400;
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
