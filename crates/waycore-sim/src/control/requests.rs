//! The journal of what was asked.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{
    Simulator,
    api::{error::ApiError, params::Params},
    journal::Subject,
};

/// In the order of arrival; without a filter those of all organizations and of nobody.
pub(crate) async fn list(
    State(simulator): State<Simulator>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let params = params.only(&["organizationId", "entityId", "connectionId"])?;
    let wanted = |name| params.get(name).map(str::to_owned);
    let filter = Subject {
        organization_id: wanted("organizationId"),
        entity_id: wanted("entityId"),
        connection_id: wanted("connectionId"),
    };
    Ok(Json(json!({ "data": simulator.shared.world().journal.find(&filter) })))
}
