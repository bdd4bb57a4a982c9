//! A request that takes too long is answered in words, like one that broke.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use tokio::time::timeout;

use crate::startup::AppState;
use crate::web;

/// Longer than all the calls to Waycore that one request may wait for: the client's own limits end each of them first.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Middleware: answers a request that took too long, the one for a page with a page. A change that was begun goes on.
pub(crate) async fn answered(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let asked = parts.clone();
    match timeout(LIMIT, next.run(Request::from_parts(parts, body))).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("request took too long");
            let mut response = web::broken(&state, asked).await;
            *response.status_mut() = StatusCode::GATEWAY_TIMEOUT;
            response
        }
    }
}
