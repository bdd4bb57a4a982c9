//! Failures as the simulator answers them, and the request id that every answer belongs to.

use axum::{
    Json, Router,
    extract::Request,
    http::{HeaderValue, StatusCode, Uri, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    catalog::portal::PortalError,
    clock::ClockError,
    faults::RuleError,
    ids,
    world::{connection::WrongStage, overrides::NoInstruction},
};

/// A refusal. Its body is written by [`with_request_ids`], which knows the request's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// Real seconds.
    retry_after: Option<u64>,
}

/// The id of the request under way.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// What every refusal says.
#[derive(Serialize, ToSchema)]
#[schema(as = Refusal)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body<'a> {
    /// For programs.
    code: &'a str,
    /// For developers.
    message: &'a str,
    request_id: &'a str,
}

impl ApiError {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", message)
    }

    pub(crate) fn invalid_institution() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_institution",
            "there is no institution with this institutionId",
        )
    }

    pub(crate) fn invalid_portal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_portal_url", message)
    }

    pub(crate) fn invalid_cursor() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_cursor", "the cursor does not belong to this query")
    }

    pub(crate) fn cursor_expired() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "cursor_expired",
            "the cursor is older than 90 days: begin again without one",
        )
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "a valid API key is needed: Authorization: Bearer <key>",
        )
    }

    pub(crate) fn scope_missing(scope: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", format!("the key lacks the scope {scope}"))
    }

    /// The same for what does not exist and for what another organization owns.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "not found, or not visible to this key")
    }

    /// For the control API, which hides nothing: no object has the id that this field gives.
    pub(crate) fn unknown_id(field: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("{field}: there is nothing with this id"))
    }

    /// Told apart from a missing object: a client with a wrong base URL would look for what it has just made.
    pub(crate) fn no_such_path(path: &str) -> Self {
        let is_in_api = path == "/v1" || path.starts_with("/v1/");
        let message =
            if is_in_api { "no such path" } else { "no such path: those of the API begin with /v1" };
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    pub(crate) fn misdirected() -> Self {
        Self::new(
            StatusCode::MISDIRECTED_REQUEST,
            "misdirected_request",
            "the simulator answers only requests to localhost or a loopback address: start it with --allow-remote to \
             reach it by another host",
        )
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path does not take this method")
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", message)
    }

    pub(crate) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is too large")
    }

    pub(crate) fn rate_limited(message: impl Into<String>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message)
    }

    pub(crate) fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "server_error",
            "this bank cannot be connected at the moment",
        )
    }

    /// With a `Retry-After` of so many real seconds.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// What a fault answers when its rule names no body.
    pub(crate) fn fault(status: StatusCode) -> Self {
        let code = match status.as_u16() {
            400 => "invalid_request",
            401 => "unauthorized",
            403 => "forbidden",
            404 => "not_found",
            409 => "conflict",
            429 => "rate_limited",
            500..=599 => "server_error",
            _ => "fault",
        };
        Self::new(status, code, "a fault of the simulator's, made on demand")
    }

    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }
}

impl From<PortalError> for ApiError {
    fn from(error: PortalError) -> Self {
        Self::invalid_portal(error.to_string())
    }
}

impl From<WrongStage> for ApiError {
    fn from(_: WrongStage) -> Self {
        Self::conflict("the connection's state does not allow this")
    }
}

impl From<ClockError> for ApiError {
    fn from(error: ClockError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<RuleError> for ApiError {
    fn from(error: RuleError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<NoInstruction> for ApiError {
    fn from(error: NoInstruction) -> Self {
        Self::invalid(error.to_string())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every request an id, and every refusal its body.
pub(crate) fn with_request_ids(router: Router) -> Router {
    router.layer(from_fn(identify))
}

/// Answers a request to a path that there is not.
pub(crate) async fn no_such_path(uri: Uri) -> ApiError {
    ApiError::no_such_path(uri.path())
}

async fn identify(mut request: Request, next: Next) -> Response {
    let request_id = ids::request();
    request.extensions_mut().insert(RequestId(request_id.clone()));
    written(next.run(request).await, &request_id)
}

/// A refusal with its body; any other answer as it is.
pub(crate) fn written(mut response: Response, request_id: &str) -> Response {
    let Some(error) = response.extensions_mut().remove::<ApiError>() else { return response };
    let body = Body { code: error.code, message: &error.message, request_id };
    let (parts, _) = response.into_parts();
    let mut written = (parts.status, Json(body)).into_response();
    // What was put on the refusal on its way out, such as Retry-After, stays on it.
    for (name, value) in &parts.headers {
        if !written.headers().contains_key(name) {
            written.headers_mut().insert(name.clone(), value.clone());
        }
    }
    written
}
