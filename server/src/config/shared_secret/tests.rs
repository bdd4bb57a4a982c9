//! Secrets that are taken, and texts that look like secrets and are none.

use base64::engine::general_purpose::{STANDARD as WITH_PADDING, URL_SAFE_NO_PAD};
use serde_json::json;

use super::*;
use crate::identity::token::test_keys::HostKey;

/// The public half of a key pair, made for this test.
const SSH_RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7vbqajDw4o6gJy8UtmIbkcpnkO3Kwc4qsEnSZp/TR+fQi62F79RHWmwKOtFmwteURLbX/WWaaL1GvZ2mfrmnTqXnmiBVq9Qi1v7nr0AoPcqgFXxNXbg8kMQvyI6Y4v8jYVkqhVwVBZ3r6X3u0oVtXQHQ2sVnTfcZ2mbjm4gXk5w== ana@example";
const SSH_ED25519: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGVqWk6cZbR3gqhSNN3mFUlGmXfZ1sXkO0Y8k8y0m9Qz ana@example";
const SSH_ECDSA: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHk1";

fn der(pem: &str) -> Vec<u8> {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    WITH_PADDING.decode(base64).unwrap()
}

fn hex(bytes: &[u8], between: &str) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(between)
}

fn in_address(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[test]
fn a_text_that_can_be_guessed_is_no_secret() {
    for (text, expected) in [
        ("changeme", Err(Unfit::Short)),
        ("", Err(Unfit::Short)),
        (&"k".repeat(31), Err(Unfit::Short)),
        ("0123456789abcdefghijklmnopqrstu", Err(Unfit::Short)),
        // Characters of two bytes count as two.
        ("áéíóúñüçâêîôûäëï", Ok(())),
        ("0123456789abcdefghijklmnopqrstuv", Ok(())),
        ("shared between the host and the server", Ok(())),
        (&"k".repeat(64), Err(Unfit::Repetitive)),
        (&"changeme".repeat(8), Err(Unfit::Repetitive)),
        (&"secret".repeat(8), Err(Unfit::Repetitive)),
        (&"0".repeat(64), Err(Unfit::Repetitive)),
        (&"0123456789abcdef".repeat(2), Err(Unfit::Repetitive)),
        ("change-me-now!change-me-now!change", Err(Unfit::Repetitive)),
    ] {
        assert_eq!(check(text), expected, "{text}");
    }
}

#[test]
fn a_file_of_very_many_der_values_is_judged_too() {
    let sequences = b"\x30\x02\x02\x00".repeat(500_000);
    assert!(is_der(&sequences));
    assert!(!is_der(&[&sequences[..], b"\x30"].concat()));
    assert!(!is_der(&[]));
}

#[test]
fn random_secrets_are_taken_however_they_are_written() {
    // The same ones each time: a few of all random texts are keys by chance.
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..200 {
        for length in [32, 33, 44, 48, 64, 65, 97] {
            let mut bytes = vec![0; length];
            random.fill(&mut bytes);
            // Points of curves begin with this one.
            bytes[0] = if random.bool() { 0x04 } else { bytes[0] };
            let base64 = WITH_PADDING.encode(&bytes);
            for text in [
                hex(&bytes, ""),
                hex(&bytes, ":"),
                format!("0x{}", hex(&bytes, "")),
                URL_SAFE_NO_PAD.encode(&bytes),
                format!("base64:{base64}"),
                format!("{base64};"),
                base64,
            ] {
                assert_eq!(check(&text), Ok(()), "{text}");
            }
            // As password managers make them.
            let printable: String = bytes.iter().map(|byte| char::from(b'!' + byte % 94)).collect();
            assert_eq!(check(&printable), Ok(()), "{printable}");
        }
    }
    for text in [
        "{7#kd9[0aLq!zP4xW_v8-Nf2+Rt6=Yb3}",
        "[a;b,c.d:e/f?g|h~i!j@k#l$m%n^o&p]",
        "ssh-agents know the way to the house",
        "tricky things: kty is not a member here",
        "50% of all/this.is random, or so I hope",
        "/Zm9vL2Jhcg+abc/defGhijkLmnop123456789AB",
        "correct.horse.battery.staple.and.more",
        "a pass phrase - beginning with a dash",
        "beginning to see the light, -- and the end",
    ] {
        assert_eq!(check(text), Ok(()), "{text}");
    }
}

#[test]
fn a_key_that_everybody_may_know_is_no_secret_in_any_form() {
    let mut texts = vec![
        SSH_RSA.to_owned(),
        SSH_ED25519.to_owned(),
        SSH_ECDSA.to_owned(),
        format!("from=\"10.0.0.1\" {SSH_ED25519}"),
        SSH_ED25519.split(' ').nth(1).unwrap().to_owned(),
        "---- BEGIN SSH2 PUBLIC KEY ----\nAAAAB3NzaC1yc2E\n---- END SSH2 PUBLIC KEY ----".to_owned(),
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBF\n-----END PGP PUBLIC KEY BLOCK-----".to_owned(),
        "<RSAKeyValue><Modulus>u7G6mow8OKOoCcvFLZiG5HKZ5DtysHOK</Modulus></RSAKeyValue>".to_owned(),
        "https://host.example.com/.well-known/jwks.json".to_owned(),
        "HTTPS://host.example.com/.well-known/jwks.json".to_owned(),
        "url=https://host.example.com/.well-known/jwks.json".to_owned(),
        "idp.example.com/.well-known/jwks.json".to_owned(),
        "IDP.example.com:8443/realms/main/protocol/certs?kid=1".to_owned(),
        "/etc/app/jwt_key_public.pem".to_owned(),
        "/ETC/APP/JWT_KEY_PUBLIC.PEM".to_owned(),
        "/run/secrets/connectjwtkeyofthehost".to_owned(),
        "./secrets/keys-of-the-host/jwt-public".to_owned(),
        "secrets/keys-of-the-host/public.key".to_owned(),
        "jwt-key-of-the-host-public-2026-11.pem".to_owned(),
        r"C:\ProgramData\App\keys\jwt_public.pem".to_owned(),
        "{'kty': 'RSA', 'n': 'u7G6mow8OKOoCcvFLZiG5HKZ5DtysHOK', 'e': 'AQAB'}".to_owned(),
        json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode([7; 32]) }).to_string(),
        json!({ "keys": [] }).to_string(),
    ];
    for key in [HostKey::rsa(), HostKey::ec(), HostKey::other_ec()] {
        let (pem, der) = (key.public_pem.clone(), der(&key.public_pem));
        let jwk = key.in_set(Some("k"));
        let spki_lines: String =
            pem.lines().filter(|line| !line.starts_with("-----")).collect::<Vec<_>>().join("\n");
        texts.extend([
            pem.clone(),
            pem.replace('\n', "\\n"),
            pem.replace('\n', "\\r\\n"),
            pem.replace(' ', "+"),
            spki_lines.replace('\n', "\\n"),
            spki_lines.replace('\n', ";"),
            format!("key: {spki_lines}"),
            // With what other programs write before and behind it.
            format!("0x{}", hex(&der, "")),
            format!("0X{}", hex(&der, "").to_uppercase()),
            format!("hex:{}", hex(&der, "")),
            format!("0x{}", hex(&der, ",0x")),
            format!("\\x{}", hex(&der, "\\x")),
            hex(&der, "-"),
            format!("base64:{}", WITH_PADDING.encode(&der)),
            format!("data:application/octet-stream;base64,{}", WITH_PADDING.encode(&der)),
            format!("{};", WITH_PADDING.encode(&der)),
            format!("{0},{0}", WITH_PADDING.encode(&der)),
            format!("{0}{0}", WITH_PADDING.encode(&der)),
            format!("public_key_{}", WITH_PADDING.encode(&der)),
            format!("b'{}'", WITH_PADDING.encode(&der)),
            WITH_PADDING.encode([&der[..], &der[..]].concat()),
            jwk.to_string().trim_matches(['{', '}']).to_owned(),
            format!("kid: k\nkty: RSA\nn: {}\n", URL_SAFE_NO_PAD.encode(&der[26..])),
            format!("n={}&kty=RSA", URL_SAFE_NO_PAD.encode(&der[26..])),
            format!("keys={}", json!({ "keys": [jwk] })),
            jwk.to_string().replace('"', "\\\""),
            in_address(&jwk.to_string()),
            in_address(&pem),
            in_address(&WITH_PADDING.encode(&der)),
            key.sign(None, &json!({ "sub": "ana", "org": "acme" })),
            format!("Bearer {}", key.sign(None, &json!({ "sub": "ana", "org": "acme" }))),
            format!("session={}", key.sign(None, &json!({ "sub": "ana", "org": "acme" }))),
            jwk.to_string(),
            serde_json::to_string_pretty(&jwk).unwrap(),
            json!({ "keys": [jwk] }).to_string(),
            json!([jwk]).to_string(),
            WITH_PADDING.encode(&der),
            URL_SAFE_NO_PAD.encode(&der),
            format!("\"{}\"", WITH_PADDING.encode(&der)),
            spki_lines,
            hex(&der, ""),
            hex(&der, ":").to_uppercase(),
            // The same again, as secrets are kept in manifests.
            WITH_PADDING.encode(&pem),
            WITH_PADDING.encode(jwk.to_string()),
            WITH_PADDING.encode(WITH_PADDING.encode(&der)),
            // Neither is the half that only the host should have shared between the two.
            key.private_pem.clone(),
            WITH_PADDING.encode(self::der(&key.private_pem)),
        ]);
    }
    // The last 65 bytes of a P-256 key are its point.
    let point = der(&HostKey::ec().public_pem).split_off(26);
    assert_eq!(point.len(), 65);
    texts.extend([hex(&point, ""), WITH_PADDING.encode(&point), URL_SAFE_NO_PAD.encode(&point)]);
    for text in texts {
        assert!(matches!(check(&text), Err(Unfit::NotSecret(_))), "{text}");
    }
}

#[test]
fn a_refusal_names_the_form() {
    let ec = HostKey::ec();
    for (text, form) in [
        (ec.in_set(None).to_string(), "a JSON Web Key"),
        (WITH_PADDING.encode(der(&ec.public_pem)), "a key or certificate in DER"),
        (SSH_ED25519.to_owned(), "a key of SSH"),
        (WITH_PADDING.encode(&ec.public_pem), "a key or certificate in PEM"),
        ("https://host.example.com/keys/of/tokens".to_owned(), "an address"),
        ("/etc/app/jwt_key_public.pem".to_owned(), "the path of a file"),
        (ec.sign(None, &json!({ "sub": "ana" })), "a token"),
    ] {
        assert_eq!(check(&text), Err(Unfit::NotSecret(form)), "{text}");
    }
}
