//! `/v1/entities`: the integrator's customers.

use axum::{
    Extension, Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use waycore::wire::EntityCreate;

use super::{
    error::{ApiError, RequestId},
    gate::Caller,
    paging::Window,
    params::{IdInPath, JsonBody, Params},
};
use crate::{Simulator, journal::Subject, world::entity::Entity};

pub(crate) async fn list(
    State(simulator): State<Simulator>,
    caller: Caller,
    Extension(request): Extension<RequestId>,
    params: Params,
) -> Result<Response, ApiError> {
    let external_id = params.get("externalEntityId");
    let window = Window::new(&params, &format!("entities {} {external_id:?}", caller.realm()))?;
    caller.within(&simulator, "entities:read", |desk| {
        let found = desk
            .books
            .entities
            .older_than(window.below())
            .filter(|(_, entity)| external_id.is_none_or(|wanted| wanted == entity.external_id))
            .map(|(place, entity)| (u128::from(place), entity.body()));
        Ok(window.page(found, request))
    })
}

pub(crate) async fn get(
    State(simulator): State<Simulator>,
    caller: Caller,
    IdInPath(id): IdInPath,
) -> Result<Response, ApiError> {
    caller.within(&simulator, "entities:read", |desk| {
        let entity = desk.books.entities.get(&id).ok_or_else(ApiError::not_found)?;
        Ok(Json(entity.body()).into_response())
    })
}

/// One entity for each external id, in both environments, even when two creates arrive at once: the second is a
/// conflict.
pub(crate) async fn create(
    State(simulator): State<Simulator>,
    caller: Caller,
    JsonBody(create): JsonBody<EntityCreate>,
) -> Result<Response, ApiError> {
    if create.external_entity_id.is_empty() {
        return Err(ApiError::invalid("externalEntityId must not be empty"));
    }
    caller.within(&simulator, "entities:write", |desk| {
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
