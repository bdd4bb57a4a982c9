//! `/_sim`: what a test or a person does to the simulated world.

mod clock;
mod connections;
mod faults;
mod organizations;
mod requests;
mod reset;
pub(crate) mod webhooks;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request, State},
    http::Method,
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::{any, get, post},
};
use serde_json::{Value, json};

use crate::{
    Simulator,
    api::error::{ApiError, no_such_path},
    world::World,
};

/// A fault can answer with more than a client will read.
pub(crate) const LARGEST_BODY: usize = 16 * 1_024 * 1_024;

pub(crate) fn router(simulator: Simulator) -> Router {
    Router::new()
        .route("/_sim/organizations", get(organizations::list).post(organizations::create))
        .route("/_sim/clock", get(clock::read).post(clock::set))
        .route("/_sim/connections/{id}", post(connections::put))
        .route("/_sim/requests", get(requests::list))
        .route("/_sim/webhooks", get(webhooks::list).post(webhooks::send))
        .route("/_sim/reset", post(reset::reset))
        .route("/_sim/faults", post(faults::add).delete(faults::remove))
        .route("/_sim/{*path}", any(no_such_path))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(from_fn_with_state(simulator.clone(), keep))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(simulator)
}

async fn keep(State(simulator): State<Simulator>, request: Request, next: Next) -> Response {
    let changes = request.method() != Method::GET;
    let answer = next.run(request).await;
    if changes {
        simulator.changed().await;
    }
    answer
}

/// An organization that is named must exist; a typing mistake must not mean "all".
fn known<'a>(world: &World, organization_id: Option<&'a str>) -> Result<Option<&'a str>, ApiError> {
    match organization_id {
        Some(id) if world.resident(id).is_none() => Err(ApiError::unknown_id("organizationId")),
        other => Ok(other),
    }
}

/// The answer of a call that has nothing to say.
fn done() -> Json<Value> {
    Json(json!({}))
}
