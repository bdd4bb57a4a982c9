//! For the host's own backend: JSON over HTTP with a token of the role `provisioner`. No browser comes here.

use app::backend::{Caller, Role};
use app::copy::pages::words;
use app::error::WireError;
use app::model::ConnectionPage;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router, routing::delete, routing::get, routing::post};
use domain::ids::{CustomerId, EntityId};
use http::{StatusCode, request::Parts};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use waycore::wire::DateTime;

use super::api::json_error;
use super::{body, scope};
use crate::startup::AppState;
use crate::store::Change;

/// Far more than an id and a name need.
const LONGEST_BODY: usize = 16 * 1024;

/// `/host/entities`, `/host/connections` and their histories.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/host/entities", post(provision))
        .route("/host/entities/{org}", delete(forget))
        .route("/host/connections", get(connections))
        .route("/host/connections/{id}/history", get(history))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Provision {
    org: CustomerId,
    name: Option<String>,
    entity_id: Option<EntityId>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    org: String,
    entity_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmed {
    confirm: String,
}

/// Whose connections are asked for.
#[derive(Deserialize)]
struct Wanted {
    org: String,
    cursor: Option<String>,
}

type WantedQuery = Result<Query<Wanted>, QueryRejection>;

async fn provision(State(state): State<AppState>, request: Request) -> Response {
    let support_code = support_code(&request);
    let answer = async {
        let (caller, wanted) = read::<Provision>(&state, request).await?;
        let org = wanted.org.to_string();
        let done = state.host.provision(&caller, wanted.org, wanted.name, wanted.entity_id).await?;
        let status = if done.new { StatusCode::CREATED } else { StatusCode::OK };
        Ok((status, Json(Entity { org, entity_id: done.entity.to_string() })).into_response())
    };
    answered(answer.await, &support_code)
}

async fn connections(State(state): State<AppState>, wanted: WantedQuery, request: Request) -> Response {
    let support_code = support_code(&request);
    let answer = async {
        let (caller, org, cursor) = read_wanted(&state, request, wanted).await?;
        let page: ConnectionPage = state.host.connections_of(&caller, org, cursor).await?;
        Ok(Json(page).into_response())
    };
    answered(answer.await, &support_code)
}

/// How a connection's state changed, for the host's support.
#[derive(Serialize)]
struct History {
    /// Oldest first.
    changes: Vec<StateChange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StateChange {
    /// RFC 3339.
    at: String,
    /// Waycore's `kind` and `status`; `null` for the first, and once the connection is gone.
    before: Option<String>,
    after: Option<String>,
    /// What Waycore reported then, masked: `errorCode: errorMessage`.
    error: Option<String>,
}

impl From<Change> for StateChange {
    fn from(change: Change) -> Self {
        let at = DateTime::from(change.at).as_str().to_owned();
        Self { at, before: change.before, after: change.after, error: change.error }
    }
}

async fn history(
    State(state): State<AppState>,
    Path(id): Path<String>,
    wanted: WantedQuery,
    request: Request,
) -> Response {
    let support_code = support_code(&request);
    let answer = async {
        let (caller, org, _) = read_wanted(&state, request, wanted).await?;
        let changes = state.host.history_of(&caller, org, &id).await?;
        let changes = changes.into_iter().map(StateChange::from).collect();
        Ok(Json(History { changes }).into_response())
    };
    answered(answer.await, &support_code)
}

async fn forget(State(state): State<AppState>, Path(org): Path<String>, request: Request) -> Response {
    let support_code = support_code(&request);
    let answer = async {
        let (caller, confirmed) = read::<Confirmed>(&state, request).await?;
        if confirmed.confirm != org {
            return Err(bad_request("confirm"));
        }
        let org = CustomerId::parse(org).map_err(|_| bad_request("org"))?;
        state.host.forget(&caller, org).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    answered(answer.await, &support_code)
}

/// Who asks, and what for. Who may not ask is told nothing about the body.
async fn read<T: DeserializeOwned>(state: &AppState, request: Request) -> Result<(Caller, T), WireError> {
    let (parts, body) = request.into_parts();
    let caller = provisioner(state, &parts).await?;
    let body = body::read(body, LONGEST_BODY).await.map_err(|_| bad_request("body"))?;
    let wanted = serde_json::from_slice(&body).map_err(|_| bad_request("body"))?;
    Ok((caller, wanted))
}

/// Who asks, about which customer, and from where on.
async fn read_wanted(
    state: &AppState,
    request: Request,
    wanted: WantedQuery,
) -> Result<(Caller, CustomerId, Option<String>), WireError> {
    let (parts, _) = request.into_parts();
    let caller = provisioner(state, &parts).await?;
    let Query(wanted) = wanted.map_err(|_| bad_request("org"))?;
    let org = CustomerId::parse(wanted.org).map_err(|_| bad_request("org"))?;
    Ok((caller, org, wanted.cursor))
}

async fn provisioner(state: &AppState, parts: &Parts) -> Result<Caller, WireError> {
    let caller = scope::identified(state, parts).await?;
    match caller.role {
        Role::Provisioner => Ok(caller),
        Role::Viewer | Role::Manager => Err(scope::forbidden(&caller)),
    }
}

fn bad_request(field: &str) -> WireError {
    WireError::field(field, words().refused.bad_request)
}

fn support_code(request: &Request) -> String {
    request.extensions().get::<crate::telemetry::SupportCode>().map(ToString::to_string).unwrap_or_default()
}

fn answered(answer: Result<Response, WireError>, support_code: &str) -> Response {
    answer.unwrap_or_else(|error| json_error(error.support_code(support_code)))
}
