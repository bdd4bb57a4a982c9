//! A host that serves its keys, and what becomes of tokens as the set changes, ages and cannot be read.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU16, AtomicUsize, Ordering};

use app::backend::{Caller, Role};
use axum::body::Body;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use domain::timestamp::Timestamp;
use http::Request;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::super::TokenIdentity;
use super::super::test_keys::HostKey;
use super::*;
use crate::config;
use crate::identity::HostIdentity as _;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// A clock that only tests move.
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A host with a key set, and our side of it.
struct World {
    clock: Arc<Hands>,
    served: Arc<Served>,
    identity: TokenIdentity,
}

struct Served {
    keys: Mutex<Vec<Value>>,
    status: AtomicU16,
    reads: AtomicUsize,
}

impl World {
    async fn new(keys: Vec<Value>) -> Self {
        let served = Arc::new(Served {
            keys: Mutex::new(keys),
            status: AtomicU16::new(200),
            reads: AtomicUsize::new(0),
        });
        let answer = served.clone();
        let router = Router::new().route("/keys", get(async move || answer.answer()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let clock = Arc::new(Hands(AtomicI64::new(1_800_000_000_000)));
        let algorithms = vec![config::TokenAlgorithm::Rs256, config::TokenAlgorithm::Es256];
        let settings = config::Token {
            keys: config::TokenKeys::Set(KeySetUrl::parse(&url).unwrap(), algorithms),
            issuer: "host".to_owned(),
            audience: "connect".to_owned(),
            cookie: None,
            default_role: Role::Viewer,
        };
        let identity = TokenIdentity::new(&settings, clock.clone());
        Self { clock, served, identity }
    }

    async fn bearer(&self, token: &str) -> Result<Caller, SignedOut> {
        let request = Request::builder().header("authorization", format!("Bearer {token}"));
        self.identity.identify(&request.body(Body::empty()).unwrap().into_parts().0).await
    }

    /// A token of this key for the present moment is believed, or refused for this reason.
    async fn check(&self, key: &HostKey, id: Option<&str>, expected: Option<SignedOut>) {
        let token = key.sign(id, &self.claims());
        assert_eq!(self.bearer(&token).await.err(), expected, "{id:?}");
    }

    fn claims(&self) -> Value {
        let exp = self.clock.now().as_millis() / 1_000 + 60;
        json!({ "sub": "ana", "org": "acme", "iss": "host", "aud": "connect", "exp": exp })
    }

    fn pass(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::SeqCst);
    }

    fn serve(&self, keys: Vec<Value>) {
        *self.served.keys.lock().unwrap() = keys;
    }

    fn fail(&self, status: u16) {
        self.served.status.store(status, Ordering::SeqCst);
    }

    fn reads(&self) -> usize {
        self.served.reads.load(Ordering::SeqCst)
    }
}

impl Served {
    fn answer(&self) -> (StatusCode, Json<Value>) {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let status = StatusCode::from_u16(self.status.load(Ordering::SeqCst)).unwrap();
        (status, Json(json!({ "keys": *self.keys.lock().unwrap() })))
    }
}

#[tokio::test]
async fn tokens_of_either_kind_of_key_are_believed() {
    let (rsa, ec) = (HostKey::rsa(), HostKey::ec());
    let world = World::new(vec![rsa.in_set(Some("r")), ec.in_set(Some("e"))]).await;
    world.check(&rsa, Some("r"), None).await;
    world.check(&ec, Some("e"), None).await;
    assert_eq!(world.reads(), 1, "one read for all");
    world.check(&rsa, Some("e"), Some(SignedOut::Malformed)).await;
    let stranger = HostKey::ec();
    world.check(&stranger, Some("e"), Some(SignedOut::BadSignature)).await;
}

#[tokio::test]
async fn a_token_without_a_key_id_needs_an_only_key() {
    let (one, other) = (HostKey::ec(), HostKey::ec());
    let world = World::new(vec![one.in_set(None), HostKey::rsa().in_set(Some("r"))]).await;
    world.check(&one, None, None).await;
    world.serve(vec![one.in_set(Some("1")), other.in_set(Some("2"))]);
    world.pass(10 * MINUTE);
    world.check(&one, None, Some(SignedOut::UnknownKey)).await;
    world.check(&one, Some("1"), None).await;
}

#[tokio::test]
async fn a_new_key_is_found_when_a_token_names_it() {
    let (old, new) = (HostKey::ec(), HostKey::ec());
    let world = World::new(vec![old.in_set(Some("old"))]).await;
    world.check(&old, Some("old"), None).await;
    world.serve(vec![old.in_set(Some("old")), new.in_set(Some("new"))]);
    world.pass(30_000);
    world.check(&new, Some("new"), None).await;
    assert_eq!(world.reads(), 2);
}

#[tokio::test]
async fn a_withdrawn_key_ends_within_ten_minutes() {
    let key = HostKey::ec();
    let world = World::new(vec![key.in_set(Some("k"))]).await;
    world.check(&key, Some("k"), None).await;
    world.serve(vec![HostKey::ec().in_set(Some("other"))]);
    world.pass(10 * MINUTE - 1);
    world.check(&key, Some("k"), None).await;
    world.pass(1);
    world.check(&key, Some("k"), Some(SignedOut::UnknownKey)).await;
}

#[tokio::test]
async fn a_flood_of_invented_key_ids_causes_one_read_in_thirty_seconds() {
    let key = HostKey::ec();
    let world = World::new(vec![key.in_set(Some("k"))]).await;
    world.check(&key, Some("k"), None).await;
    for number in 0..200 {
        world.check(&key, Some(&format!("invented-{number}")), Some(SignedOut::UnknownKey)).await;
    }
    assert_eq!(world.reads(), 1);
    world.pass(30_000);
    for number in 0..200 {
        world.check(&key, Some(&format!("invented-{number}")), Some(SignedOut::UnknownKey)).await;
    }
    assert_eq!(world.reads(), 2);
}

#[tokio::test]
async fn first_tokens_that_come_together_share_one_read() {
    let key = HostKey::ec();
    let world = World::new(vec![key.in_set(Some("k"))]).await;
    let token = key.sign(Some("k"), &world.claims());
    let outcomes = futures_util::future::join_all((0..50).map(|_| world.bearer(&token))).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(world.reads(), 1);
}

#[tokio::test]
async fn the_last_good_set_is_used_for_a_day_while_reading_fails() {
    let key = HostKey::ec();
    let world = World::new(vec![key.in_set(Some("k"))]).await;
    world.check(&key, Some("k"), None).await;
    world.fail(503);
    for _ in 0..23 {
        world.pass(HOUR);
        world.check(&key, Some("k"), None).await;
    }
    assert_eq!(world.reads(), 24, "it was tried each time");
    world.pass(HOUR);
    world.check(&key, Some("k"), Some(SignedOut::UnknownKey)).await;
    world.fail(200);
    world.pass(30_000);
    world.check(&key, Some("k"), None).await;
}

#[tokio::test]
async fn what_is_no_key_for_us_does_no_harm_to_the_others() {
    let key = HostKey::ec();
    let mut encrypting = HostKey::ec().in_set(Some("enc"));
    encrypting["use"] = json!("enc");
    let set = vec![
        json!({ "kty": "oct", "kid": "secret", "k": "AAAA" }),
        json!({ "kty": "novelty", "kid": "new" }),
        json!("no key at all"),
        HostKey::other_ec().in_set(Some("p384")),
        encrypting,
        key.in_set(Some("k")),
    ];
    let world = World::new(set).await;
    world.check(&key, Some("k"), None).await;
    world.check(&HostKey::other_ec(), Some("p384"), Some(SignedOut::Malformed)).await;
    world.check(&key, Some("enc"), Some(SignedOut::UnknownKey)).await;
    // Signed with the set's own text as the secret.
    let secret = jsonwebtoken::EncodingKey::from_secret(&[0, 0, 0]);
    let header = Header { kid: Some("secret".to_owned()), ..Header::new(Algorithm::HS256) };
    let token = jsonwebtoken::encode(&header, &world.claims(), &secret).unwrap();
    assert_eq!(world.bearer(&token).await.err(), Some(SignedOut::Malformed));
}

#[tokio::test]
async fn an_address_that_leads_elsewhere_is_not_followed() {
    let key = HostKey::ec();
    let world = World::new(vec![key.in_set(Some("k"))]).await;
    world.fail(302);
    world.check(&key, Some("k"), Some(SignedOut::UnknownKey)).await;
    assert_eq!(world.reads(), 1);
}
