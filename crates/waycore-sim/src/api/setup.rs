//! The two writes of a connection's setup. Either answers the connection as it then is.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;
use utoipa::ToSchema;
use waycore::wire;

use super::{
    connections::answer,
    error::ApiError,
    gate::Caller,
    params::{IdInPath, JsonBody},
};

/// What the bank issued. The values are looked at and dropped: nothing here could need them.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Credentials {
    #[schema(min_length = 1)]
    bank_username: Option<String>,
    #[schema(min_length = 1)]
    bank_customer_id: Option<String>,
    #[schema(min_length = 1)]
    password: Option<String>,
}

#[utoipa::path(
    put,
    path = "/v1/connections/{id}/credentials",
    operation_id = "putCredentials",
    tag = "Connections",
    params(
        ("id" = String, Path),
    ),
    request_body = Option<Credentials>,
    responses(
        (status = 200, description = "the connection", body = wire::Connection),
    ),
)]
pub(crate) async fn credentials(
    caller: Caller,
    IdInPath(id): IdInPath,
    JsonBody(credentials): JsonBody<Credentials>,
) -> Result<Response, ApiError> {
    let given = [
        ("bankUsername", credentials.bank_username),
        ("bankCustomerId", credentials.bank_customer_id),
        ("password", credentials.password),
    ];
    let any = given.iter().any(|(_, value)| value.is_some());
    if let Some((name, _)) = given.iter().find(|(_, value)| value.as_deref() == Some("")) {
        return Err(ApiError::invalid(format!("{name} must not be empty: leave it out")));
    }
    caller.within("connections:write", |desk| {
        let now = desk.now;
        let connection = desk.books.connections.get_mut(&id).ok_or_else(ApiError::not_found)?;
        if any {
            connection.take_credentials(now)?;
        }
        Ok(answer(StatusCode::OK, connection, now))
    })
}

#[utoipa::path(
    put,
    path = "/v1/connections/{id}/setupCompletion",
    operation_id = "completeSetup",
    tag = "Connections",
    params(
        ("id" = String, Path),
    ),
    responses(
        (status = 200, description = "the connection", body = wire::Connection),
    ),
)]
pub(crate) async fn completion(caller: Caller, IdInPath(id): IdInPath) -> Result<Response, ApiError> {
    caller.within("connections:write", |desk| {
        let now = desk.now;
        let connection = desk.books.connections.get_mut(&id).ok_or_else(ApiError::not_found)?;
        connection.complete_setup(now)?;
        Ok(answer(StatusCode::OK, connection, now))
    })
}
