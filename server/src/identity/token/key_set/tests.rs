//! A host that serves its keys, and what becomes of tokens as the set changes, ages and cannot be read.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU16, AtomicUsize, Ordering};

use app::backend::{Caller, Role};
use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::routing::get;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::timestamp::Timestamp;
use domain::user_error::ErrorCode;
use flate2::{Compression, write::GzEncoder};
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue, Request};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::super::TokenIdentity;
use super::super::test_keys::HostKey;
use super::*;
use crate::config;
use crate::identity::HostIdentity as _;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// What a gateway makes of a body, with the headers that it adds.
type Gateway = fn(&[u8]) -> (HeaderMap, Vec<u8>);

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
    url: KeySetUrl,
    identity: TokenIdentity,
}

struct Served {
    keys: Mutex<Vec<Value>>,
    status: AtomicU16,
    /// In front of it.
    gateway: Mutex<Gateway>,
    reads: AtomicUsize,
    /// Notified by each request.
    asked: Notify,
    /// While a test holds it, no request is answered.
    answering: tokio::sync::Mutex<()>,
}

impl World {
    async fn new(keys: Vec<Value>) -> Self {
        let served = Arc::new(Served {
            keys: Mutex::new(keys),
            status: AtomicU16::new(200),
            gateway: Mutex::new(|body| (HeaderMap::new(), body.to_vec())),
            reads: AtomicUsize::new(0),
            asked: Notify::new(),
            answering: tokio::sync::Mutex::default(),
        });
        let answer = served.clone();
        let router = Router::new().route("/keys", get(async move || answer.answer().await));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = KeySetUrl::parse(&format!("http://{}/keys", listener.local_addr().unwrap())).unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let clock = Arc::new(Hands(AtomicI64::new(1_800_000_000_000)));
        let algorithms = vec![config::TokenAlgorithm::Rs256, config::TokenAlgorithm::Es256];
        let settings = config::Token {
            keys: config::TokenKeys::Set(url.clone(), algorithms),
            issuer: "host".to_owned(),
            audience: "connect".to_owned(),
            cookie: None,
            default_role: Role::Viewer,
        };
        let identity = TokenIdentity::new(&settings, clock.clone());
        Self { clock, served, url, identity }
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
    async fn answer(&self) -> (StatusCode, HeaderMap, Vec<u8>) {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.asked.notify_one();
        let _answering = self.answering.lock().await;
        let status = StatusCode::from_u16(self.status.load(Ordering::SeqCst)).unwrap();
        let body = json!({ "keys": *self.keys.lock().unwrap() }).to_string();
        let (headers, body) = self.gateway.lock().unwrap()(body.as_bytes());
        (status, headers, body)
    }
}

fn signed_otherwise(expected: &str, found: &str) -> SignedOut {
    SignedOut::WrongAlgorithm { expected: expected.to_owned(), found: found.to_owned() }
}

fn zipped(body: &[u8]) -> (HeaderMap, Vec<u8>) {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    let headers = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static("gzip"))]);
    (headers, encoder.finish().unwrap())
}

#[tokio::test]
async fn what_a_gateway_puts_around_the_keys_is_taken_off() {
    let key = HostKey::ec();
    let world = World::new(vec![key.in_set(Some("1"))]).await;
    let gateways: [Gateway; 3] = [
        zipped,
        |body| (HeaderMap::new(), [b"\xef\xbb\xbf", body].concat()),
        |body| zipped(&[b"\xef\xbb\xbf", body].concat()),
    ];
    for gateway in gateways {
        *world.served.gateway.lock().unwrap() = gateway;
        world.pass(10 * MINUTE);
        let reads = world.reads();
        world.check(&key, Some("1"), None).await;
        assert_eq!(world.reads(), reads + 1);
    }
    // Of what is unpacked, the limit counts. What does not say that it is packed is no set.
    let gateways: [Gateway; 2] =
        [|_| zipped(&vec![b' '; 1_000_000]), |body| (HeaderMap::new(), zipped(body).1)];
    for gateway in gateways {
        *world.served.gateway.lock().unwrap() = gateway;
        world.pass(25 * HOUR);
        world.check(&key, Some("1"), Some(SignedOut::KeysUnavailable)).await;
    }
}

