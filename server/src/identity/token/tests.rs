//! Tokens that are believed, and every way not to be.

use axum::body::Body;
use domain::timestamp::Timestamp;
use http::Request;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::test_keys::HostKey;
use super::*;

const KEY: &str = "shared-with-the-host";
const NOW: i64 = 1_800_000_000;

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(NOW * 1_000)
    }
}

fn identity() -> TokenIdentity {
    identity_with(shared_key())
}

fn shared_key() -> config::TokenKeys {
    config::TokenKeys::Fixed(config::FixedKey::Secret(KEY.into()))
}

/// As the settings read it.
fn config_keys(key: &str) -> config::TokenKeys {
    let lookup = |name: &str| {
        let text = match name {
            "CONNECT_PUBLIC_URL" => "https://app.example.com/",
            "CONNECT_SECRET_KEY" => "a secret of the server that is long enough",
            "WAYCORE_API_KEY" => "way_test_k_s",
            "CONNECT_JWT_KEY" => key,
            "CONNECT_JWT_ISSUER" => "host",
            "CONNECT_JWT_AUDIENCE" => "connect",
            _ => return None,
        };
        Some(text.to_owned())
    };
    config::ServeSettings::from_lookup(&lookup).unwrap().token.keys
}

fn identity_with(keys: config::TokenKeys) -> TokenIdentity {
    identity_of(keys, Role::Viewer)
}

fn identity_of(keys: config::TokenKeys, default_role: Role) -> TokenIdentity {
    let settings = config::Token {
        keys,
        issuer: "host".to_owned(),
        audience: "connect".to_owned(),
        cookie: Some("session".to_owned()),
        default_role,
    };
    TokenIdentity::new(&settings, Arc::new(Stopped))
}

fn good() -> Value {
    json!({ "sub": "ana", "org": "acme", "iss": "host", "aud": "connect", "exp": NOW + 60 })
}

/// Good claims with some replaced; `null` takes one away.
fn with(changes: Value) -> Value {
    let mut claims = good();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => claims.as_object_mut().unwrap().remove(name),
            value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    claims
}

fn signed(algorithm: Algorithm, key: &str, claims: &Value) -> String {
    jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(key.as_bytes())).unwrap()
}

fn token(claims: &Value) -> String {
    signed(Algorithm::HS256, KEY, claims)
}

async fn identify(headers: &[(&str, &str)]) -> Result<Caller, SignedOut> {
    let mut request = Request::builder();
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    identity().identify(&request.body(Body::empty()).unwrap().into_parts().0).await
}

async fn bearer(token: &str) -> Result<Caller, SignedOut> {
    identify(&[("authorization", &format!("Bearer {token}"))]).await
}

#[tokio::test]
async fn a_good_token_says_who_is_asking() {
    let changes =
        json!({ "roles": ["manager"], "org_name": "Acme Ltd", "name": "Ana", "email": "a@example.com" });
    let caller = bearer(&token(&with(changes))).await.unwrap();
    assert_eq!(caller.customer, Customer { issuer: "host".to_owned(), org: "acme".to_owned() });
    assert_eq!(caller.user.as_str(), "ana");
    assert_eq!(caller.role, Role::Manager);
    assert_eq!(caller.org_name.as_deref(), Some("Acme Ltd"));
    assert_eq!(caller.name.as_deref(), Some("Ana"));
}

#[tokio::test]
async fn claims_decide() {
    use SignedOut::{BadClaims, Expired, NotYetValid, WrongAudience, WrongIssuer};
    let cases = [
        (json!({}), None),
        (json!({ "aud": ["other", "connect"] }), None),
        (json!({ "nbf": NOW - 1, "iat": NOW - 1 }), None),
        (json!({ "exp": NOW - 29 }), None),
        (json!({ "exp": NOW as f64 + 0.5 }), None),
        (json!({ "nbf": NOW + 30 }), None),
        (json!({ "exp": 1e300 }), Some(BadClaims)),
        (json!({ "exp": NOW - 30 }), Some(Expired)),
        (json!({ "exp": 0 }), Some(Expired)),
        (json!({ "exp": null }), Some(BadClaims)),
        (json!({ "exp": (NOW + 60).to_string() }), Some(BadClaims)),
        (json!({ "nbf": NOW + 31 }), Some(NotYetValid)),
        (json!({ "nbf": "soon" }), Some(BadClaims)),
        (json!({ "iss": "elsewhere" }), Some(WrongIssuer)),
        (json!({ "iss": null }), Some(BadClaims)),
        (json!({ "aud": "elsewhere" }), Some(WrongAudience)),
        (json!({ "aud": [] }), Some(WrongAudience)),
        (json!({ "aud": null }), Some(BadClaims)),
        (json!({ "sub": null }), Some(BadClaims)),
        (json!({ "sub": "" }), Some(BadClaims)),
        (json!({ "org": null }), Some(BadClaims)),
        (json!({ "org": "" }), Some(BadClaims)),
        (json!({ "org": 7 }), Some(BadClaims)),
        (json!({ "org": "x".repeat(200) }), None),
        (json!({ "org": "x".repeat(201) }), Some(BadClaims)),
        (json!({ "org": "a\nb" }), Some(BadClaims)),
    ];
    for (changes, expected) in cases {
        let outcome = bearer(&token(&with(changes.clone()))).await.err();
        assert_eq!(outcome, expected, "{changes}");
    }
}

