//! How to reach Waycore.

use ::waycore::client::BaseUrl;
use secrecy::{ExposeSecret, SecretString};

use super::environment::Environment;
use super::reader::Reader;
use super::shared_secret;

/// Begins secrets of webhooks.
const WEBHOOK_PREFIX: &str = "whsec_";

/// Where the real Waycore is.
const BASE_URL: &str = "https://api.waycore.com/v1";

/// Waycore's address, and who this server is there.
#[derive(Debug, Clone)]
pub struct Waycore {
    /// `WAYCORE_BASE_URL`: https, or http on a loopback address.
    pub base_url: BaseUrl,
    /// `WAYCORE_API_KEY`: opaque; it names the organization.
    pub api_key: SecretString,
    /// `WAYCORE_ENVIRONMENT`: from the key's prefix, else live.
    pub environment: Environment,
    /// `CONNECT_ENTITY_NAMESPACE`: begins every `externalEntityId`, so that two products or stages on one Waycore
    /// organization never share an entity. By default the deployment's address and the issuer make it; see
    /// [`EntityNamespace`](crate::onboarding::EntityNamespace).
    pub namespace: Option<String>,
}

impl Waycore {
    pub(super) fn read_key(reader: &mut Reader<'_>) -> Option<SecretString> {
        let api_key = reader.secret("WAYCORE_API_KEY", "the key from the Waycore console")?;
        if !api_key.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()) {
            reader.problem("WAYCORE_API_KEY", "holds a space or a character that no header can carry.");
        }
        Some(api_key)
    }

    /// Outer `None`: wrong.
    pub(super) fn read_webhook_secrets(reader: &mut Reader<'_>) -> Option<Vec<SecretString>> {
        const NAME: &str = "WAYCORE_WEBHOOK_SECRET";
        if !reader.is_given(NAME) {
            return Some(Vec::new());
        }
        let text = reader.secret(NAME, "the secret that Waycore gave with the webhook")?;
        let secrets = shared_secret::list(text.expose_secret()).and_then(|secrets| {
            // A file with a secret a line would be one secret that signs nothing.
            if secrets.iter().any(|secret| secret.contains(char::is_whitespace)) {
                return Err("holds white space within a secret: separate secrets by commas.".to_owned());
            }
            if secrets.iter().any(|secret| secret.trim_start_matches(WEBHOOK_PREFIX).is_empty()) {
                return Err(format!("holds {WEBHOOK_PREFIX} with no secret behind it."));
            }
            Ok(secrets.into_iter().map(SecretString::from).collect())
        });
        secrets.map_err(|what| reader.problem(NAME, what)).ok()
    }

    /// What is wrong with secrets that Waycore gave, if somebody may guess one: whoever can, forges deliveries. It is no more
    /// than a warning, because their form is not documented.
    pub(crate) fn webhook_secrets_warning(secrets: &[SecretString]) -> Option<String> {
        let unfit = secrets.iter().find_map(|secret| {
            let random = secret.expose_secret().trim_start_matches(WEBHOOK_PREFIX);
            shared_secret::check(random).err()
        })?;
        Some(format!(
            "WAYCORE_WEBHOOK_SECRET holds {unfit}: whoever guesses it can forge deliveries. Take the secret that Waycore gave, \
             or register the webhook again"
        ))
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let api_key = Self::read_key(reader);
        let from_prefix = api_key.as_ref().and_then(|key| Environment::of_key(key.expose_secret()));
        let environment =
            reader.or("WAYCORE_ENVIRONMENT", from_prefix.unwrap_or(Environment::Live), |text| {
                Environment::parse(text).ok_or_else(|| "must be live or test.".to_owned())
            });
        let default = BaseUrl::parse(BASE_URL).ok()?;
        let base_url = reader.or("WAYCORE_BASE_URL", default, |text| {
            BaseUrl::parse(text).map_err(|error| format!("cannot be used: {error}."))
        });
        let namespace = reader.or("CONNECT_ENTITY_NAMESPACE", None, |text| {
            let short = text.chars().count() <= 100;
            match short && !text.contains(|c: char| c.is_control() || c.is_whitespace()) {
                true => Ok(Some(text.to_owned())),
                false => Err("must be at most 100 characters without spaces.".to_owned()),
            }
        });
        Some(Self {
            base_url: base_url?,
            api_key: api_key?,
            environment: environment?,
            namespace: namespace?,
        })
    }
}
