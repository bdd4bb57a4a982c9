//! Key pairs of a host, made anew for each test.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    KeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// A private key, and its public half as hosts give it.
pub(crate) struct HostKey {
    algorithm: Algorithm,
    signing: EncodingKey,
    pub(crate) public_pem: String,
    pub(crate) private_pem: String,
}

impl HostKey {
    pub(crate) fn rsa() -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let private: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let private_pem = pem("PRIVATE KEY", private.as_ref());
        let signing = EncodingKey::from_rsa_pem(private_pem.as_bytes()).unwrap();
        Self {
            algorithm: Algorithm::RS256,
            signing,
            public_pem: pem("PUBLIC KEY", public.as_ref()),
            private_pem,
        }
    }

    pub(crate) fn ec() -> Self {
        Self::on_curve(&ECDSA_P256_SHA256_FIXED_SIGNING, Algorithm::ES256)
    }

    /// On a curve that is not taken.
    pub(crate) fn other_ec() -> Self {
        Self::on_curve(&ECDSA_P384_SHA384_FIXED_SIGNING, Algorithm::ES384)
    }

    fn on_curve(curve: &'static EcdsaSigningAlgorithm, algorithm: Algorithm) -> Self {
        let private = EcdsaKeyPair::generate_pkcs8(curve, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(curve, private.as_ref()).unwrap();
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let private_pem = pem("PRIVATE KEY", private.as_ref());
        let signing = EncodingKey::from_ec_pem(private_pem.as_bytes()).unwrap();
        Self { algorithm, signing, public_pem: pem("PUBLIC KEY", public.as_ref()), private_pem }
    }

    /// The public half as it stands in a key set.
    pub(crate) fn in_set(&self, id: Option<&str>) -> Value {
        let mut jwk = json!(Jwk::from_encoding_key(&self.signing, self.algorithm).unwrap());
        match id {
            Some(id) => jwk["kid"] = json!(id),
            None => drop(jwk.as_object_mut().unwrap().remove("kid")),
        }
        jwk
    }

    pub(crate) fn sign(&self, id: Option<&str>, claims: &Value) -> String {
        let header = Header { kid: id.map(str::to_owned), ..Header::new(self.algorithm) };
        jsonwebtoken::encode(&header, claims, &self.signing).unwrap()
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line)).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
