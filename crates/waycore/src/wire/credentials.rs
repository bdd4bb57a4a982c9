//! What the bank issued for the delegated user, on its way to Waycore (documents: onboarding flow,
//! ref/connections/update-connection-credentials).

use std::fmt;

use domain::credentials::NonEmptyCredentials;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

/// Body of `PUT /v1/connections/{id}/credentials`. Only filled fields are sent.
///
/// It is write-only: no answer carries it, and its `Debug` names which fields are there and nothing else.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_customer_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "expose")]
    pub password: Option<SecretString>,
}

impl From<&NonEmptyCredentials> for Credentials {
    fn from(filled: &NonEmptyCredentials) -> Self {
        Self {
            bank_username: filled.bank_username().map(str::to_owned),
            bank_customer_id: filled.bank_customer_id().map(str::to_owned),
            password: filled.password().map(|password| password.expose().into()),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("bank_username", &self.bank_username.is_some())
            .field("bank_customer_id", &self.bank_customer_id.is_some())
            .field("password", &self.password.is_some())
            .finish()
    }
}

/// The one place where the password becomes text again: the request's body.
fn expose<S: Serializer>(password: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    match password {
        Some(password) => serializer.serialize_str(password.expose_secret()),
        None => serializer.serialize_none(),
    }
}
