//! Settings as an operator gives them: what is taken, and what is said about the rest.

use std::collections::HashMap;
use std::io::Write as _;

use app::backend::Role;
use secrecy::ExposeSecret;

use super::*;
use crate::identity::token::test_keys::HostKey;

const SECRET: &str = "a secret of the server that is long enough";
const TOKEN_KEY: &str = "shared between the host and the server";

/// Everything that `serve` requires, and nothing more.
const COMPLETE: [(&str, &str); 6] = [
    ("CONNECT_PUBLIC_URL", "https://app.example.com/banks"),
    ("CONNECT_SECRET_KEY", SECRET),
    ("WAYCORE_API_KEY", "way_test_k_s"),
    ("CONNECT_JWT_KEY", TOKEN_KEY),
    ("CONNECT_JWT_ISSUER", "https://host.example.com"),
    ("CONNECT_JWT_AUDIENCE", "connect"),
];

fn read(changes: &[(&str, &str)]) -> Result<ServeSettings, Problems> {
    let mut all: HashMap<&str, &str> = COMPLETE.into();
    all.extend(changes.iter().copied());
    ServeSettings::from_lookup(&|name| all.get(name).map(|value| (*value).to_owned()))
}

/// One change to complete settings gives exactly one sentence about it.
#[track_caller]
fn refused(name: &str, value: &str, sentence: &str) {
    let problems = read(&[(name, value)]).map(|_| ()).unwrap_err();
    assert_eq!(problems.to_string(), sentence, "{name}={value}");
}

#[test]
fn complete_settings_have_the_documented_defaults() {
    let settings = read(&[]).unwrap();
    assert_eq!(settings.http.addr.to_string(), "127.0.0.1:3000");
    assert_eq!(settings.http.connections, ConnectionLimits::default());
    assert_eq!(settings.http.shutdown_delay.as_secs(), 3);
    assert_eq!(settings.mount.max_streams, 15_000);
    assert_eq!(settings.mount.public_url.origin(), "https://app.example.com");
    assert_eq!(settings.http.base_path.as_str(), "/banks");
    assert!(matches!(&settings.mount.database, Database::Sqlite(path) if path.ends_with("data/connect.db")));
    assert_eq!(settings.mount.waycore.base_url.as_str(), "https://api.waycore.com/v1");
    assert_eq!(settings.mount.waycore.environment, Environment::Test);
    assert_eq!(settings.mount.waycore.namespace, None);
    assert_eq!(settings.token.cookie, None);
    assert_eq!(settings.token.default_role, Role::Viewer);
    assert_eq!(settings.layout.home, None);
    assert_eq!(settings.log, Log { filter: "info".to_owned(), format: LogFormat::Text, traces: None });
}

