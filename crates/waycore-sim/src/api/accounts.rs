//! `/v1/accounts`: what the banks keep for an organization's customers.

use axum::{Extension, Json, extract::State, response::Response};
use serde_json::Value;
use uuid::Uuid;

use super::{
    error::{ApiError, RequestId},
    fields::Fields,
    gate::{Caller, Desk},
    paging::Window,
    params::{IdInPath, Params},
};
use crate::{Simulator, bank::View};

const FIELDS: [&str; 17] = [
    "id",
    "connectionId",
    "type",
    "currency",
    "name",
    "status",
    "createdAt",
    "updatedAt",
    "officialName",
    "maskedNumber",
    "accountNumber",
    "routingNumber",
    "swiftBic",
    "currentBalance",
    "availableBalance",
    "balanceAsOf",
    "metadata",
];
const REQUIRED: [&str; 8] =
    ["id", "connectionId", "type", "currency", "name", "status", "createdAt", "updatedAt"];

/// In the order of their ids.
pub(crate) async fn list(
    State(simulator): State<Simulator>,
    caller: Caller,
    Extension(request): Extension<RequestId>,
    params: Params,
) -> Result<Response, ApiError> {
    let connection = params.get("connectionId");
    let (kind, currency, status) = (params.get("type"), params.get("currency"), params.get("status"));
    let list = format!("accounts {} {connection:?} {kind:?} {currency:?} {status:?}", caller.realm());
    let window = Window::new(&params, &list)?;
    let fields = Fields::read(&params, &FIELDS, &REQUIRED)?;
    caller.within(&simulator, "accounts:read", |desk| {
        let accounts = views(&simulator, &desk, connection).into_iter().flat_map(|view| view.accounts());
        let mut found: Vec<_> = accounts
            .filter(|account| kind.is_none_or(|wanted| wanted == account.account_type.as_str()))
            .filter(|account| currency.is_none_or(|wanted| wanted == account.currency))
            .filter(|account| status.is_none_or(|wanted| wanted == account.status.as_str()))
            .map(|account| (place(&account.id), account))
            .filter(|(place, _)| window.after.is_none_or(|after| *place > after))
            .collect();
        found.sort_by_key(|(place, _)| *place);
        Ok(window.page(found.iter().map(|(place, account)| (*place, fields.of(account))), request))
    })
}

pub(crate) async fn get(
    State(simulator): State<Simulator>,
    caller: Caller,
    IdInPath(id): IdInPath,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let fields = Fields::read(&params, &FIELDS, &REQUIRED)?;
    caller.within(&simulator, "accounts:read", |desk| {
        let accounts = views(&simulator, &desk, None).into_iter().flat_map(|view| view.accounts());
        let account =
            accounts.into_iter().find(|account| account.id == id).ok_or_else(ApiError::not_found)?;
        Ok(Json(fields.of(&account)))
    })
}

/// What the caller's connections show, or the one that is named.
pub(super) fn views<'a>(
    simulator: &Simulator,
    desk: &'a Desk<'_>,
    connection_id: Option<&str>,
) -> Vec<View<'a>> {
    let connections = desk.books.connections.newest_first().map(|(_, connection)| connection);
    let wanted = connections.filter(|connection| connection_id.is_none_or(|wanted| wanted == connection.id));
    wanted
        .filter_map(|connection| {
            let entity = desk.books.entities.get(&connection.entity_id)?;
            simulator.shared.library.view(connection, &entity.external_id, desk.now)
        })
        .collect()
}

/// Where an id stands among the others.
pub(super) fn place(id: &str) -> u128 {
    Uuid::parse_str(id).unwrap_or_default().as_u128()
}
