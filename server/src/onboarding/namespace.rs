//! Whose an entity at Waycore is. Several deployments can share one Waycore organization.
//!
//! An `externalEntityId` is `NAMESPACE:ORG`. A namespace has no colon of its own, so the first colon ends it. The
//! entity's metadata holds a digest of the issuer and the namespace: an entity with another digest belongs to another
//! deployment, whatever its external id is.

use app::backend::Customer;
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};
use waycore::wire::{Entity, Metadata};

/// The field of an entity's metadata that holds the digest.
const OWNER: &str = "waycoreConnectOwner";

/// How much of the deployment's host a default namespace shows. It is for people who look at Waycore's console.
const MAX_HOST_CHARS: usize = 60;

/// Begins every `externalEntityId` of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityNamespace(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// `CONNECT_ENTITY_NAMESPACE`.
    Chosen(String),
    /// Made of the public address that the deployment had at its first start.
    Default {
        address: String,
        /// What earlier versions used: the host alone. It begins external ids, and says too little to prove an owner.
        former: Option<String>,
    },
}

/// Who made an entity, by its metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// This deployment, for the same issuer.
    This,
    /// Another deployment, or this one for another issuer.
    Another,
    /// Nobody says so: it is older than the digest, or was made by something else.
    Unknown,
}

impl EntityNamespace {
    /// Takes the namespace from a setting.
    pub fn chosen(namespace: impl Into<String>) -> Self {
        Self(Kind::Chosen(namespace.into()))
    }

    /// Makes a namespace of the deployment's address; `former` is what an earlier version used in the same database.
    pub fn default_of(address: impl Into<String>, former: Option<String>) -> Self {
        Self(Kind::Default { address: address.into(), former })
    }

    /// Whether no setting chose it.
    pub fn is_default(&self) -> bool {
        matches!(self.0, Kind::Default { .. })
    }

    /// Whether an earlier version chose it, by the host alone.
    pub fn is_former(&self) -> bool {
        matches!(self.0, Kind::Default { former: Some(_), .. })
    }

    /// Returns what begins the external ids of an issuer's customers.
    pub fn text(&self, issuer: &str) -> String {
        match &self.0 {
            // `%` as well, so that no two namespaces are written alike.
            Kind::Chosen(namespace) => namespace.replace('%', "%25").replace(':', "%3A"),
            Kind::Default { former: Some(host), .. } => host.clone(),
            Kind::Default { address, former: None } => default_text(address, issuer),
        }
    }

    /// Returns the external id of a customer's entity.
    pub(super) fn external_id(&self, customer: &Customer) -> String {
        [self.text(&customer.issuer).as_str(), &customer.org].join(":")
    }

    /// Returns the metadata of a new entity.
    pub(super) fn metadata(&self, issuer: &str) -> Metadata {
        [(OWNER.to_owned(), Value::String(self.digest(issuer)))].into_iter().collect()
    }

    /// Reads an entity's metadata. What is there and cannot be a digest is another's.
    pub(super) fn owner(&self, issuer: &str, entity: &Entity) -> Owner {
        match entity.metadata.get(OWNER) {
            None => Owner::Unknown,
            Some(Value::String(digest)) if *digest == self.digest(issuer) => Owner::This,
            Some(_) => Owner::Another,
        }
    }

    fn digest(&self, issuer: &str) -> String {
        let namespace = match &self.0 {
            Kind::Chosen(namespace) => namespace.clone(),
            Kind::Default { address, .. } => default_text(address, issuer),
        };
        hex(digest(&SHA256, json!(["waycore-connect owner", issuer, namespace]).to_string().as_bytes())
            .as_ref())
    }
}