#[test]
fn every_setting_can_be_given() {
    let settings = read(&[
        ("CONNECT_ADDR", "[::]:8080"),
        ("CONNECT_PUBLIC_URL", "http://127.0.0.1:9000/"),
        ("CONNECT_BASE_PATH", "/inside/"),
        ("CONNECT_DATABASE_URL", "sqlite:///var/lib/connect.db"),
        ("CONNECT_ENTITY_NAMESPACE", "staging"),
        ("WAYCORE_API_KEY", "opaque"),
        ("WAYCORE_BASE_URL", "http://localhost:3100/v1"),
        ("CONNECT_JWT_COOKIE", "host_session"),
        ("CONNECT_DEFAULT_ROLE", "manager"),
        ("CONNECT_SIGN_IN_URL", "https://host.example.com/login"),
        ("CONNECT_HOME_URL", "/dashboard"),
        ("CONNECT_SUPPORT_URL", "mailto:help@example.com"),
        ("CONNECT_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1"),
        ("CONNECT_MAX_CONNECTIONS", "50"),
        ("CONNECT_MAX_STREAMS", "40"),
        ("CONNECT_KEEP_ALIVE_SECONDS", "620"),
        ("CONNECT_SHUTDOWN_DELAY_SECONDS", "0"),
        ("RUST_LOG", "server=debug,info"),
        ("CONNECT_LOG_FORMAT", "json"),
    ])
    .unwrap();
    assert_eq!(settings.http.addr.to_string(), "[::]:8080");
    assert_eq!(settings.mount.public_url.origin(), "http://127.0.0.1:9000");
    assert_eq!(settings.mount.public_url.base().as_str(), "");
    assert_eq!(settings.http.base_path.as_str(), "/inside");
    assert!(
        matches!(&settings.mount.database, Database::Sqlite(path) if path.ends_with("/var/lib/connect.db"))
    );
    assert_eq!(settings.mount.waycore.namespace.as_deref(), Some("staging"));
    assert_eq!(settings.mount.waycore.environment, Environment::Live, "an opaque key is a live one");
    assert_eq!(settings.token.cookie.as_deref(), Some("host_session"));
    assert_eq!(settings.token.default_role, Role::Manager);
    assert_eq!(settings.layout.home.unwrap().as_str(), "/dashboard");
    assert_eq!(settings.mount.links.support.unwrap().as_str(), "mailto:help@example.com");
    let proxies = TrustedProxies::parse("10.0.0.0/8,192.0.2.1").unwrap();
    assert_eq!(settings.mount.trusted_proxies, proxies);
    let connections = settings.http.connections;
    assert_eq!((connections.max_connections, connections.keep_alive.as_secs()), (50, 620));
    assert_eq!((settings.mount.max_streams, settings.http.shutdown_delay.as_secs()), (40, 0));
    assert_eq!(settings.log.format, LogFormat::Json);
}

#[test]
fn nothing_set_gives_one_sentence_for_each_required_setting() {
    let problems = ServeSettings::from_lookup(&|_| None).map(|_| ()).unwrap_err();
    let names: Vec<_> = problems.0.iter().map(|problem| problem.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "CONNECT_PUBLIC_URL",
            "CONNECT_SECRET_KEY",
            "WAYCORE_API_KEY",
            "CONNECT_JWT_KEY",
            "CONNECT_JWT_ISSUER",
            "CONNECT_JWT_AUDIENCE"
        ]
    );
    assert!(problems.0.iter().all(|problem| problem.what.starts_with("is missing: set it")));
    assert_eq!(problems.to_string().lines().count(), 6);
}

#[test]
fn all_wrong_settings_are_said_at_once() {
    let problems =
        read(&[("CONNECT_ADDR", "nowhere"), ("CONNECT_SECRET_KEY", "short"), ("RUST_LOG", "a=b=c")])
            .map(|_| ())
            .unwrap_err();
    let names: Vec<_> = problems.0.iter().map(|problem| problem.name.as_str()).collect();
    assert_eq!(names, ["CONNECT_SECRET_KEY", "CONNECT_ADDR", "RUST_LOG"]);
}

