//! What each check makes of the settings and the clocks. `server/tests/it/operating.rs` runs the whole command.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use waycore::client::seams::{AnswerBody, SendError, Transport, TransportAnswer, TransportRequest};
use waycore::client::{BaseUrl, Seams};

use super::*;
use crate::config;
use crate::identity::token::test_keys::HostKey;
use crate::store::{DatabaseKind, Deployment, SqlStore};

/// Complete settings, with these.
fn settings(changes: &[(&str, &str)]) -> ServeSettings {
    let mut all = HashMap::from([
        ("CONNECT_PUBLIC_URL", "https://app.example.com/banks"),
        ("CONNECT_SECRET_KEY", "a secret of the server that is long enough"),
        ("WAYCORE_API_KEY", "way_live_k_s"),
        ("CONNECT_JWT_KEY", "shared between the host and the server"),
        ("CONNECT_JWT_ISSUER", "host"),
        ("CONNECT_JWT_AUDIENCE", "connect"),
    ]);
    all.extend(changes.iter().copied());
    ServeSettings::from_lookup(&|name| all.get(name).map(|value| (*value).to_owned())).unwrap()
}

#[track_caller]
fn said(check: &Check, outcome: Outcome, part: &str) {
    assert!(check.outcome == outcome && check.message.contains(part), "{part:?}: {check:?}");
}

#[test]
fn a_keys_prefix_says_of_which_environment_it_is() {
    for (key, environment, outcome, part) in [
        ("way_live_k_s", "", Outcome::Ok, "of the live environment"),
        ("way_test_k_s", "", Outcome::Ok, "of the test environment"),
        ("way_test_k_s", "test", Outcome::Ok, "of the test environment"),
        ("opaque", "", Outcome::Warning, "has no known prefix; taken as of the live environment"),
        ("opaque", "test", Outcome::Warning, "has no known prefix; taken as of the test environment"),
        ("way_live_k_s", "test", Outcome::Failed, "of the live environment and WAYCORE_ENVIRONMENT is test"),
    ] {
        let settings = settings(&[("WAYCORE_API_KEY", key), ("WAYCORE_ENVIRONMENT", environment)]);
        said(&key_prefix(&settings.mount), outcome, part);
    }
}

#[test]
fn requests_reach_the_listener_below_the_public_path_or_where_a_proxy_leads_them() {
    for (public_url, base_path, outcome, part) in [
        ("https://app.example.com/banks", "", Outcome::Ok, "reach 127.0.0.1:3000 below /banks"),
        ("https://app.example.com/banks", "/banks", Outcome::Ok, "reach 127.0.0.1:3000 below /banks"),
        ("https://app.example.com/banks", "/", Outcome::Ok, "browsers see https://app.example.com/banks;"),
        ("https://app.example.com/banks", "/", Outcome::Ok, "reach 127.0.0.1:3000 below /"),
        ("https://app.example.com", "", Outcome::Ok, "reach 127.0.0.1:3000 below /"),
        (
            "https://app.example.com/banks",
            "/inside",
            Outcome::Warning,
            "below /inside: a proxy has to rewrite the path",
        ),
        ("https://app.example.com", "/inside", Outcome::Warning, "a proxy has to rewrite the path"),
        ("http://127.0.0.1:3000/banks", "", Outcome::Warning, "http is for trying out alone"),
    ] {
        let settings = settings(&[("CONNECT_PUBLIC_URL", public_url), ("CONNECT_BASE_PATH", base_path)]);
        said(&addresses(&settings), outcome, part);
    }
}

#[tokio::test]
async fn a_token_key_is_named_by_what_it_is() {
    let (rsa, ec) = (HostKey::rsa(), HostKey::ec());
    for (key, part) in [
        ("shared between the host and the server", "a shared secret, for HS256"),
        (&rsa.public_pem, "a public RSA key of 2048 bits, for RS256"),
        (&ec.public_pem, "a public key on P-256, for ES256"),
    ] {
        said(&tokens::key(&settings(&[("CONNECT_JWT_KEY", key)]).token).await, Outcome::Ok, part);
    }
}