/// The host for people, and a hash of everything that tells two deployments apart.
fn default_text(address: &str, issuer: &str) -> String {
    let (_, authority) = address.split_once("://").unwrap_or(("", address));
    let is_plain = |character: &char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-');
    let host: String = authority.chars().take_while(is_plain).take(MAX_HOST_CHARS).collect();
    let hash = digest(&SHA256, json!(["waycore-connect namespace", address, issuer]).to_string().as_bytes());
    let (identifying, _) = hash.as_ref().split_at(16);
    [host.as_str(), &hex(identifying)].join("-")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn customer(issuer: &str, org: &str) -> Customer {
        Customer { issuer: issuer.to_owned(), org: org.to_owned() }
    }

    fn entity(metadata: Value) -> Entity {
        let body = json!({
            "entityId": "ent_1", "externalEntityId": "x", "isDefaultOrgEntity": false, "metadata": metadata,
            "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
        });
        serde_json::from_value(body).unwrap()
    }

    const ISSUER: &str = "https://app.example.com";

    #[test]
    fn no_two_deployments_name_a_customer_alike() {
        let of = |address: &str| EntityNamespace::default_of(address, None);
        let deployments = [
            (of("https://app.example.com"), ISSUER),
            (of("https://app.example.com/us"), ISSUER),
            (of("https://app.example.com/eu"), ISSUER),
            (of("https://app.example.com:8443/us"), ISSUER),
            (of("https://app.example.com/us"), "https://other.example.com"),
            (of("https://app.example.com/us/eu"), ISSUER),
            (of("http://[::1]:3000"), ISSUER),
            (of("http://[::1]:3001"), ISSUER),
            (EntityNamespace::chosen("a"), ISSUER),
            (EntityNamespace::chosen("a:b"), ISSUER),
            (EntityNamespace::chosen("a%3Ab"), ISSUER),
            (EntityNamespace::chosen("a%253Ab"), ISSUER),
            (EntityNamespace::chosen("app.example.com"), ISSUER),
        ];
        let orgs = ["42", "b:42", "42:", ":42", "b:c", "c", "%3Ab:c", "a:b:c"];
        let all = deployments
            .iter()
            .flat_map(|(namespace, issuer)| orgs.map(|org| namespace.external_id(&customer(issuer, org))));
        let all: Vec<String> = all.collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len(), "{all:?}");
        let namespaces = deployments.iter().map(|(namespace, issuer)| namespace.text(issuer));
        assert!(namespaces.clone().all(|text| !text.contains(':')), "{:?}", namespaces.collect::<Vec<_>>());
    }

    #[test]
    fn a_former_namespace_names_entities_and_proves_nothing() {
        let of = |path: &str| {
            let address = ["https://app.example.com", path].concat();
            EntityNamespace::default_of(address, Some("app.example.com".to_owned()))
        };
        let (us, eu) = (of("/us"), of("/eu"));
        assert_eq!(us.external_id(&customer(ISSUER, "42")), "app.example.com:42");
        let made = entity(Value::Object(us.metadata(ISSUER)));
        assert_eq!(us.owner(ISSUER, &made), Owner::This);
        assert_eq!(eu.owner(ISSUER, &made), Owner::Another);
    }

    #[test]
    fn only_the_digest_of_the_same_issuer_and_namespace_is_believed() {
        let here = EntityNamespace::chosen("a");
        let digest = here.digest(ISSUER);
        let cases = [
            (json!({}), Owner::Unknown),
            (Value::Null, Owner::Unknown),
            (json!({ "another": "field" }), Owner::Unknown),
            (json!({ OWNER: digest.clone() }), Owner::This),
            (json!({ OWNER: digest.clone(), "another": 1 }), Owner::This),
            (json!({ OWNER: digest.to_uppercase() }), Owner::Another),
            (json!({ OWNER: format!("{digest} ") }), Owner::Another),
            (json!({ OWNER: "" }), Owner::Another),
            (json!({ OWNER: null }), Owner::Another),
            (json!({ OWNER: 1 }), Owner::Another),
            (json!({ OWNER: [digest.clone()] }), Owner::Another),
            (Value::Object(here.metadata("https://other.example.com")), Owner::Another),
            (Value::Object(EntityNamespace::chosen("b").metadata(ISSUER)), Owner::Another),
        ];
        for (metadata, owner) in cases {
            assert_eq!(here.owner(ISSUER, &entity(metadata.clone())), owner, "{metadata}");
        }
    }

    #[test]
    fn a_default_can_be_set_as_it_is() {
        let default = EntityNamespace::default_of("https://app.example.com/us", None);
        let chosen = EntityNamespace::chosen(default.text(ISSUER));
        assert_eq!(chosen.external_id(&customer(ISSUER, "42")), default.external_id(&customer(ISSUER, "42")));
        assert_eq!(chosen.digest(ISSUER), default.digest(ISSUER));
        assert!(default.text(ISSUER).starts_with("app.example.com-"), "{}", default.text(ISSUER));
        assert!(default.text(ISSUER).len() <= 100, "the setting takes it");
    }
}
