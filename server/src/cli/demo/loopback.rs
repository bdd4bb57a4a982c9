//! Keeps a demo to this machine.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

const REFUSAL: &str = "The demo answers only requests to localhost or a loopback address. Start it with --allow-remote to \
                       reach it by another host.\n";

/// Refuses requests that name another host: its sign-in believes everybody, so no other site may pass for it.
pub(super) fn only(router: Router) -> Router {
    router.layer(from_fn(check))
}

async fn check(request: Request, next: Next) -> Response {
    if waycore_sim::names_only_loopback(request.uri(), request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::MISDIRECTED_REQUEST, REFUSAL).into_response()
    }
}
