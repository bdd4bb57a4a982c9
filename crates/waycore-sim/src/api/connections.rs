//! `/v1/connections`: create or return, list, read.

use axum::{
    Extension, Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use uuid::Uuid;
use waycore::wire::{self, ConnectionCreate, Page};

use super::{
    error::ApiError,
    gate::{Caller, Desk},
    paging::Window,
    params::{IdInPath, JsonBody, Params},
};
use crate::{
    catalog::{Behaviour, Catalog, Creation, portal, portals},
    journal::Subject,
    world::{
        connection::{Bank, Connection},
        lifecycle,
    },
};

/// A day, in virtual milliseconds.
const DAY: i64 = 24 * 3_600_000;

/// How long `sim-rate-limited` refuses an entity, in virtual milliseconds.
const HELD_BACK: i64 = 30_000;

#[utoipa::path(
    get,
    path = "/v1/connections",
    operation_id = "listConnections",
    tag = "Connections",
    params(
        ("entityId" = Option<String>, Query, pattern = "^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$"),
        ("institutionId" = Option<String>, Query),
        ("status" = Option<String>, Query),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "100 unless said otherwise"),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before; good for the same query only"),
    ),
    responses(
        (status = 200, description = "newest first", body = Page<wire::Connection>),
    ),
)]
pub(crate) async fn list(caller: Caller, params: Params) -> Result<Response, ApiError> {
    let (entity, institution) = (params.uuid("entityId")?, params.get("institutionId"));
    let status = params.get("status");
    let list = format!("connections {} {entity:?} {institution:?} {status:?}", caller.realm());
    let window = Window::new(&params, &list)?;
    caller.within("connections:read", |desk| {
        let now = desk.now;
        let found = desk
            .books
            .connections
            .older_than(window.below())
            .filter(|(_, connection)| entity.is_none_or(|wanted| wanted == connection.entity_id))
            .filter(|(_, connection)| {
                status.is_none_or(|wanted| wanted == lifecycle::state(connection, now).status)
            })
            .filter(|(_, connection)| {
                institution
                    .is_none_or(|wanted| connection.institution_on_wire(now).as_deref() == Some(wanted))
            })
            .map(|(place, connection)| (u128::from(place), connection.body(now)));
        Ok(window.page(found, caller.meta()))
    })
}

#[utoipa::path(
    get,
    path = "/v1/connections/{id}",
    operation_id = "getConnection",
    tag = "Connections",
    params(
        ("id" = String, Path),
    ),
    responses(
        (status = 200, description = "the connection", body = wire::Connection),
    ),
)]
pub(crate) async fn get(caller: Caller, IdInPath(id): IdInPath) -> Result<Response, ApiError> {
    caller.within("connections:read", |desk| {
        let now = desk.now;
        let connection = desk.books.connections.get(&id).ok_or_else(ApiError::not_found)?;
        Ok(Json(connection.body(now)).into_response())
    })
}

/// The connection, and with it its accounts and transactions, is gone for good. One that the public contract has no
/// words for stays.
#[utoipa::path(
    delete,
    path = "/v1/connections/{id}",
    operation_id = "deleteConnection",
    tag = "Connections",
    params(
        ("id" = String, Path),
    ),
    responses(
        (status = 204, description = "gone for good"),
    ),
)]
pub(crate) async fn delete(caller: Caller, IdInPath(id): IdInPath) -> Result<StatusCode, ApiError> {
    caller.within("connections:write", |desk| {
        let connection = desk.books.connections.get(&id).ok_or_else(ApiError::not_found)?;
        match lifecycle::state(connection, desk.now).kind.as_str() {
            "ready" | "setup" => {
                desk.books.connections.remove(&id);
                Ok(StatusCode::NO_CONTENT)
            }
            _ => Err(ApiError::conflict("the connection cannot be represented in this API")),
        }
    })
}

