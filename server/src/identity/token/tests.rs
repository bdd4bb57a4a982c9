//! Tokens that are believed, and every way not to be.

use axum::body::Body;
use domain::timestamp::Timestamp;
use http::Request;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::test_keys::HostKey;
use super::*;

const KEY: &str = "shared between the host and the server";
const NOW: i64 = 1_800_000_000;
const DAY: i64 = 86_400;

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

/// A token of any bytes, signed as [`token`] signs.
fn token_of(header: &[u8], claims: &[u8]) -> String {
    let message = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
    let key = EncodingKey::from_secret(KEY.as_bytes());
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
    [message, signature].join(".")
}

/// Good claims without this one, and with members as they are written.
fn written(without: &str, members: &[u8]) -> String {
    let claims = with(json!({ without: null })).to_string();
    let claims = claims.strip_suffix('}').unwrap();
    token_of(br#"{"alg":"HS256"}"#, &[claims.as_bytes(), b",", members, b"}"].concat())
}

fn signed_otherwise(found: &str) -> SignedOut {
    SignedOut::WrongAlgorithm { expected: "HS256".to_owned(), found: found.to_owned() }
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
    use SignedOut::{BadClaim, Expired, ExpiresTooLate, MissingClaim, NotYetValid};
    let issuer =
        |found: &str| SignedOut::WrongIssuer { expected: "host".to_owned(), found: found.to_owned() };
    let audience =
        |found: &str| SignedOut::WrongAudience { expected: "connect".to_owned(), found: found.to_owned() };
    let cases = [
        (json!({}), None),
        (json!({ "aud": ["other", "connect"] }), None),
        (json!({ "nbf": NOW - 1, "iat": NOW - 1 }), None),
        (json!({ "exp": NOW - 29 }), None),
        (json!({ "exp": NOW as f64 + 0.5 }), None),
        (json!({ "nbf": NOW + 30 }), None),
        (json!({ "exp": NOW + 365 * DAY }), None),
        (json!({ "exp": NOW + 366 * DAY }), None),
        (json!({ "exp": NOW + 366 * DAY + 31 }), Some(ExpiresTooLate)),
        (json!({ "exp": (NOW + 60) * 1_000 }), Some(ExpiresTooLate)),
        (json!({ "exp": 1e300 }), Some(ExpiresTooLate)),
        (json!({ "exp": i64::MAX }), Some(ExpiresTooLate)),
        (json!({ "exp": NOW - 30 }), Some(Expired)),
        (json!({ "exp": 0 }), Some(Expired)),
        (json!({ "exp": -1e300 }), Some(Expired)),
        (json!({ "exp": null }), Some(MissingClaim("exp"))),
        (json!({ "exp": (NOW + 60).to_string() }), Some(BadClaim("exp"))),
        (json!({ "exp": [NOW + 60] }), Some(BadClaim("exp"))),
        (json!({ "nbf": NOW + 31 }), Some(NotYetValid)),
        (json!({ "nbf": NOW * 1_000 }), Some(NotYetValid)),
        (json!({ "nbf": "soon" }), Some(BadClaim("nbf"))),
        (json!({ "nbf": { "at": NOW } }), Some(BadClaim("nbf"))),
        (json!({ "iss": "elsewhere" }), Some(issuer("\"elsewhere\""))),
        (json!({ "iss": "host\n" }), Some(issuer("\"host\\n\""))),
        (json!({ "iss": ["host"] }), Some(issuer("[\"host\"]"))),
        (json!({ "iss": null }), Some(MissingClaim("iss"))),
        (json!({ "aud": "elsewhere" }), Some(audience("\"elsewhere\""))),
        (json!({ "aud": [] }), Some(audience("[]"))),
        (json!({ "aud": 7 }), Some(audience("7"))),
        (json!({ "aud": [7, "connect", null] }), None),
        (json!({ "aud": "x".repeat(300) }), Some(audience(&format!("\"{}…", "x".repeat(199))))),
        (json!({ "aud": null }), Some(MissingClaim("aud"))),
        (json!({ "sub": null }), Some(MissingClaim("sub"))),
        (json!({ "sub": "" }), Some(BadClaim("sub"))),
        (json!({ "sub": ["ana"] }), Some(BadClaim("sub"))),
        (json!({ "org": null }), Some(MissingClaim("org"))),
        (json!({ "org": "" }), Some(BadClaim("org"))),
        (json!({ "org": 7 }), Some(BadClaim("org"))),
        (json!({ "org": "x".repeat(200) }), None),
        (json!({ "org": "x".repeat(201) }), Some(BadClaim("org"))),
        (json!({ "org": "a\nb" }), Some(BadClaim("org"))),
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
        (json!({ "roles": [1, "viewer", null] }), Ok(Role::Viewer)),
        (json!({ "roles": 7 }), Err(NoKnownRole)),
        (json!({ "roles": "manager viewer" }), Err(NoKnownRole)),
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
    for default_role in [Role::Viewer, Role::Manager] {
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
    let other = signed_otherwise("\"HS512\"");
    assert_eq!(bearer(&signed(Algorithm::HS512, KEY, &good())).await.err(), Some(other));
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
    use SignedOut::{BadSignature, WrongAlgorithm};
    for key in [HostKey::rsa(), HostKey::ec()] {
        let identity = identity_with(config_keys(&key.public_pem));
        let judge = async |token: &str| {
            let request = Request::builder().header("authorization", format!("Bearer {token}"));
            identity.identify(&request.body(Body::empty()).unwrap().into_parts().0).await.err()
        };
        assert_eq!(judge(&key.sign(Some("any"), &good())).await, None);
        // The classic confusion: the public key, which everybody has, taken for a shared secret.
        let confused = judge(&signed(Algorithm::HS256, &key.public_pem, &good())).await;
        assert!(matches!(confused, Some(WrongAlgorithm { .. })), "{confused:?}");
        let (rsa, ec) = (HostKey::rsa(), HostKey::ec());
        let strangers = [judge(&rsa.sign(None, &good())).await, judge(&ec.sign(None, &good())).await];
        assert!(
            strangers.contains(&Some(BadSignature))
                && strangers.iter().any(|outcome| matches!(outcome, Some(WrongAlgorithm { .. }))),
            "{strangers:?}"
        );
    }
}

#[tokio::test]
async fn a_claim_that_only_describes_is_ignored_where_it_cannot_be_used() {
    let described =
        json!({ "org_name": "Acme Ltd", "name": "Ana", "locale": "es-MX", "email": "a@example.com" });
    let caller = bearer(&token(&with(described))).await.unwrap();
    let found = (caller.org_name.as_deref(), caller.name.as_deref(), caller.locale.as_deref());
    assert_eq!(found, (Some("Acme Ltd"), Some("Ana"), Some("es-MX")));
    for odd in [json!(7), json!(true), json!(["es", "en"]), json!({ "tag": "es" }), json!(1e300), json!([])] {
        for name in ["org_name", "name", "locale", "email", "iat", "jti", "azp"] {
            let caller = bearer(&token(&with(json!({ name: odd })))).await;
            let caller = caller.unwrap_or_else(|reason| panic!("{name} {odd}: {reason}"));
            assert_eq!((caller.org_name, caller.name, caller.locale), (None, None, None), "{name} {odd}");
        }
    }
    let mut nulls = good();
    for name in ["org_name", "name", "locale", "email", "iat", "nbf"] {
        nulls[name] = Value::Null;
    }
    assert!(bearer(&token(&nulls)).await.is_ok());
    for name in ["", "  ", "a\nb", "a\0b", &"x".repeat(201)] {
        let caller = bearer(&token(&with(json!({ "org_name": name, "name": name })))).await.unwrap();
        assert_eq!((caller.org_name, caller.name), (None, None), "{name:?}");
    }
}

/// What is JSON and no value that anything can be made of, or nearly JSON.
#[tokio::test]
async fn a_claim_that_cannot_be_read_is_refused_only_where_it_is_used() {
    use SignedOut::{BadClaim, NoKnownRole};
    let deep = ["[".repeat(200), "]".repeat(200)].concat();
    for odd in [&b"1e999"[..], br#""\ud800""#, deep.as_bytes(), b"\"a\xff\"", b"\"a\tb\"", br#"{"\udc00":1}"#]
    {
        let what = odd.escape_ascii();
        for name in ["org_name", "name", "locale", "picture", "iat", "x"] {
            let caller = bearer(&written("", &[b"\"", name.as_bytes(), b"\":", odd].concat())).await;
            let caller = caller.unwrap_or_else(|reason| panic!("{name} {what}: {reason}"));
            assert_eq!((caller.org_name, caller.name, caller.locale), (None, None, None), "{name} {what}");
        }
        assert!(
            bearer(&written("", &[b"\"\\ud800\":", odd].concat())).await.is_ok(),
            "a name of none, {what}"
        );
        for (name, expected) in [
            ("sub", BadClaim("sub")),
            ("org", BadClaim("org")),
            ("exp", BadClaim("exp")),
            ("nbf", BadClaim("nbf")),
            ("roles", NoKnownRole),
        ] {
            let token = written(name, &[b"\"", name.as_bytes(), b"\":", odd].concat());
            assert_eq!(bearer(&token).await.err(), Some(expected), "{name} {what}");
        }
        let issuer = bearer(&written("iss", &[b"\"iss\":", odd].concat())).await;
        assert!(matches!(issuer, Err(SignedOut::WrongIssuer { .. })), "{what}: {issuer:?}");
        let audience = bearer(&written("aud", &[b"\"aud\":", odd].concat())).await;
        assert!(matches!(audience, Err(SignedOut::WrongAudience { .. })), "{what}: {audience:?}");
        let audience = bearer(&written("aud", &[b"\"aud\":[", odd, b",\"connect\"]"].concat())).await;
        assert!(audience.is_ok(), "{what}: {audience:?}");
        let roles = bearer(&written("", &[b"\"roles\":[", odd, b",\"manager\"]"].concat())).await;
        assert_eq!(roles.map(|caller| caller.role), Ok(Role::Manager), "{what}");
    }
    assert!(
        bearer(&token_of(br#"{"alg":"HS256"}"#, &[b"\xef\xbb\xbf", good().to_string().as_bytes()].concat()))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn of_a_claim_that_is_there_twice_the_last_counts() {
    for (members, expected) in [
        (&br#""org":"globex""#[..], Ok("globex")),
        (br#""org":"globex","org":"initech""#, Ok("initech")),
        (br#""\u006frg":"globex""#, Ok("globex")),
        (br#""org":"\ud800""#, Err(SignedOut::BadClaim("org"))),
        (br#""org":null"#, Err(SignedOut::MissingClaim("org"))),
        (br#""exp":0"#, Err(SignedOut::Expired)),
    ] {
        let org = bearer(&written("", members)).await.map(|caller| caller.customer.org);
        assert_eq!(org, expected.map(str::to_owned), "{}", members.escape_ascii());
    }
}

/// Every one is signed with the key.
#[tokio::test]
async fn a_header_is_refused_for_what_it_says_and_for_nothing_else() {
    use SignedOut::{CriticalExtension, Malformed};
    let deep = [r#"{"alg":"HS256","x":"#, &"[".repeat(200), &"]".repeat(200), "}"].concat();
    let long = [r#"{"alg":""#, &"x".repeat(300), "\"}"].concat();
    let cut = ["\"", &"x".repeat(199), "…"].concat();
    for (header, expected) in [
        (r#"{"alg":"HS256"}"#, None),
        (r#"{"alg":"HS256","typ":7,"cty":[],"kid":1}"#, None),
        (r#"{"alg":"HS256","kid":"any","typ":null}"#, None),
        (r#"{"alg":"HS256","kid":"\ud800","x":1e999,"\ud800":1}"#, None),
        (r#"{"alg":"HS256","x5c":"one","jwk":"none","jku":1,"x5u":{},"x5t":null,"x5t#S256":[]}"#, None),
        (r#"{"alg":"HS256","jwk":{"kty":"novelty"},"enc":5,"zip":false,"b64":false}"#, None),
        ("\u{feff}{ \"alg\" :\t\"HS256\" }", None),
        (&deep, None),
        (r#"{"alg":"ES512"}"#, Some(signed_otherwise("\"ES512\""))),
        (r#"{"alg":"HS384"}"#, Some(signed_otherwise("\"HS384\""))),
        (r#"{"alg":"RS256"}"#, Some(signed_otherwise("\"RS256\""))),
        (r#"{"alg":"none"}"#, Some(signed_otherwise("\"none\""))),
        (r#"{"alg":"None"}"#, Some(signed_otherwise("\"None\""))),
        (r#"{"alg":""}"#, Some(signed_otherwise("\"\""))),
        (r#"{"alg":"hs256"}"#, Some(signed_otherwise("\"hs256\""))),
        (r#"{"alg":"HS256 "}"#, Some(signed_otherwise("\"HS256 \""))),
        (r#"{"alg":"HS256","alg":"none"}"#, Some(signed_otherwise("\"none\""))),
        (r#"{"typ":"JWT"}"#, Some(signed_otherwise("missing"))),
        (r#"{"alg":null}"#, Some(signed_otherwise("null"))),
        (r#"{"alg":["HS256"]}"#, Some(signed_otherwise("[\"HS256\"]"))),
        (r#"{"alg":{"HS256":null}}"#, Some(signed_otherwise("{\"HS256\":null}"))),
        (r#"{"alg":256}"#, Some(signed_otherwise("256"))),
        (r#"{"alg":"a\nb"}"#, Some(signed_otherwise("\"a\\nb\""))),
        (&long, Some(signed_otherwise(&cut))),
        (r#"{"alg":"HS256","crit":"exp"}"#, Some(CriticalExtension)),
        (r#"{"alg":"HS256","crit":[1]}"#, Some(CriticalExtension)),
        (r#"{"alg":"HS256","crit":[]}"#, Some(CriticalExtension)),
        (r#"{"alg":"HS256","crit":null}"#, Some(CriticalExtension)),
        (r#"{"alg":"HS256","crit":"\ud800"}"#, Some(CriticalExtension)),
        (r#"{"alg":"HS256","\u0063rit":["b64"],"b64":false}"#, Some(CriticalExtension)),
        ("", Some(Malformed)),
        ("[]", Some(Malformed)),
        (r#""HS256""#, Some(Malformed)),
        (r#"{"alg":"HS256""#, Some(Malformed)),
    ] {
        let outcome = bearer(&token_of(header.as_bytes(), good().to_string().as_bytes())).await.err();
        assert_eq!(outcome, expected, "{header}");
    }
    let header = |json: &str| URL_SAFE_NO_PAD.encode(json);
    let encrypted = header(r#"{"alg":"dir","enc":"A256GCM"}"#);
    for (token, expected) in [
        (format!("{encrypted}..aXY.Y2lwaGVy.dGFn"), SignedOut::Encrypted),
        (format!("{encrypted}.key.aXY.Y2lwaGVy.dGFn"), SignedOut::Encrypted),
        (format!("{encrypted}.key.aXY.Y2lwaGVy"), Malformed),
        (format!("{encrypted}.key"), Malformed),
        (format!("{encrypted}=.e30.e30"), Malformed),
    ] {
        assert_eq!(bearer(&token).await.err(), Some(expected), "{token}");
    }
    assert_eq!(signed_otherwise("\"HS384\"").to_string(), r#"alg is "HS384", expected HS256"#);
}

#[tokio::test]
async fn a_header_that_demands_an_extension_is_refused() {
    for names in [&["b64"][..], &["exp"], &[]] {
        let header =
            Header { crit: Some(names.iter().map(ToString::to_string).collect()), ..Header::default() };
        let key = EncodingKey::from_secret(KEY.as_bytes());
        let token = jsonwebtoken::encode(&header, &good(), &key).unwrap();
        assert_eq!(bearer(&token).await.err(), Some(SignedOut::CriticalExtension), "{names:?}");
    }
    // A header that is not demanded may hold anything.
    let mut header = Header { typ: Some("at+jwt".to_owned()), ..Header::default() };
    header.extras.insert("ctx", json!({ "a": 1 }));
    let token = jsonwebtoken::encode(&header, &good(), &EncodingKey::from_secret(KEY.as_bytes())).unwrap();
    assert!(bearer(&token).await.is_ok());
}

#[tokio::test]
async fn a_refusal_says_what_was_found_and_expected() {
    for (changes, said) in [
        (json!({ "iss": "https://other" }), r#"iss is "https://other", expected "host""#),
        (json!({ "aud": ["a", "b"] }), r#"aud is ["a","b"], expected "connect""#),
        (json!({ "org": null }), "the claim org is missing"),
        (json!({ "sub": 17 }), "the claim sub cannot be used"),
    ] {
        assert_eq!(bearer(&token(&with(changes))).await.unwrap_err().to_string(), said);
    }
}

#[tokio::test]
async fn a_bearer_token_is_judged_whatever_the_cookie() {
    let good_token = token(&good());
    let good_cookie = format!("session={good_token}");
    let bad = format!("Bearer {}", token(&with(json!({ "exp": 0 }))));
    for (authorization, expected) in [
        (bad.as_str(), SignedOut::Expired),
        ("Bearer", SignedOut::Malformed),
        ("bearer ", SignedOut::Malformed),
        ("BEARER x.y.z", SignedOut::Malformed),
        ("Bearer\tnonsense", SignedOut::Malformed),
        ("Bearer one, Basic two", SignedOut::Malformed),
    ] {
        let outcome = identify(&[("authorization", authorization), ("cookie", &good_cookie)]).await;
        assert_eq!(outcome.err(), Some(expected), "{authorization}");
    }
    for scheme in ["Bearer ", "bearer ", "bEARER  ", " Bearer\t"] {
        let outcome = identify(&[("authorization", &format!("{scheme}{good_token}"))]).await;
        assert!(outcome.is_ok(), "{scheme:?}");
    }
    let bearer = format!("Bearer {good_token}");
    let outcome = identify(&[("authorization", &bearer), ("authorization", &bearer)]).await;
    assert_eq!(outcome.err(), Some(SignedOut::SeveralTokens));
    let outcome = identify(&[("authorization", "Basic YTpi"), ("authorization", &bearer)]).await;
    assert!(outcome.is_ok(), "a gateway's own header beside it");
}

#[tokio::test]
async fn other_schemes_of_authorization_leave_the_cookie_what_it_is() {
    let good_cookie = format!("session={}", token(&good()));
    for authorization in [
        "Basic YTpi",
        "basic",
        "",
        "   ",
        "Digest username=\"ana\"",
        "Negotiate YII",
        "NTLM TlRM",
        "AWS4-HMAC-SHA256 Credential=x",
        "Bearerish token",
        "Token token",
        "héllo",
    ] {
        let outcome = identify(&[("authorization", authorization), ("cookie", &good_cookie)]).await;
        assert!(outcome.is_ok(), "{authorization}: {outcome:?}");
        let outcome = identify(&[("authorization", authorization)]).await;
        assert_eq!(outcome.err(), Some(SignedOut::Absent), "{authorization}");
    }
}

#[tokio::test]
async fn of_several_cookies_the_first_that_verifies_counts() {
    let session = |changes: Value| format!("session={}", token(&with(changes)));
    let (ana, bo) = (session(json!({})), session(json!({ "sub": "bo" })));
    let (stale, other) = (session(json!({ "exp": 0 })), session(json!({ "aud": "other" })));
    let unknown_role = session(json!({ "roles": ["admin"] }));
    let wrong_audience =
        SignedOut::WrongAudience { expected: "connect".to_owned(), found: "\"other\"".to_owned() };
    let many_stale = [stale.as_str(); 8].join("; ");
    let cases = [
        (ana.clone(), Ok("ana")),
        (format!("{ana}; {bo}"), Ok("ana")),
        (format!("{stale}; {bo}"), Ok("bo")),
        (format!("session=; {bo}"), Ok("bo")),
        (format!("session=nonsense; {stale}; {other}; {ana}"), Ok("ana")),
        (format!("{ana}; session="), Ok("ana")),
        (format!("promo=é; {ana}"), Ok("ana")),
        (format!("{unknown_role}; {ana}"), Ok("ana")),
        (format!("{stale}; {unknown_role}"), Err(SignedOut::NoKnownRole)),
        (format!("{stale}; {other}"), Err(SignedOut::Expired)),
        (format!("{other}; {stale}"), Err(wrong_audience)),
        ("session=".to_owned(), Err(SignedOut::Absent)),
        ("session=; session=".to_owned(), Err(SignedOut::Absent)),
        ("session=x".to_owned(), Err(SignedOut::Malformed)),
        ("other=x".to_owned(), Err(SignedOut::Absent)),
        (ana.replace("session=", "session=\"") + "\"", Ok("ana")),
        // What can be no token costs nothing, and takes no place of one.
        ("session=x; ".repeat(8) + &ana, Ok("ana")),
        ("session=; ".repeat(8) + &ana, Ok("ana")),
        (format!("session=x; {stale}"), Err(SignedOut::Expired)),
        // Each costs a signature, so not one cookie after another is tried for ever.
        (format!("{many_stale}; {ana}"), Err(SignedOut::Expired)),
    ];
    for (cookies, expected) in cases {
        let found = identify(&[("cookie", &cookies)]).await.map(|caller| caller.user.as_str().to_owned());
        assert_eq!(found, expected.map(str::to_owned), "{cookies}");
    }
    assert_eq!(identify(&[]).await.err(), Some(SignedOut::Absent));
    let found = identify(&[("cookie", &stale), ("cookie", &bo)]).await.map(|caller| caller.user.to_string());
    assert_eq!(found, Ok("bo".to_owned()), "over several headers");
}

/// What an open stream keeps of a request, for an hour and for ten thousand people.
#[tokio::test]
async fn a_stream_keeps_the_session_and_nothing_else_of_a_request() {
    let identity = identity();
    let session = token(&good());
    let other = "x".repeat(20_000);
    for (name, value) in [
        ("cookie", format!("promo={other}; session={session}; theme=dark")),
        ("authorization", format!("Bearer {session}")),
    ] {
        let request = Request::builder()
            .header("user-agent", &other)
            .header("accept-language", "en")
            .header(name, value)
            .body(Body::empty())
            .unwrap();
        let kept = identity.kept_headers(request.headers());
        let size: usize = kept.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        assert!(size < session.len() + 50, "{kept:?}");
        let (mut parts, _) = Request::new(Body::empty()).into_parts();
        parts.headers = kept;
        assert_eq!(identity.identify(&parts).await.unwrap().user.as_str(), "ana", "{name}");
    }
    let basic = http::HeaderMap::from_iter([(AUTHORIZATION, "Basic dXNlcjpwYXNz".parse().unwrap())]);
    assert!(identity.kept_headers(&basic).is_empty());
}

/// A page and its stream come with one request's cookies: the stream must not end because it kept others of them.
#[tokio::test]
async fn a_stream_is_judged_by_the_same_sessions_as_its_page() {
    let identity = identity();
    let good_one = format!("session={}", token(&good()));
    let stale = format!("session={}; ", token(&with(json!({ "exp": 0 }))));
    for (before, is_signed_in) in [
        (String::new(), true),
        ("session=; ".repeat(8), true),
        ("session=x; ".repeat(8), true),
        ("session=\"\"; ".repeat(20), true),
        (format!("{}{}", "session=; session=a.b; ".repeat(8), stale.repeat(7)), true),
        (stale.repeat(8), false),
    ] {
        for session in [good_one.clone(), good_one.replace('=', "=\"") + "\""] {
            let cookies = [&before, session.as_str()].concat();
            let request = Request::builder().header("cookie", &cookies).body(Body::empty()).unwrap();
            let (mut parts, _) = request.into_parts();
            assert_eq!(identity.identify(&parts).await.is_ok(), is_signed_in, "the page: {cookies}");
            parts.headers = identity.kept_headers(&parts.headers);
            assert_eq!(identity.identify(&parts).await.is_ok(), is_signed_in, "its stream: {cookies}");
        }
    }
}