#[tokio::test]
async fn a_key_set_is_read_and_what_is_wrong_with_it_said() {
    let keys = |keys: Value| json!({ "keys": keys }).to_string();
    let encrypting = json!({ "kty": "oct", "k": "AAAA" });
    for (status, body, outcome, part) in [
        (
            200,
            keys(json!([HostKey::ec().in_set(Some("e")), encrypting])),
            Outcome::Ok,
            "holds 1 for RS256 or ES256, and 1 others",
        ),
        (200, keys(json!([encrypting])), Outcome::Failed, "holds no key for RS256 or ES256 (and 1 others)"),
        (200, keys(json!([])), Outcome::Failed, "nobody can sign in"),
        (200, "<html>".to_owned(), Outcome::Failed, "it is no key set"),
        (404, String::new(), Outcome::Failed, "it was answered with status 404"),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        let router = axum::Router::new().fallback(async move || (status, body));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/keys", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let url = format!("{address}?secret=in-the-query");
        let settings = settings(&[("CONNECT_JWT_KEY", ""), ("CONNECT_JWT_JWKS_URL", &url)]);
        let read = tokens::key(&settings.token).await;
        said(&read, outcome, part);
        assert!(read.message.contains(&address) && !read.message.contains("in-the-query"), "{read:?}");
        server.abort();
        let _ = server.await;
        let unreachable = tokens::key(&settings.token).await;
        said(&unreachable, Outcome::Failed, "it cannot be reached: Connection refused");
        assert!(!unreachable.message.contains("in-the-query"), "{unreachable:?}");
    }
}