/// 201 with a new connection, or 200 with the one that this entity has to this bank already. One whose access
/// was revoked is no such connection: the customer may begin anew.
#[utoipa::path(
    post,
    path = "/v1/connections",
    operation_id = "createConnection",
    tag = "Connections",
    request_body = ConnectionCreate,
    responses(
        (status = 200, description = "an existing connection", body = wire::Connection),
        (status = 201, description = "a new one", body = wire::Connection),
    ),
)]
pub(crate) async fn create(
    caller: Caller,
    JsonBody(create): JsonBody<ConnectionCreate>,
) -> Result<Response, ApiError> {
    caller.require("connections:write")?;
    if Uuid::parse_str(&create.entity_id).is_err() {
        return Err(ApiError::invalid("entityId must be a UUID"));
    }
    let bank = bank(caller.catalog(), create.institution_id, create.portal_url)?;
    caller.within("connections:write", |mut desk| {
        if desk.books.entities.get(&create.entity_id).is_none() {
            return Err(ApiError::not_found());
        }
        if let Some(existing) = existing(&desk, &create.entity_id, &bank) {
            return Ok(answer(StatusCode::OK, existing, desk.now));
        }
        let (status, connection) = new(&mut desk, create.entity_id, bank)?;
        let answer = answer(status, &connection, desk.now);
        desk.books.connections.put(connection);
        Ok(answer)
    })
}

fn existing<'a>(desk: &'a Desk<'_>, entity_id: &str, bank: &Bank) -> Option<&'a Connection> {
    desk.books.connections.newest_first().map(|(_, connection)| connection).find(|connection| {
        connection.entity_id == entity_id
            && connection.bank.is_same(bank)
            && lifecycle::state(connection, desk.now).status != "revoked"
    })
}

/// What the bank's behaviour makes of a first create.
fn new(desk: &mut Desk<'_>, entity_id: String, bank: Bank) -> Result<(StatusCode, Connection), ApiError> {
    let now = desk.now;
    match Behaviour::of(bank.institution_id()).creation {
        Creation::New => Ok((StatusCode::CREATED, Connection::new(entity_id, bank, now))),
        Creation::ExistingSetup => Ok((StatusCode::OK, Connection::new(entity_id, bank, now - DAY))),
        Creation::ExistingReady => {
            let mut connection = Connection::new(entity_id, bank, now - 30 * DAY);
            connection.complete_setup(now - 30 * DAY)?;
            Ok((StatusCode::OK, connection))
        }
        Creation::RateLimited => {
            let until = *desk.books.held_back.entry(entity_id.clone()).or_insert(now + HELD_BACK);
            if now < until {
                let wait = desk.seconds_until(until);
                return Err(ApiError::rate_limited("too many connections at once").retry_after(wait));
            }
            Ok((StatusCode::CREATED, Connection::new(entity_id, bank, now)))
        }
        Creation::Unavailable => Err(ApiError::unavailable()),
    }
}

pub(super) fn answer(status: StatusCode, connection: &Connection, now: i64) -> Response {
    let found = Subject {
        organization_id: None,
        entity_id: Some(connection.entity_id.clone()),
        connection_id: Some(connection.id.clone()),
    };
    (status, Extension(found), Json(connection.body(now))).into_response()
}

/// An institution, perhaps with one of its portals; or a portal alone.
fn bank(catalog: &Catalog, institution_id: Option<String>, portal: Option<String>) -> Result<Bank, ApiError> {
    if let Some(address) = &portal {
        portal::check(address)?;
    }
    let Some(institution_id) = institution_id else {
        let portal = portal.ok_or_else(|| ApiError::invalid("institutionId or portalUrl is needed"))?;
        return Ok(Bank::Unlisted { portal });
    };
    let institution = catalog.get(&institution_id).ok_or_else(ApiError::invalid_institution)?;
    if portal.as_deref().is_some_and(|chosen| portals(institution).all(|known| known != chosen)) {
        return Err(ApiError::invalid_portal("portalUrl is none of the institution's portals"));
    }
    Ok(Bank::listed(institution, portal))
}
