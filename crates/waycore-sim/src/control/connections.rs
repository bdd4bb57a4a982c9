//! Puts a connection into any state, documented or not.

use axum::{Json, extract::State};
use waycore::wire;

use crate::{
    Simulator,
    api::{
        error::ApiError,
        params::{IdInPath, JsonBody},
    },
    world::overrides::Patch,
};

/// Answers the connection as its organization now sees it. Ids are unique over all organizations.
pub(crate) async fn put(
    State(simulator): State<Simulator>,
    IdInPath(id): IdInPath,
    JsonBody(patch): JsonBody<Patch>,
) -> Result<Json<wire::Connection>, ApiError> {
    let real = simulator.shared.real_time();
    let mut world = simulator.shared.world();
    let resident = world.owner_of_connection(&id).ok_or_else(ApiError::not_found)?;
    let now = resident.clock.now(real);
    let books = resident.organization.books_with(&id).ok_or_else(ApiError::not_found)?;
    let connection = books.connections.get_mut(&id).ok_or_else(ApiError::not_found)?;
    patch.apply(connection, now)?;
    Ok(Json(connection.body(now)))
}
