//! The documented API, `/v1`, one file per resource.

mod accounts;
mod balances;
mod connections;
mod entities;
pub(crate) mod error;
mod fields;
mod gate;
mod institutions;
mod paging;
pub(crate) mod params;
mod setup;
mod stream;
mod sync;
mod transactions;
mod webhooks;

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{any, get, post, put},
};

use crate::Simulator;
use error::ApiError;

pub(crate) fn router(simulator: Simulator) -> Router {
    Router::new()
        .route("/v1/entities", get(entities::list).post(entities::create))
        .route("/v1/entities/{id}", get(entities::get).patch(entities::update).delete(entities::delete))
        .route("/v1/institutions", get(institutions::list))
        .route("/v1/institutions/{id}", get(institutions::get))
        .route("/v1/connections", get(connections::list).post(connections::create))
        .route("/v1/connections/{id}", get(connections::get).delete(connections::delete))
        .route("/v1/connections/{id}/sync", put(sync::sync))
        .route("/v1/accounts", get(accounts::list))
        .route("/v1/accounts/{id}", get(accounts::get))
        .route("/v1/balances", get(balances::list))
        .route("/v1/transactions", get(transactions::list))
        .route("/v1/transactions/sync", get(stream::sync))
        .route("/v1/transactions/{id}", get(transactions::get))
        .route("/v1/connections/{id}/credentials", put(setup::credentials))
        .route("/v1/connections/{id}/setupCompletion", put(setup::completion))
        .route("/v1/webhooks", get(webhooks::list).post(webhooks::create))
        .route("/v1/webhooks/{id}", get(webhooks::get).patch(webhooks::update).delete(webhooks::delete))
        .route("/v1/webhooks/{id}/test", post(webhooks::test))
        .route("/v1", any(async || ApiError::not_found()))
        .route("/v1/{*path}", any(async || ApiError::not_found()))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(from_fn_with_state(simulator.clone(), gate::pass))
        .with_state(simulator)
}