#[tokio::test]
async fn roles_decide_what_one_may_do() {
    use SignedOut::NoKnownRole;
    let cases = [
        (json!({}), Ok(Role::Viewer)),
        (json!({ "roles": ["viewer"] }), Ok(Role::Viewer)),
        (json!({ "roles": ["admin", "manager"] }), Ok(Role::Manager)),
        (json!({ "roles": "manager" }), Ok(Role::Manager)),
        (json!({ "roles": ["provisioner"] }), Ok(Role::Provisioner)),
        (json!({ "roles": [] }), Err(NoKnownRole)),
        (json!({ "roles": ["admin"] }), Err(NoKnownRole)),
        (json!({ "roles": ["Manager"] }), Err(NoKnownRole)),
        (json!({ "roles": { "manager": true } }), Err(NoKnownRole)),
        (json!({ "roles": [1] }), Err(NoKnownRole)),
    ];
    for (changes, expected) in cases {
        let outcome = bearer(&token(&with(changes.clone()))).await.map(|caller| caller.role);
        assert_eq!(outcome, expected, "{changes}");
    }
    let mut null = good();
    null["roles"] = Value::Null;
    assert_eq!(bearer(&token(&null)).await.err(), Some(NoKnownRole));
    assert_eq!(NoKnownRole.code(), domain::user_error::ErrorCode::Forbidden);
    assert_eq!(SignedOut::Expired.code(), domain::user_error::ErrorCode::SignedOut);
}

#[tokio::test]
async fn a_token_without_roles_has_the_default_role_and_no_other_has() {
    for default_role in [Role::Viewer, Role::Manager, Role::Provisioner] {
        let identity = identity_of(shared_key(), default_role);
        for (changes, expected) in [
            (json!({}), Ok(default_role)),
            (json!({ "roles": ["viewer"] }), Ok(Role::Viewer)),
            (json!({ "roles": ["manager"] }), Ok(Role::Manager)),
            (json!({ "roles": [] }), Err(SignedOut::NoKnownRole)),
            (json!({ "roles": ["admin"] }), Err(SignedOut::NoKnownRole)),
        ] {
            let bearer = format!("Bearer {}", token(&with(changes.clone())));
            let request = Request::builder().header("authorization", bearer).body(Body::empty()).unwrap();
            let outcome = identity.identify(&request.into_parts().0).await.map(|caller| caller.role);
            assert_eq!(outcome, expected, "{changes} with {default_role:?}");
        }
    }
}

#[tokio::test]
async fn only_the_one_algorithm_and_key_count() {
    use SignedOut::{BadSignature, Malformed};
    assert_eq!(bearer(&signed(Algorithm::HS256, "another key", &good())).await.err(), Some(BadSignature));
    assert_eq!(bearer(&signed(Algorithm::HS512, KEY, &good())).await.err(), Some(Malformed));
    let token = token(&good());
    let (header_and_claims, signature) = token.rsplit_once('.').unwrap();
    let claims = header_and_claims.split_once('.').unwrap().1;
    // {"alg":"none"}
    for header in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJOb25lIn0"] {
        assert!(bearer(&format!("{header}.{claims}.")).await.is_err());
        assert!(bearer(&format!("{header}.{claims}.{signature}")).await.is_err());
    }
    assert_eq!(bearer(&format!("{header_and_claims}.")).await.err(), Some(BadSignature));
    assert_eq!(bearer("nonsense").await.err(), Some(Malformed));
}

#[tokio::test]
async fn a_public_key_in_the_settings_counts_for_its_own_algorithm_alone() {
    use SignedOut::{BadSignature, Malformed};
    for key in [HostKey::rsa(), HostKey::ec()] {
        let identity = identity_with(config_keys(&key.public_pem));
        let judge = async |token: &str| {
            let request = Request::builder().header("authorization", format!("Bearer {token}"));
            identity.identify(&request.body(Body::empty()).unwrap().into_parts().0).await.err()
        };
        assert_eq!(judge(&key.sign(Some("any"), &good())).await, None);
        // The classic confusion: the public key, which everybody has, taken for a shared secret.
        assert_eq!(judge(&signed(Algorithm::HS256, &key.public_pem, &good())).await, Some(Malformed));
        let (rsa, ec) = (HostKey::rsa(), HostKey::ec());
        let strangers = [judge(&rsa.sign(None, &good())).await, judge(&ec.sign(None, &good())).await];
        assert!(
            strangers.contains(&Some(BadSignature)) && strangers.contains(&Some(Malformed)),
            "{strangers:?}"
        );
    }
}

#[tokio::test]
async fn authorization_wins_over_the_cookie_even_when_it_is_bad() {
    let good_cookie = format!("session={}", token(&good()));
    let bad = format!("Bearer {}", token(&with(json!({ "exp": 0 }))));
    assert!(identify(&[("cookie", &good_cookie)]).await.is_ok());
    assert_eq!(identify(&[("cookie", "session=x")]).await.err(), Some(SignedOut::Malformed));
    assert_eq!(identify(&[]).await.err(), Some(SignedOut::Absent));
    assert_eq!(identify(&[("cookie", "other=x")]).await.err(), Some(SignedOut::Absent));
    for (authorization, expected) in [
        (bad.as_str(), SignedOut::Expired),
        ("Basic YTpi", SignedOut::NotBearer),
        ("Bearer", SignedOut::NotBearer),
        ("", SignedOut::NotBearer),
    ] {
        let outcome = identify(&[("authorization", authorization), ("cookie", &good_cookie)]).await;
        assert_eq!(outcome.err(), Some(expected), "{authorization}");
    }
    let twice = format!("bearer {}", token(&good()));
    assert!(identify(&[("authorization", &twice)]).await.is_ok());
    let outcome = identify(&[("authorization", &twice), ("authorization", &twice)]).await;
    assert_eq!(outcome.err(), Some(SignedOut::NotBearer));
}
