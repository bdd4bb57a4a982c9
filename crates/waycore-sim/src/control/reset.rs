//! Back to the start. Keys stay valid.

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::Value;

use super::{done, known};
use crate::{
    Simulator,
    api::{error::ApiError, params::JsonBody},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Reset {
    organization_id: Option<String>,
}

pub(crate) async fn reset(
    State(simulator): State<Simulator>,
    JsonBody(reset): JsonBody<Reset>,
) -> Result<Json<Value>, ApiError> {
    let real = simulator.shared.real_time();
    let mut world = simulator.shared.world();
    let organization_id = known(&world, reset.organization_id.as_deref())?;
    world.reset(organization_id, simulator.shared.first_speed, real);
    Ok(done())
}