#[test]
fn a_wrong_setting_is_one_sentence() {
    const NOT_HTTPS: &str = "must begin with https:// (http:// is for this machine's own addresses only).";
    const NOT_A_PATH: &str =
        "must be a path such as / or /apps/bank: a slash, then letters, digits, -, _, . and ~.";
    refused("CONNECT_ADDR", "3000", "CONNECT_ADDR must be an address and a port, such as 0.0.0.0:3000.");
    for name in ["CONNECT_MAX_CONNECTIONS", "CONNECT_MAX_STREAMS"] {
        for value in ["0", "-1", "many"] {
            refused(name, value, &format!("{name} must be a whole number above 0."));
        }
    }
    for (name, min) in [("CONNECT_KEEP_ALIVE_SECONDS", 1), ("CONNECT_SHUTDOWN_DELAY_SECONDS", 0)] {
        for value in ["-1", "3601", "1.5", "90s"] {
            refused(name, value, &format!("{name} must be whole seconds, from {min} to 3600."));
        }
    }
    refused(
        "CONNECT_PUBLIC_URL",
        "app.example.com",
        "CONNECT_PUBLIC_URL is not an address: give one such as https://app.example.com/banks.",
    );
    for address in ["http://app.example.com/", "ftp://app.example.com/", "http://127.0.0.1.example.com/"] {
        refused("CONNECT_PUBLIC_URL", address, &format!("CONNECT_PUBLIC_URL {NOT_HTTPS}"));
    }
    refused(
        "CONNECT_PUBLIC_URL",
        "https://app.example.com/?a=b",
        "CONNECT_PUBLIC_URL has a query or a fragment: give scheme, host and path only.",
    );
    refused(
        "CONNECT_PUBLIC_URL",
        "https://u:p@app.example.com/",
        "CONNECT_PUBLIC_URL holds a user name or password: leave them out.",
    );
    for path in ["banks", "//", "/a//b", "/a/../b", "/{x}", "/a b", "/a?b"] {
        refused("CONNECT_BASE_PATH", path, &format!("CONNECT_BASE_PATH {NOT_A_PATH}"));
    }
    refused(
        "CONNECT_DATABASE_URL",
        "postgres://user:secret@host:port/connect",
        "CONNECT_DATABASE_URL is no PostgreSQL address, such as postgres://user:password@host:5432/name.",
    );
    for database in ["connect.db", "sqlite://", "sqlite::memory:", "sqlite://a.db?mode=ro", "mysql://x/y"] {
        refused(
            "CONNECT_DATABASE_URL",
            database,
            "CONNECT_DATABASE_URL must name a file, such as sqlite://data/connect.db, or a database, such as postgres://user@host/name.",
        );
    }
    refused(
        "CONNECT_SECRET_KEY",
        "0123456789",
        "CONNECT_SECRET_KEY holds a secret of fewer than 32 bytes, which can be guessed: \
         use what `openssl rand -hex 32` prints.",
    );
    refused("WAYCORE_ENVIRONMENT", "sandbox", "WAYCORE_ENVIRONMENT must be live or test.");
    refused(
        "WAYCORE_BASE_URL",
        "http://api.waycore.com/v1",
        "WAYCORE_BASE_URL cannot be used: it must be https, or http on a loopback address.",
    );
    refused(
        "WAYCORE_API_KEY",
        "way live",
        "WAYCORE_API_KEY holds a space or a character that no header can carry.",
    );
    refused(
        "CONNECT_ENTITY_NAMESPACE",
        "my product",
        "CONNECT_ENTITY_NAMESPACE must be at most 100 characters without spaces.",
    );
    refused(
        "CONNECT_JWT_KEY",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "CONNECT_JWT_KEY is a PEM text without a public key for RS256 or ES256 (P-256).",
    );
    refused(
        "CONNECT_JWT_KEY",
        &HostKey::other_ec().public_pem,
        "CONNECT_JWT_KEY is a PEM text without a public key for RS256 or ES256 (P-256).",
    );
    refused(
        "CONNECT_JWT_KEY",
        &HostKey::ec().private_pem,
        "CONNECT_JWT_KEY is a private key, which only the host should have: give the public one.",
    );
    refused(
        "CONNECT_JWT_JWKS_URL",
        "https://host.example.com/keys",
        "CONNECT_JWT_KEY and CONNECT_JWT_JWKS_URL are both set: keep one of them.",
    );
    refused(
        "CONNECT_JWT_ALGORITHMS",
        "RS256",
        "CONNECT_JWT_ALGORITHMS must be HS256, which is what CONNECT_JWT_KEY is for.",
    );
    refused(
        "CONNECT_JWT_ALGORITHMS",
        "HS256, none",
        "CONNECT_JWT_ALGORITHMS must be a list of HS256, RS256 and ES256.",
    );
    refused("CONNECT_JWT_COOKIE", "a b", "CONNECT_JWT_COOKIE is not a cookie's name.");
    for role in ["admin", "Manager", "provisioner", "viewer,manager"] {
        refused(
            "CONNECT_DEFAULT_ROLE",
            role,
            "CONNECT_DEFAULT_ROLE must be viewer or manager, which are roles of people.",
        );
    }
    refused("CONNECT_HOME_URL", "javascript:alert(1)", &format!("CONNECT_HOME_URL {NOT_HTTPS}"));
    refused(
        "CONNECT_SIGN_IN_URL",
        "//elsewhere.example.com",
        "CONNECT_SIGN_IN_URL is not an address: give one such as https://app.example.com/banks.",
    );
    refused("CONNECT_SIGN_IN_URL", "mailto:a@example.com", &format!("CONNECT_SIGN_IN_URL {NOT_HTTPS}"));
    refused("CONNECT_LOG_FORMAT", "xml", "CONNECT_LOG_FORMAT must be text or json.");
}