#[tokio::test]
async fn a_token_is_judged_as_the_server_would() {
    let key = HostKey::ec();
    let settings = settings(&[("CONNECT_JWT_KEY", &key.public_pem)]).token;
    let now = SystemClock.now().as_millis() / 1_000;
    let good = json!({ "sub": "ana", "org": "acme", "iss": "host", "aud": "connect", "exp": now + 600 });
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        key.sign(None, &claims)
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    for (text, outcome, part) in [
        (with("roles", json!(["manager"])), Outcome::Ok, r#"user "ana" of customer "acme", as manager"#),
        (format!("Bearer {}\n", with("iat", json!(now))), Outcome::Ok, "as viewer"),
        (with("aud", json!("other")), Outcome::Failed, r#"aud is "other", expected "connect""#),
        (with("org", Value::Null), Outcome::Failed, "the claim org is missing"),
        (with("exp", json!((now + 600) * 1_000)), Outcome::Failed, "exp lies more than a year ahead"),
        (HostKey::ec().sign(None, &good), Outcome::Failed, "the signature is wrong"),
        ("nonsense".to_owned(), Outcome::Failed, "the token is malformed"),
        (String::new(), Outcome::Failed, "the token is malformed"),
    ] {
        std::fs::write(file.path(), &text).unwrap();
        let judged = tokens::token(&settings, file.path()).await;
        said(&judged, outcome, part);
        assert!(!judged.message.contains(text.trim()) || text.is_empty(), "{judged:?}");
    }
    let missing = tokens::token(&settings, Path::new("no/such/file")).await;
    said(&missing, Outcome::Failed, "no/such/file cannot be read: No such file");
}

#[test]
fn a_proxy_in_front_has_to_be_named() {
    for (public_url, trusted, outcome, part) in [
        ("https://app.example.com/banks", "", Outcome::Warning, "CONNECT_TRUSTED_PROXIES is not set"),
        ("https://app.example.com/banks", "127.0.0.1, ::1", Outcome::Ok, "told apart"),
        ("https://app.example.com/banks", "10.0.0.0/8,0.0.0.0/0", Outcome::Failed, "every address"),
        ("https://app.example.com/banks", "::/0", Outcome::Failed, "every address"),
        ("http://127.0.0.1:3000", "", Outcome::Ok, "none in front"),
    ] {
        let settings = settings(&[("CONNECT_PUBLIC_URL", public_url), ("CONNECT_TRUSTED_PROXIES", trusted)]);
        said(&proxies(&settings.mount), outcome, part);
    }
}

/// A Waycore whose clock is so many seconds ahead of this machine's, or that sends no date. It may say when the key expires.
#[derive(Default)]
struct Waycore {
    ahead: Option<i64>,
    key_expires_at: Option<i64>,
}

impl Waycore {
    /// A client that has been answered once.
    async fn answered(self) -> Client {
        let base_url = BaseUrl::parse("https://waycore.example/v1").unwrap();
        let seams = Seams::real(Arc::new(self));
        let client = Client::with_seams(base_url, &"key".into(), TimeLimits::default(), seams).unwrap();
        client.list_entities("nobody").await.unwrap_err();
        client
    }
}

struct NoBody;

#[async_trait]
impl Transport for Waycore {
    async fn send(&self, _: TransportRequest) -> Result<TransportAnswer, SendError> {
        let mut headers = HeaderMap::new();
        if let Some(ahead) = self.ahead {
            let now = SystemClock.now().as_millis() / 1_000 + ahead;
            let date = OffsetDateTime::from_unix_timestamp(now).unwrap().format(&Rfc2822).unwrap();
            headers.insert(header::DATE, HeaderValue::from_str(&date).unwrap());
        }
        headers.extend(
            self.key_expires_at
                .map(|at| (HeaderName::from_static("waycore-key-expires-at"), HeaderValue::from(at))),
        );
        Ok(TransportAnswer { status: StatusCode::FORBIDDEN, headers, body: Box::new(NoBody) })
    }
}

#[async_trait]
impl AnswerBody for NoBody {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, SendError> {
        Ok(None)
    }
}

#[tokio::test]
async fn half_of_what_a_signature_may_be_off_is_too_much_for_a_clock() {
    for (ahead, outcome, part) in [
        (Some(0), Outcome::Ok, "s from Waycore's"),
        (Some(140), Outcome::Ok, "s from Waycore's"),
        (Some(-140), Outcome::Ok, "s from Waycore's"),
        (Some(160), Outcome::Failed, "set this machine's clock"),
        (Some(-160), Outcome::Failed, "set this machine's clock"),
        (None, Outcome::Warning, "Waycore does not say what time it is"),
    ] {
        // Any answer has the time.
        let client = Waycore { ahead, ..Waycore::default() }.answered().await;
        said(&clock(&client), outcome, part);
    }
    for (off, outcome, part) in [
        (150, Outcome::Ok, "150 s from this machine's"),
        (-150, Outcome::Ok, "-150 s from this machine's"),
        (151, Outcome::Failed, "set the one that is wrong"),
        (-151, Outcome::Failed, "set the one that is wrong"),
    ] {
        said(&database::clock(off), outcome, part);
    }
}

#[test]
fn the_namespace_is_named_and_a_default_is_no_lasting_one() {
    let stored = |former: Option<&str>| Deployment {
        address: "https://app.example.com/banks".to_owned(),
        former_namespace: former.map(ToOwned::to_owned),
    };
    let (chosen, default) = (settings(&[("CONNECT_ENTITY_NAMESPACE", "staging")]), settings(&[]));
    said(&database::namespace(&chosen, None), Outcome::Ok, "staging");
    said(&database::namespace(&chosen, Some(stored(Some("app.example.com")))), Outcome::Ok, "staging");
    said(
        &database::namespace(&default, Some(stored(Some("app.example.com")))),
        Outcome::Warning,
        "the host alone",
    );
    let before = database::namespace(&default, None);
    said(&before, Outcome::Warning, "app.example.com-");
    said(&before, Outcome::Warning, "set CONNECT_ENTITY_NAMESPACE to it");
    let moved = settings(&[("CONNECT_PUBLIC_URL", "https://elsewhere.example.com")]);
    assert_eq!(database::namespace(&moved, Some(stored(None))), before, "what is stored counts");
    assert_ne!(database::namespace(&moved, None), before);
}

#[test]
fn a_database_of_another_deployment_is_told_of() {
    const STORED: &str = "https://app.example.com/banks";
    let stored = |address: &str| Some(Deployment { address: address.to_owned(), former_namespace: None });
    for (now, stored, namespace, said) in [
        (STORED, stored(STORED), "", Some(Outcome::Ok)),
        ("https://staging.example.com/banks", stored(STORED), "", Some(Outcome::Warning)),
        ("https://app.example.com/other", stored(STORED), "", Some(Outcome::Warning)),
        ("https://staging.example.com/banks", stored(STORED), "app.example.com-banks", None),
        (STORED, None, "", None),
    ] {
        let settings = settings(&[("CONNECT_PUBLIC_URL", now), ("CONNECT_ENTITY_NAMESPACE", namespace)]);
        let check = database::address(&settings, stored.as_ref());
        assert_eq!(check.as_ref().map(|check| check.outcome), said, "{now}");
        let names_both = |check: &Check| check.message.contains(now) && check.message.contains(STORED);
        assert!(said != Some(Outcome::Warning) || check.as_ref().is_some_and(names_both), "{check:?}");
    }
}

#[test]
fn a_webhook_secret_that_can_be_guessed_is_told_of() {
    let random = "5f0c7a9be1d24386b7fa90c1e25d83416f";
    for (secret, outcome, part) in [
        ("", Outcome::Warning, "not set"),
        (random, Outcome::Ok, "a secret is set"),
        ("whsec_c2VjcmV0IG9mIHRoZSB3ZWJob29rcyE5", Outcome::Ok, "a secret is set"),
        ("changeme", Outcome::Warning, "fewer than 32 bytes"),
        ("abc", Outcome::Warning, "forge deliveries"),
        ("whsec_of_the_test_and_its_deliveries", Outcome::Warning, "fewer than 32 bytes"),
        ("whsec_changemechangemechangemechangeme", Outcome::Warning, "repeats itself"),
    ] {
        let settings = settings(&[("WAYCORE_WEBHOOK_SECRET", secret)]);
        said(&webhooks(&settings.mount), outcome, part);
    }
    let both = format!("{random},changeme");
    said(
        &webhooks(&settings(&[("WAYCORE_WEBHOOK_SECRET", &both)]).mount),
        Outcome::Warning,
        "forge deliveries",
    );
}

#[test]
fn a_database_elsewhere_wants_a_choice_about_encryption() {
    for (url, outcome) in [
        ("postgres://connect@database.internal/connect", Outcome::Warning),
        ("postgresql://connect@10.0.0.5:5433/connect", Outcome::Warning),
        ("postgres://connect@[2001:db8::1]/connect", Outcome::Warning),
        ("postgres://connect@localhost/connect?host=10.0.0.5", Outcome::Warning),
        ("postgres://connect@database.internal/connect?application_name=sslmode", Outcome::Warning),
        ("postgres://connect@database.internal/connect?sslmode=verify-full", Outcome::Ok),
        ("postgres://connect@database.internal/connect?ssl-mode=disable", Outcome::Ok),
        ("postgres://connect@localhost/connect", Outcome::Ok),
        ("postgres://connect@127.0.0.1/connect", Outcome::Ok),
        ("postgres://connect@[::1]/connect", Outcome::Ok),
        ("postgres://connect@database.internal/connect?host=/var/run/postgresql", Outcome::Ok),
        ("postgres://connect@%2Fvar%2Frun%2Fpostgresql/connect", Outcome::Ok),
        ("sqlite://data/connect.db", Outcome::Ok),
    ] {
        let database = config::Database::parse(url).unwrap();
        assert_eq!(database::encryption(&database).outcome, outcome, "{url}");
    }
}

#[test]
fn a_pooler_that_lets_no_notification_through_is_told() {
    said(&database::notifications(Some(true)), Outcome::Ok, "arrive");
    said(&database::notifications(Some(false)), Outcome::Warning, "pool by session");
    said(&database::notifications(None), Outcome::Failed, "cannot be listened to");
}

#[test]
fn a_wrong_address_is_named_with_what_to_try() {
    use waycore::client::Nonsense;
    for (base, error, parts) in [
        (
            "https://api.waycore.example",
            Error::NoSuchPath,
            &[
                "https://api.waycore.example/entities was asked",
                "no such path",
                "try https://api.waycore.example/v1",
            ][..],
        ),
        ("https://api.waycore.example/api", Error::NoSuchPath, &["try https://api.waycore.example/api/v1"]),
        (
            "https://api.waycore.example/v1",
            Error::NoSuchPath,
            &["v1/entities was asked", "check WAYCORE_BASE_URL"],
        ),
        ("https://waycore.example", Error::Nonsense(Nonsense::Body), &["/entities was asked", "/v1"]),
        ("https://waycore.example", Error::Nonsense(Nonsense::Redirect), &["a redirect", "/v1"]),
        (
            "https://waycore.example/v1",
            Error::Unreachable("refused".to_owned()),
            &["/v1/entities was asked", "refused"],
        ),
    ] {
        let message = no_answer(&BaseUrl::parse(base).unwrap(), &error);
        assert!(parts.iter().all(|part| message.contains(part)), "{base}: {message}");
    }
}

#[test]
fn a_key_that_expires_soon_is_a_warning() {
    let now = SystemClock.now().as_millis() / 1_000;
    let day = 24 * 60 * 60;
    for (at, outcome, part) in [
        (None, Outcome::NotChecked, "see the key in the Waycore console"),
        (Some(now - 5), Outcome::Failed, "has expired"),
        (Some(now + day + 3_600 + 60), Outcome::Warning, "expires in 1 days and 1 hours"),
        (Some(now + 13 * day), Outcome::Warning, "send the server SIGHUP"),
        (Some(now + 30 * day + 60), Outcome::Ok, "in 30 days"),
    ] {
        said(&key_expiry(at), outcome, part);
    }
}

#[tokio::test]
async fn the_end_of_a_key_is_told_to_metrics_and_to_the_check() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let client = Waycore { key_expires_at: Some(1_700_000_000), ..Waycore::default() }.answered().await;
    said(&key_expiry(client.key_expires_at()), Outcome::Failed, "has expired");
    let shown = recorder.handle().render();
    let expected = "waycore_key_expiry_timestamp_seconds 1700000000";
    assert!(shown.lines().any(|line| line == expected), "{shown}");
}

#[tokio::test]
async fn a_database_that_cannot_be_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connect.db");
    let settings = settings(&[("CONNECT_DATABASE_URL", &format!("sqlite://{}", path.display()))]);
    let (database, keys) = (&settings.mount.database, &settings.mount.secret_keys);
    SqlStore::open(database, DatabaseKind::Serve, keys).await.unwrap().close().await;
    said(&database::examine(&settings).await[0], Outcome::Ok, "can be written");
    // A file in the place of the one that is tried: permissions stop no root.
    std::fs::write(path.with_extension(format!("trial-{}", std::process::id())), "").unwrap();
    said(&database::examine(&settings).await[0], Outcome::Failed, "cannot be written: File exists");
}

#[test]
fn a_refused_change_tells_whether_the_key_may_write() {
    said(&write_scope("entities:write", Ok(true)), Outcome::Ok, "granted");
    said(&write_scope("entities:write", Ok(false)), Outcome::Failed, "add it to the key");
    said(
        &write_scope("entities:write", Err(Error::Invalid)),
        Outcome::NotChecked,
        "only a change could tell",
    );
}
