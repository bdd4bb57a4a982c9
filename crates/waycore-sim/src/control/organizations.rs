//! Organizations: worlds of their own, so that parallel tests never meet.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    OrganizationKeys, Simulator, add_organization, all_scopes,
    api::{error::ApiError, params::JsonBody},
    ids,
    world::organization::{Environment, Organization},
};

/// Everything but environment and scopes is for calls that come with webhooks, the simulated bank and sync;
/// it is taken so that a test can already be written for them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    #[serde(default)]
    environment: Environment,
    #[serde(default = "all_scopes")]
    scopes: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    organization_id: String,
    api_key: String,
    webhook_secret: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    #[serde(flatten)]
    keys: Keys,
    environment: Environment,
    scopes: &'a [String],
}

pub(crate) async fn create(
    State(simulator): State<Simulator>,
    JsonBody(create): JsonBody<Create>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let real = simulator.shared.real_time();
    let mut world = simulator.shared.world();
    let keys = add_organization(&mut world, &ids::organization(), create.environment, create.scopes, real);
    Ok((StatusCode::CREATED, Json(json!(Keys::from(keys)))))
}

/// With the keys: whoever can reach the control API can do anything here already.
pub(crate) async fn list(State(simulator): State<Simulator>) -> Json<Value> {
    let world = simulator.shared.world();
    let listed = world.residents().map(|resident| Listed::from(&resident.organization));
    Json(json!({ "data": listed.collect::<Vec<_>>() }))
}

impl From<OrganizationKeys> for Keys {
    fn from(keys: OrganizationKeys) -> Self {
        Self {
            organization_id: keys.organization_id,
            api_key: keys.api_key,
            webhook_secret: keys.webhook_secret,
        }
    }
}

impl<'a> From<&'a Organization> for Listed<'a> {
    fn from(organization: &'a Organization) -> Self {
        Self {
            keys: OrganizationKeys::of(organization).into(),
            environment: organization.environment,
            scopes: &organization.scopes,
        }
    }
}