/// Of 1,024 bits.
const SMALL_RSA_KEY: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC7DCz4T3xe/Ueu+riu7zSqarxH
KskQNLhMWUZAjxs3P8yz8NN7tn7Vvd9Q2rPJHqcDkcJWUWkznKleKBsaYt01wUYa
ObV/He1DhFpYHM1oOlz8bwbIscUJgqHkoi/hC2NTge7KGZ7MrNWmUUM5oxEX2Cfs
PH5XmXfnIfm61Vx3TwIDAQAB
-----END PUBLIC KEY-----";

/// The rest of the sentence about a key that is no shared secret.
const GIVE_ANOTHER: &str =
    "give what `openssl rand -hex 32` prints, or a public key in PEM, or set CONNECT_JWT_JWKS_URL.";

#[test]
fn a_key_that_everybody_knows_or_can_guess_lets_nobody_start() {
    let ec = HostKey::ec();
    let base64: String = ec.public_pem.lines().filter(|line| !line.starts_with("-----")).collect();
    for (key, what) in [
        ("changeme", "a secret of fewer than 32 bytes, which can be guessed"),
        ("changeme-changeme-changeme-changeme", "a secret that repeats itself, which can be guessed"),
        (&ec.in_set(Some("k")).to_string(), "a JSON Web Key, which is no shared secret"),
        (&base64, "a key or certificate in DER, which is no shared secret"),
        ("https://host.example.com/.well-known/jwks.json", "an address, which is no shared secret"),
    ] {
        refused("CONNECT_JWT_KEY", key, &format!("CONNECT_JWT_KEY holds {what}: {GIVE_ANOTHER}"));
    }
    refused(
        "CONNECT_JWT_KEY",
        SMALL_RSA_KEY,
        "CONNECT_JWT_KEY is an RSA key that is not of 2,048 to 8,192 bits.",
    );
    // What signs the server's own cookies must be as secret.
    for key in [&base64, &ec.public_pem, &format!("{SECRET},{base64}"), &"changeme".repeat(4)] {
        let problems = read(&[("CONNECT_SECRET_KEY", key)]).map(|_| ()).unwrap_err().to_string();
        assert!(problems.starts_with("CONNECT_SECRET_KEY holds a "), "{problems}");
        assert_eq!(problems.lines().count(), 1, "{problems}");
    }
}

#[test]
fn a_list_with_an_empty_member_is_refused_wherever_a_setting_is_a_list() {
    const EMPTY: &str = "holds an empty secret: put one comma between two secrets, and none at the ends.";
    for text in [",", ", ,", "whsec_new,", ",whsec_old", "whsec_new,,whsec_old", "whsec_new, ,whsec_old"] {
        refused("WAYCORE_WEBHOOK_SECRET", text, &format!("WAYCORE_WEBHOOK_SECRET {EMPTY}"));
        let keys = text.replace("whsec_new", SECRET).replace("whsec_old", TOKEN_KEY);
        refused("CONNECT_SECRET_KEY", &keys, &format!("CONNECT_SECRET_KEY {EMPTY}"));
        let algorithms = text.replace("whsec_new", "HS256").replace("whsec_old", "RS256");
        refused(
            "CONNECT_JWT_ALGORITHMS",
            &algorithms,
            "CONNECT_JWT_ALGORITHMS must be a list of HS256, RS256 and ES256.",
        );
        let proxies = text.replace("whsec_new", "10.0.0.1").replace("whsec_old", "10.0.0.2");
        assert!(read(&[("CONNECT_TRUSTED_PROXIES", &proxies)]).is_err(), "{proxies}");
    }
    refused(
        "WAYCORE_WEBHOOK_SECRET",
        "whsec_new\nwhsec_old",
        "WAYCORE_WEBHOOK_SECRET holds white space within a secret: separate secrets by commas.",
    );
    for text in ["whsec_", "whsec_new,whsec_", "whsec_,whsec_old"] {
        refused(
            "WAYCORE_WEBHOOK_SECRET",
            text,
            "WAYCORE_WEBHOOK_SECRET holds whsec_ with no secret behind it.",
        );
    }
    for filter in [",", " , ,"] {
        refused(
            "RUST_LOG",
            filter,
            "RUST_LOG is not a log filter: give a level, or target=level separated by commas.",
        );
    }
}

