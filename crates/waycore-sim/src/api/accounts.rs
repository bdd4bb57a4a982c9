//! `/v1/accounts`: what the banks keep for an organization's customers.

use axum::{Json, response::Response};
use serde_json::Value;
use uuid::Uuid;
use waycore::wire::{self, Page};

use super::{
    error::ApiError,
    fields::Fields,
    gate::{Caller, Desk},
    paging::Window,
    params::{IdInPath, Params},
};
use crate::bank::View;

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
#[utoipa::path(
    get,
    path = "/v1/accounts",
    operation_id = "listAccounts",
    tag = "Accounts",
    params(
        ("connectionId" = Option<String>, Query),
        ("type" = Option<String>, Query),
        ("currency" = Option<String>, Query),
        ("status" = Option<String>, Query),
        ("fields" = Option<String>, Query),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "100 unless said otherwise"),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before; good for the same query only"),
    ),
    responses(
        (status = 200, description = "in the order of ids", body = Page<wire::Account>),
    ),
)]
pub(crate) async fn list(caller: Caller, params: Params) -> Result<Response, ApiError> {
    let connection = params.get("connectionId");
    let (kind, currency, status) = (params.get("type"), params.get("currency"), params.get("status"));
    let list = format!("accounts {} {connection:?} {kind:?} {currency:?} {status:?}", caller.realm());
    let window = Window::new(&params, &list)?;
    let fields = Fields::read(&params, &FIELDS, &REQUIRED)?;
    caller.within("accounts:read", |desk| {
        let accounts = views(&desk, connection).into_iter().flat_map(|view| view.accounts());
        let mut found: Vec<_> = accounts
            .filter(|account| kind.is_none_or(|wanted| wanted == account.account_type.as_str()))
            .filter(|account| currency.is_none_or(|wanted| wanted == account.currency))
            .filter(|account| status.is_none_or(|wanted| wanted == account.status.as_str()))
            .map(|account| (place(&account.id), account))
            .filter(|(place, _)| window.after.is_none_or(|after| *place > after))
            .collect();
        found.sort_by_key(|(place, _)| *place);
        Ok(window.page(found.iter().map(|(place, account)| (*place, fields.of(account))), caller.meta()))
    })
}

#[utoipa::path(
    get,
    path = "/v1/accounts/{id}",
    operation_id = "getAccount",
    tag = "Accounts",
    params(
        ("id" = String, Path),
        ("fields" = Option<String>, Query),
    ),
    responses(
        (status = 200, description = "the account", body = wire::Account),
    ),
)]
pub(crate) async fn get(
    caller: Caller,
    IdInPath(id): IdInPath,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let fields = Fields::read(&params, &FIELDS, &REQUIRED)?;
    caller.within("accounts:read", |desk| {
        let accounts = views(&desk, None).into_iter().flat_map(|view| view.accounts());
        let account =
            accounts.into_iter().find(|account| account.id == id).ok_or_else(ApiError::not_found)?;
        Ok(Json(fields.of(&account)))
    })
}

/// What the caller's connections show, or the one that is named.
pub(super) fn views<'a>(desk: &'a Desk<'_>, connection_id: Option<&str>) -> Vec<View<'a>> {
    let connections = desk.books.connections.newest_first().map(|(_, connection)| connection);
    let wanted = connections.filter(|connection| connection_id.is_none_or(|wanted| wanted == connection.id));
    wanted
        .filter_map(|connection| {
            let entity = desk.books.entities.get(&connection.entity_id)?;
            desk.library.view(connection, &entity.external_id, desk.now)
        })
        .collect()
}

/// Where an id stands among the others.
pub(super) fn place(id: &str) -> u128 {
    Uuid::parse_str(id).unwrap_or_default().as_u128()
}
