//! The virtual clocks.

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::{Value, json};
use waycore::wire::DateTime;

use super::known;
use crate::{
    Simulator,
    api::{
        error::ApiError,
        params::{JsonBody, Params},
    },
    clock::{Advance, RealTime, Speed},
    world::{Resident, World},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Set {
    organization_id: Option<String>,
    advance_seconds: Option<f64>,
    speed: Option<f64>,
}

pub(crate) async fn read(
    State(simulator): State<Simulator>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let params = params.only(&["organizationId"])?;
    shown(&simulator.shared.world(), params.get("organizationId"), simulator.shared.real_time())
}

pub(crate) async fn set(
    State(simulator): State<Simulator>,
    JsonBody(set): JsonBody<Set>,
) -> Result<Json<Value>, ApiError> {
    let advance = set.advance_seconds.map(Advance::parse).transpose()?;
    let speed = set.speed.map(Speed::parse).transpose()?;
    if advance.is_none() && speed.is_none() {
        return Err(ApiError::invalid("advanceSeconds or speed is needed"));
    }
    let real = simulator.shared.real_time();
    let mut world = simulator.shared.world();
    let organization_id = known(&world, set.organization_id.as_deref())?;
    world.set_clocks(organization_id, advance, speed, real);
    shown(&world, organization_id, real)
}

/// One clock, or all.
fn shown(world: &World, organization_id: Option<&str>, real: RealTime) -> Result<Json<Value>, ApiError> {
    let clock = |resident: &Resident| {
        json!({
            "organizationId": resident.organization.id,
            "now": DateTime::from_millis(resident.clock.now(real)),
            "speed": resident.clock.speed().as_f64(),
        })
    };
    match organization_id {
        Some(id) => world
            .resident(id)
            .map(|resident| Json(clock(resident)))
            .ok_or_else(|| ApiError::unknown_id("organizationId")),
        None => Ok(Json(json!({ "data": world.residents().map(clock).collect::<Vec<_>>() }))),
    }
}