#[test]
fn white_space_alone_is_no_value_and_not_unset_either() {
    const BLANK: &str = "holds nothing but white space: give it a value, or unset it.";
    for name in [
        "CONNECT_PUBLIC_URL",
        "CONNECT_SECRET_KEY",
        "CONNECT_JWT_KEY",
        "CONNECT_JWT_COOKIE",
        "CONNECT_JWT_ISSUER",
        "CONNECT_TRUSTED_PROXIES",
        "CONNECT_DATABASE_URL",
        "WAYCORE_API_KEY",
        "WAYCORE_WEBHOOK_SECRET",
        "WAYCORE_WEBHOOK_SECRET_FILE",
    ] {
        for blank in [" ", "\t\n"] {
            refused(name, blank, &format!("{name} {BLANK}"));
        }
    }
}

#[test]
fn a_secret_can_come_from_a_file() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "\u{feff}from-a-file\r").unwrap();
    let path = file.path().to_str().unwrap();
    let settings = read(&[("WAYCORE_API_KEY", ""), ("WAYCORE_API_KEY_FILE", path)]).unwrap();
    assert_eq!(settings.mount.waycore.api_key.expose_secret(), "from-a-file");
    for name in ["WAYCORE_API_KEY", "WAYCORE_WEBHOOK_SECRET", "CONNECT_JWT_KEY", "CONNECT_SECRET_KEY"] {
        refused(name, path, &format!("{name} is the path of a file: set {name}_FILE to it."));
    }
    // Bytes that were no text, as the environment's are read.
    refused("WAYCORE_API_KEY", "way_\u{fffd}", "WAYCORE_API_KEY is not UTF-8 text.");
    refused(
        "WAYCORE_API_KEY_FILE",
        path,
        "WAYCORE_API_KEY and WAYCORE_API_KEY_FILE are both set: keep one of them.",
    );
}

#[test]
fn a_secret_file_must_hold_something() {
    let missing = read(&[("WAYCORE_API_KEY", ""), ("WAYCORE_API_KEY_FILE", "no/such/file")]);
    let missing = missing.map(|_| ()).unwrap_err().to_string();
    assert!(missing.starts_with("WAYCORE_API_KEY_FILE names a file that cannot be read: "), "{missing}");
    let empty = tempfile::NamedTempFile::new().unwrap();
    let empty = read(&[("WAYCORE_API_KEY", ""), ("WAYCORE_API_KEY_FILE", empty.path().to_str().unwrap())]);
    assert_eq!(empty.map(|_| ()).unwrap_err().to_string(), "WAYCORE_API_KEY_FILE names an empty file.");
}

#[test]
fn a_webhook_secret_that_is_being_replaced_counts_beside_its_successor() {
    let secrets = |changes: &[(&str, &str)]| {
        let secrets = read(changes).unwrap().mount.webhook_secrets;
        secrets.iter().map(|secret| secret.expose_secret().to_owned()).collect::<Vec<_>>()
    };
    for (text, expected) in [
        ("", &[][..]),
        ("whsec_one", &["whsec_one"]),
        ("whsec_new,whsec_old", &["whsec_new", "whsec_old"]),
        (" whsec_new , whsec_old ", &["whsec_new", "whsec_old"]),
    ] {
        assert_eq!(secrets(&[("WAYCORE_WEBHOOK_SECRET", text)]), expected, "{text:?}");
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "whsec_new,whsec_old").unwrap();
    let path = file.path().to_str().unwrap();
    assert_eq!(secrets(&[("WAYCORE_WEBHOOK_SECRET_FILE", path)]), ["whsec_new", "whsec_old"]);
}

