//! The documented API, `/v1`, one file per resource.

mod accounts;
mod balances;
mod connections;
mod description;
mod entities;
pub(crate) mod error;
mod fields;
pub(crate) mod gate;
mod institutions;
mod paging;
pub(crate) mod params;
mod setup;
mod stream;
mod sync;
mod transactions;
mod transfers;
mod webhooks;

use axum::{Router, middleware::from_fn_with_state, routing::any};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Simulator;
use error::{ApiError, no_such_path};
pub(crate) use transfers::Used;

/// The endpoints, and their description as OpenAPI.
pub(crate) fn router(simulator: Simulator) -> (Router, OpenApi) {
    let (router, description) = described().split_for_parts();
    let router = router
        .route("/v1", any(no_such_path))
        .route("/v1/{*path}", any(no_such_path))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(from_fn_with_state(simulator.clone(), gate::pass))
        .with_state(simulator);
    (router, description::complete(description))
}

/// Every endpoint with its description: one cannot be here without the other.
fn described() -> OpenApiRouter<Simulator> {
    OpenApiRouter::new()
        .routes(routes!(entities::list, entities::create))
        .routes(routes!(entities::get, entities::update, entities::delete))
        .routes(routes!(institutions::list))
        .routes(routes!(institutions::get))
        .routes(routes!(connections::list, connections::create))
        .routes(routes!(connections::get, connections::delete))
        .routes(routes!(setup::credentials))
        .routes(routes!(setup::completion))
        .routes(routes!(sync::sync))
        .routes(routes!(accounts::list))
        .routes(routes!(accounts::get))
        .routes(routes!(balances::list))
        .routes(routes!(transactions::list))
        .routes(routes!(stream::sync))
        .routes(routes!(transactions::get))
        .routes(routes!(transfers::list, transfers::create))
        .routes(routes!(transfers::get))
        .routes(routes!(transfers::retry))
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::get, webhooks::update, webhooks::delete))
        .routes(routes!(webhooks::test))
}
