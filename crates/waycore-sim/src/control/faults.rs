//! Failure on demand.

use axum::{Json, extract::State, http::StatusCode};
use serde_json::Value;

use super::done;
use crate::{
    Simulator,
    api::{
        error::ApiError,
        params::{JsonBody, Params},
    },
    faults::Rule,
};

pub(crate) async fn add(
    State(simulator): State<Simulator>,
    JsonBody(rule): JsonBody<Rule>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    simulator.shared.world().faults.add(rule)?;
    Ok((StatusCode::CREATED, done()))
}

/// Those made for one organization, for one connection, or all.
pub(crate) async fn remove(
    State(simulator): State<Simulator>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let params = params.only(&["organizationId", "connectionId"])?;
    simulator.shared.world().faults.remove(params.get("organizationId"), params.get("connectionId"));
    Ok(done())
}