#[test]
fn the_guides_are_those_of_the_file() {
    let text = "first-bank = \"https://docs.waycore.com/first\"";
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{text}").unwrap();
    let settings = read(&[("CONNECT_GUIDES_FILE", file.path().to_str().unwrap())]).unwrap();
    assert_eq!(settings.mount.guides, Guides::parse(text).unwrap());
    assert_eq!(read(&[]).unwrap().mount.guides, Guides::default());
    let missing = read(&[("CONNECT_GUIDES_FILE", "no/such/file")]).map(|_| ()).unwrap_err().to_string();
    assert!(missing.starts_with("CONNECT_GUIDES_FILE names a file that cannot be read: "), "{missing}");
    writeln!(file, "second-bank = \"http://docs.waycore.com/second\"").unwrap();
    refused(
        "CONNECT_GUIDES_FILE",
        file.path().to_str().unwrap(),
        "CONNECT_GUIDES_FILE has for second-bank what is no https address.",
    );
}

#[test]
fn no_secret_shows_in_debug() {
    let text = format!("{:?}", read(&[("CONNECT_SECRET_KEY", &format!("{SECRET},{SECRET}"))]).unwrap());
    for secret in [SECRET, "way_test_k_s", TOKEN_KEY] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn the_keys_of_tokens_are_a_secret_a_public_key_or_a_key_set() {
    let fixed = |settings: ServeSettings| match settings.token.keys {
        TokenKeys::Fixed(key) => key.algorithm(),
        TokenKeys::Set(..) => panic!("a fixed key"),
    };
    assert_eq!(fixed(read(&[]).unwrap()), TokenAlgorithm::Hs256);
    assert_eq!(fixed(read(&[("CONNECT_JWT_ALGORITHMS", "HS256")]).unwrap()), TokenAlgorithm::Hs256);
    assert_eq!(
        fixed(read(&[("CONNECT_JWT_KEY", &HostKey::rsa().public_pem)]).unwrap()),
        TokenAlgorithm::Rs256
    );
    assert_eq!(
        fixed(read(&[("CONNECT_JWT_KEY", &HostKey::ec().public_pem)]).unwrap()),
        TokenAlgorithm::Es256
    );

    let set = |changes: &[(&str, &str)]| {
        let all =
            [&[("CONNECT_JWT_KEY", ""), ("CONNECT_JWT_JWKS_URL", "https://host.example.com/k")], changes]
                .concat();
        read(&all).map(|settings| match settings.token.keys {
            TokenKeys::Set(_, algorithms) => algorithms,
            TokenKeys::Fixed(_) => panic!("a key set"),
        })
    };
    assert_eq!(set(&[]).unwrap(), [TokenAlgorithm::Rs256, TokenAlgorithm::Es256]);
    assert_eq!(set(&[("CONNECT_JWT_ALGORITHMS", "ES256")]).unwrap(), [TokenAlgorithm::Es256]);
    let refusals = [
        (
            "CONNECT_JWT_JWKS_URL",
            "http://host.example.com/k",
            "must be https, or http on a loopback address.",
        ),
        (
            "CONNECT_JWT_JWKS_URL",
            "https://me@host.example.com/k",
            "must not contain a user name or a password.",
        ),
        ("CONNECT_JWT_ALGORITHMS", "HS256", "names HS256, which no key set can hold a key of: it is public."),
    ];
    for (name, value, what) in refusals {
        assert_eq!(set(&[(name, value)]).unwrap_err().to_string(), format!("{name} {what}"));
    }
    assert!(set(&[("CONNECT_JWT_JWKS_URL", "http://127.0.0.1:9/k")]).is_ok());
}
