//! `PUT /v1/connections/{id}/sync`.

use axum::{http::StatusCode, response::Response};
use waycore::wire;

use super::{connections::answer, error::ApiError, gate::Caller, params::IdInPath};
use crate::world::connection::NoSync;

/// 202 with the connection, whose sync has begun. The documents disagree on the status of a refusal in the cooldown, so
/// the organization says which it is.
#[utoipa::path(
    put,
    path = "/v1/connections/{id}/sync",
    operation_id = "syncConnection",
    tag = "Connections",
    params(
        ("id" = String, Path),
    ),
    responses(
        (status = 202, description = "the sync has begun", body = wire::Connection),
    ),
)]
pub(crate) async fn sync(caller: Caller, IdInPath(id): IdInPath) -> Result<Response, ApiError> {
    caller.within("connections:write", |desk| {
        let connection = desk.books.connections.get_mut(&id).ok_or_else(ApiError::not_found)?;
        match connection.ask_for_sync(desk.now) {
            Ok(()) => Ok(answer(StatusCode::ACCEPTED, connection, desk.now)),
            Err(NoSync::InSetup) => Err(ApiError::conflict("the connection is still in setup")),
            Err(NoSync::Running) => Err(ApiError::conflict("a sync is running already")),
            Err(NoSync::NotActive) => Err(ApiError::conflict("the connection does not sync in its state")),
            Err(NoSync::Cooldown { until }) => {
                let message = "the last sync was less than 45 minutes ago";
                let refusal = match desk.settings.cooldown_status {
                    409 => ApiError::conflict(message),
                    _ => ApiError::rate_limited(message),
                };
                Err(refusal.retry_after(desk.seconds_until(until)))
            }
        }
    })
}
