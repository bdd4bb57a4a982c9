//! `/v1/entities`: the integrator's customers.

use axum::{
    Extension, Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::ToSchema;
use waycore::wire::{EntityCreate, Page};

use super::{
    error::ApiError,
    gate::Caller,
    paging::Window,
    params::{IdInPath, JsonBody, Params},
};
use crate::{
    journal::Subject,
    world::{
        connection::Connection,
        entity::{Body, Entity},
        lifecycle,
    },
};

const MOST_CONTACTS: usize = 100;

/// Body of the update. The documents do not print the field's name: this one is a guess.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Contacts {
    #[schema(max_items = 100)]
    contact_emails: Vec<String>,
}

#[utoipa::path(
    get,
    path = "/v1/entities",
    operation_id = "listEntities",
    tag = "Entities",
    params(
        ("externalEntityId" = Option<String>, Query),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "100 unless said otherwise"),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before; good for the same query only"),
    ),
    responses(
        (status = 200, description = "newest first", body = Page<Body>),
    ),
)]
pub(crate) async fn list(caller: Caller, params: Params) -> Result<Response, ApiError> {
    let external_id = params.get("externalEntityId");
    let window = Window::new(&params, &format!("entities {} {external_id:?}", caller.realm()))?;
    caller.within("entities:read", |desk| {
        let found = desk
            .books
            .entities
            .older_than(window.below())
            .filter(|(_, entity)| external_id.is_none_or(|wanted| wanted == entity.external_id))
            .map(|(place, entity)| (u128::from(place), entity.body()));
        Ok(window.page(found, caller.meta()))
    })
}

#[utoipa::path(
    get,
    path = "/v1/entities/{id}",
    operation_id = "getEntity",
    tag = "Entities",
    params(
        ("id" = String, Path),
    ),
    responses(
        (status = 200, description = "the entity", body = Body),
    ),
)]
pub(crate) async fn get(caller: Caller, IdInPath(id): IdInPath) -> Result<Response, ApiError> {
    caller.within("entities:read", |desk| {
        let entity = desk.books.entities.get(&id).ok_or_else(ApiError::not_found)?;
        Ok(Json(entity.body()).into_response())
    })
}

/// Replaces the contact addresses; nothing else of an entity can be changed.
#[utoipa::path(
    patch,
    path = "/v1/entities/{id}",
    operation_id = "updateEntity",
    tag = "Entities",
    params(
        ("id" = String, Path),
    ),
    request_body = Contacts,
    responses(
        (status = 200, description = "the entity", body = Body),
    ),
)]
pub(crate) async fn update(
    caller: Caller,
    IdInPath(id): IdInPath,
    JsonBody(update): JsonBody<Contacts>,
) -> Result<Response, ApiError> {
    if update.contact_emails.len() > MOST_CONTACTS {
        return Err(ApiError::invalid("contactEmails must be at most 100 addresses"));
    }
    if update.contact_emails.iter().any(|email| !is_email(email)) {
        return Err(ApiError::invalid("contactEmails must be e-mail addresses"));
    }
    caller.within("entities:write", |desk| {
        let entity = desk.books.entities.get_mut(&id).ok_or_else(ApiError::not_found)?;
        entity.set_contacts(update.contact_emails, desk.now);
        Ok(Json(entity.body()).into_response())
    })
}

/// The entity is gone for good, with its connections and their accounts and transactions.
#[utoipa::path(
    delete,
    path = "/v1/entities/{id}",
    operation_id = "deleteEntity",
    tag = "Entities",
    params(
        ("id" = String, Path),
    ),
    responses(
        (status = 204, description = "gone for good"),
    ),
)]
pub(crate) async fn delete(caller: Caller, IdInPath(id): IdInPath) -> Result<StatusCode, ApiError> {
    caller.within("entities:write", |desk| {
        let entity = desk.books.entities.get(&id).ok_or_else(ApiError::not_found)?;
        if entity.is_default {
            return Err(ApiError::conflict("the organization's own entity cannot be deleted"));
        }
        let connections = desk.books.connections.newest_first().map(|(_, connection)| connection);
        let own: Vec<&Connection> = connections.filter(|connection| connection.entity_id == id).collect();
        let syncs =
            |connection: &&Connection| lifecycle::state(connection, desk.now).sync_status == "syncing";
        if own.iter().any(syncs) {
            return Err(ApiError::conflict("one of its connections is syncing"));
        }
        let own: Vec<String> = own.into_iter().map(|connection| connection.id.clone()).collect();
        for connection in own {
            desk.books.connections.remove(&connection);
        }
        desk.books.entities.remove(&id);
        Ok(StatusCode::NO_CONTENT)
    })
}

/// One entity for each external id, in both environments, even when two creates arrive at once: the second is a
/// conflict.
#[utoipa::path(
    post,
    path = "/v1/entities",
    operation_id = "createEntity",
    tag = "Entities",
    request_body = EntityCreate,
    responses(
        (status = 201, description = "the new entity", body = Body),
    ),
)]
pub(crate) async fn create(
    caller: Caller,
    JsonBody(create): JsonBody<EntityCreate>,
) -> Result<Response, ApiError> {
    if create.external_entity_id.is_empty() {
        return Err(ApiError::invalid("externalEntityId must not be empty"));
    }
    caller.within("entities:write", |desk| {
        let same = |(_, entity): (u64, &Entity)| entity.external_id == create.external_entity_id;
        // Each environment has an entity of the organization's own, with the same key.
        let foreign = |(place, entity): (u64, &Entity)| !entity.is_default && same((place, entity));
        if desk.books.entities.newest_first().any(same) || desk.elsewhere.entities.newest_first().any(foreign)
        {
            return Err(ApiError::conflict("an entity with this externalEntityId exists"));
        }
        let entity = Entity::new(create, desk.now);
        let found = Subject { entity_id: Some(entity.id.clone()), ..Subject::default() };
        let answer = (StatusCode::CREATED, Extension(found), Json(entity.body())).into_response();
        desk.books.entities.put(entity);
        Ok(answer)
    })
}

/// Something on both sides of an @, and no spaces: enough to find a typing mistake.
fn is_email(text: &str) -> bool {
    let parts = text.split_once('@').filter(|(name, host)| !name.is_empty() && !host.is_empty());
    parts.is_some() && text.len() <= 320 && !text.contains(char::is_whitespace)
}
