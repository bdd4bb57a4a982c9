//! Organizations: worlds of their own, so that parallel tests never meet.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    OrganizationKeys, Simulator, add_organization,
    api::{error::ApiError, params::JsonBody},
    ids, webhook_url,
    world::organization::{Environment, Organization, SCOPES, Settings},
};

/// Body of `POST /_sim/organizations`: the environment of `apiKey`, and the settings.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Create {
    #[serde(default)]
    environment: Environment,
    scopes: Option<Vec<String>>,
    #[serde(default)]
    require_bank_approval: bool,
    cooldown_status: Option<u16>,
    /// A registration for every event, with the organization's webhook secret.
    webhook_url: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    organization_id: String,
    api_key: String,
    other_api_key: String,
    webhook_secret: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    #[serde(flatten)]
    keys: Keys,
    environment: Environment,
    #[serde(flatten)]
    settings: &'a Settings,
}

pub(crate) async fn create(
    State(simulator): State<Simulator>,
    JsonBody(create): JsonBody<Create>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let environment = create.environment;
    let settings = create.settings(simulator.shared.allow_remote)?;
    let real = simulator.shared.real_time();
    let mut world = simulator.shared.world();
    let keys = add_organization(&mut world, &ids::organization(), environment, settings, real);
    Ok((StatusCode::CREATED, Json(json!(Keys::from(keys)))))
}

/// With the keys: whoever can reach the control API can do anything here already.
pub(crate) async fn list(State(simulator): State<Simulator>) -> Json<Value> {
    let world = simulator.shared.world();
    let listed = world.residents().map(|resident| Listed::from(&resident.organization));
    Json(json!({ "data": listed.collect::<Vec<_>>() }))
}

impl Create {
    /// Refuses what would be noticed much later: an unknown scope as a 403, a wrong address as a delivery that fails.
    fn settings(self, allow_remote: bool) -> Result<Settings, ApiError> {
        let usual = Settings::default();
        let scopes = self.scopes.unwrap_or(usual.scopes);
        if let Some(unknown) = scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str())) {
            return Err(ApiError::invalid(format!("scopes: there is no scope {unknown:?}")));
        }
        let cooldown_status = self.cooldown_status.unwrap_or(usual.cooldown_status);
        if ![409, 429].contains(&cooldown_status) {
            return Err(ApiError::invalid("cooldownStatus must be 409 or 429"));
        }
        let (require_bank_approval, webhook_url) = (self.require_bank_approval, self.webhook_url);
        if let Some(url) = &webhook_url {
            webhook_url::check(url, allow_remote)
                .map_err(|error| ApiError::invalid(format!("webhookUrl {error}")))?;
        }
        Ok(Settings { scopes, require_bank_approval, cooldown_status, webhook_url })
    }
}

impl From<OrganizationKeys> for Keys {
    fn from(keys: OrganizationKeys) -> Self {
        Self {
            organization_id: keys.organization_id,
            api_key: keys.api_key,
            other_api_key: keys.other_api_key,
            webhook_secret: keys.webhook_secret,
        }
    }
}

impl<'a> From<&'a Organization> for Listed<'a> {
    fn from(organization: &'a Organization) -> Self {
        Self {
            keys: OrganizationKeys::of(organization).into(),
            environment: organization.environment,
            settings: &organization.settings,
        }
    }
}