#[tokio::test]
async fn tokens_of_either_kind_of_key_are_believed() {
    let (rsa, ec) = (HostKey::rsa(), HostKey::ec());
    let world = World::new(vec![rsa.in_set(Some("r")), ec.in_set(Some("e"))]).await;
    world.check(&rsa, Some("r"), None).await;
    world.check(&ec, Some("e"), None).await;
    assert_eq!(world.reads(), 1, "one read for all");
    world.check(&rsa, Some("e"), Some(signed_otherwise("ES256", "\"RS256\""))).await;
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
async fn a_clock_that_is_set_back_neither_keeps_old_keys_nor_hides_new_ones() {
    let key = HostKey::ec();
    let world = World::new(vec![key.in_set(Some("k"))]).await;
    world.fail(503);
    world.check(&key, Some("k"), Some(SignedOut::KeysUnavailable)).await;
    world.fail(200);
    world.pass(-HOUR);
    world.check(&key, Some("k"), None).await;
    assert_eq!(world.reads(), 2);
    let next = HostKey::ec();
    world.serve(vec![next.in_set(Some("next"))]);
    world.pass(-HOUR);
    world.check(&next, Some("next"), None).await;
    world.check(&key, Some("k"), Some(SignedOut::UnknownKey)).await;
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

/// Claims that no honest host signs.
fn bad_claims(good: &Value) -> Vec<Value> {
    let now = good["exp"].as_i64().unwrap() - 60;
    let values = |name: &str| match name {
        "exp" => vec![json!(0), json!(now - 30), json!(-1), json!(1e300), json!((now + 60).to_string())],
        "nbf" => vec![json!(now + 31), json!(now + 86_400), json!("soon"), json!(1e300), json!([now])],
        "iss" => vec![json!("elsewhere"), json!("Host"), json!("host "), json!(""), json!(["host", "x"])],
        "aud" => vec![json!("elsewhere"), json!([]), json!("Connect"), json!({ "connect": true }), json!(1)],
        "org" => vec![json!(""), json!(7), json!("x".repeat(201)), json!("a\nb"), json!(["acme"])],
        _ => vec![json!(""), json!(7), json!(null), json!(["ana"]), json!({})],
    };
    let names = ["exp", "nbf", "iss", "aud", "org", "sub"];
    let changed = names.iter().flat_map(|name| values(name).into_iter().map(move |value| (*name, value)));
    let mut all: Vec<_> = changed
        .map(|(name, value)| {
            let mut claims = good.clone();
            claims[name] = value;
            claims
        })
        .collect();
    for name in ["exp", "iss", "aud", "org", "sub"] {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        all.push(claims);
    }
    all.extend([json!([]), json!("ana"), json!(null), json!({})]);
    all
}

/// A good token in which something was put in another's place.
fn tampered(token: &str) -> Vec<String> {
    let parts: Vec<_> = token.split('.').collect();
    let [head, claims, signature] = parts[..] else { panic!("three parts") };
    let encode = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let elevated = encode(&json!({ "sub": "ana", "org": "globex", "iss": "host", "aud": "connect" }));
    let mut all = vec![
        format!("{head}.{elevated}.{signature}"),
        format!("{head}.{claims}."),
        format!("{head}.{claims}"),
        format!("{head}.{claims}.{signature}.{signature}"),
        format!("{claims}.{head}.{signature}"),
        format!("{head}.{claims}.{head}"),
        format!("{head}. {claims}.{signature}"),
        format!("{head}=.{claims}=.{signature}="),
        token.to_lowercase(),
        token.replace('.', ","),
        String::new(),
        ".".repeat(2),
        "x".repeat(100_000),
    ];
    // Each shorter, and each with one byte of the signature changed.
    all.extend((1..60).map(|short| token[..token.len() - short].to_owned()));
    all.extend((0..signature.len()).map(|at| {
        let other = if signature.as_bytes()[at] == b'A' { "B" } else { "A" };
        format!("{head}.{claims}.{}{other}{}", &signature[..at], &signature[at + 1..])
    }));
    all
}

/// Heads that name another way to check than the host's: none, a shared secret, a key of the sender's own.
fn confused(host: &HostKey, claims: &Value) -> Vec<String> {
    let encode = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let own = HostKey::ec();
    let signature = URL_SAFE_NO_PAD.encode([7; 64]);
    let mut all = Vec::new();
    for algorithm in
        ["none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "ES384", "PS256", "EdDSA", "rs256"]
    {
        for signature in ["", &signature] {
            let head = encode(&json!({ "alg": algorithm, "kid": "k" }));
            all.push(format!("{head}.{}.{signature}", encode(claims)));
        }
    }
    // The public key, used as if it were a secret that both sides know.
    for secret in [&host.public_pem, host.public_pem.trim()] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let head = Header { kid: Some("k".to_owned()), ..Header::new(algorithm) };
            let key = EncodingKey::from_secret(secret.as_bytes());
            all.push(jsonwebtoken::encode(&head, claims, &key).unwrap());
        }
    }
    // A key that the token itself brings along.
    for name in ["jwk", "jku", "x5u", "x5c"] {
        let token = own.sign(Some("k"), claims);
        let rest = token.split_once('.').unwrap().1;
        let head = encode(&json!({ "alg": "ES256", "kid": "k", name: own.in_set(Some("k")) }));
        all.push(format!("{head}.{rest}"));
    }
    all.push(own.sign(Some("k"), claims));
    all.push(HostKey::rsa().sign(Some("k"), claims));
    all
}

#[tokio::test]
async fn five_hundred_bad_tokens_are_all_refused_with_one_read_of_the_keys() {
    let key = HostKey::ec();
    let world = World::new(vec![key.in_set(Some("k"))]).await;
    let good = world.claims();
    let mut bad: Vec<String> = bad_claims(&good).iter().map(|claims| key.sign(Some("k"), claims)).collect();
    bad.extend(tampered(&key.sign(Some("k"), &good)));
    bad.extend(confused(&key, &good));
    let stranger = HostKey::ec();
    bad.extend((0..300).map(|number| stranger.sign(Some(&format!("invented-{number}")), &good)));
    println!("bad tokens: {}", bad.len());
    assert!(bad.len() >= 500, "{}", bad.len());
    for (number, token) in bad.iter().enumerate() {
        assert!(world.bearer(token).await.is_err(), "{number} was accepted: {token}");
    }
    assert!(world.reads() <= 1, "{} reads", world.reads());
    world.check(&key, Some("k"), None).await;
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
    world.check(&key, Some("new"), Some(SignedOut::KeysUnavailable)).await;
    world.pass(HOUR);
    world.check(&key, Some("k"), Some(SignedOut::KeysUnavailable)).await;
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
    // And some that hold what can be read as nothing.
    *world.served.gateway.lock().unwrap() = |body| {
        let keys = body.strip_prefix(br#"{"keys":["#).unwrap();
        let odd = b"{\"x\":\"\xff\",\"keys\":[{\"kty\":\"oct\",\"x\":1e999},{\"kty\":\"\xff\"},";
        (HeaderMap::new(), [odd, keys].concat())
    };
    world.check(&key, Some("k"), None).await;
    let other = signed_otherwise("RS256 or ES256", "\"ES384\"");
    world.check(&HostKey::other_ec(), Some("p384"), Some(other)).await;
    world.check(&key, Some("enc"), Some(SignedOut::UnknownKey)).await;
    // Signed with the set's own text as the secret.
    let secret = jsonwebtoken::EncodingKey::from_secret(&[0, 0, 0]);
    let header = Header { kid: Some("secret".to_owned()), ..Header::new(Algorithm::HS256) };
    let token = jsonwebtoken::encode(&header, &world.claims(), &secret).unwrap();
    assert_eq!(world.bearer(&token).await.err(), Some(signed_otherwise("RS256 or ES256", "\"HS256\"")));
}

#[tokio::test]
async fn an_address_that_leads_elsewhere_is_not_followed() {
    let key = HostKey::ec();
    let world = World::new(vec![key.in_set(Some("k"))]).await;
    world.fail(302);
    world.check(&key, Some("k"), Some(SignedOut::KeysUnavailable)).await;
    assert_eq!(world.reads(), 1);
}

#[tokio::test]
async fn nobody_is_signed_out_by_a_set_that_cannot_be_read() {
    let key = HostKey::ec();
    for status in [500, 503, 404, 204] {
        let world = World::new(vec![key.in_set(Some("k"))]).await;
        world.fail(status);
        for _ in 0..3 {
            world.check(&key, Some("k"), Some(SignedOut::KeysUnavailable)).await;
        }
        assert_eq!(world.reads(), 1, "{status}");
        world.fail(200);
        world.pass(30_000);
        world.check(&key, Some("k"), None).await;
        world.check(&key, Some("other"), Some(SignedOut::UnknownKey)).await;
    }
    // A set without a key for us is one by which nobody can sign in.
    let world = World::new(Vec::new()).await;
    world.check(&key, Some("k"), Some(SignedOut::KeysUnavailable)).await;
    assert_eq!(SignedOut::KeysUnavailable.code(), ErrorCode::Unavailable);
}

#[tokio::test]
async fn a_client_who_goes_away_does_not_take_the_keys_from_the_others() {
    let key = HostKey::ec();
    let world = World::new(vec![key.in_set(Some("k"))]).await;
    let token = key.sign(Some("k"), &world.claims());
    let answering = world.served.answering.lock().await;
    {
        let gone = world.bearer(&token);
        tokio::pin!(gone);
        tokio::select! {
            _ = &mut gone => panic!("there is no answer yet"),
            () = world.served.asked.notified() => {}
        }
    }
    drop(answering);
    assert!(world.bearer(&token).await.is_ok());
    assert_eq!(world.reads(), 1);
}

#[tokio::test]
async fn an_operator_is_told_what_a_set_holds() {
    let world = World::new(vec![
        HostKey::rsa().in_set(Some("r")),
        HostKey::ec().in_set(Some("e")),
        HostKey::other_ec().in_set(Some("o")),
        json!("no key at all"),
    ])
    .await;
    let both = [TokenAlgorithm::Rs256, TokenAlgorithm::Es256];
    assert_eq!(contents(&world.url, &both).await.unwrap(), Contents { usable: 2, others: 2 });
    assert_eq!(contents(&world.url, &both[..1]).await.unwrap(), Contents { usable: 1, others: 3 });
    world.fail(500);
    assert_eq!(contents(&world.url, &both).await.unwrap_err().to_string(), "it was answered with status 500");
}
