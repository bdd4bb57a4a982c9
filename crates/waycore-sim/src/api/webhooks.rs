//! `/v1/webhooks`: who wants to hear of events.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use waycore::wire::{self, EventType, Page, WebhookCreate, WebhookCreated, WebhookUpdate};

use super::{
    error::ApiError,
    gate::Caller,
    paging::Window,
    params::{IdInPath, JsonBody, Params},
};
use crate::{
    ids,
    world::webhook::{Manner, Registration, event},
};

#[utoipa::path(
    post,
    path = "/v1/webhooks",
    operation_id = "createWebhook",
    tag = "Webhooks",
    request_body = WebhookCreate,
    responses(
        (status = 201, description = "the one answer with the whole secret", body = WebhookCreated),
    ),
)]
pub(crate) async fn create(
    caller: Caller,
    JsonBody(create): JsonBody<WebhookCreate>,
) -> Result<Response, ApiError> {
    caller.require("webhooks:write")?;
    caller.check_webhook_url(&create.url)?;
    check_events(&create.events)?;
    caller.within("webhooks:write", |desk| {
        let registration = Registration::new(create, ids::webhook_secret(), desk.now);
        let meta = caller.meta();
        let answer = WebhookCreated { webhook: registration.body(true), meta };
        // What happened before is nobody's news.
        desk.books.webhooks.notice(&desk.books.connections, desk.now);
        desk.books.webhooks.registrations.put(registration);
        Ok((StatusCode::CREATED, Json(answer)).into_response())
    })
}

#[utoipa::path(
    get,
    path = "/v1/webhooks",
    operation_id = "listWebhooks",
    tag = "Webhooks",
    params(
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "100 unless said otherwise"),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before; good for the same query only"),
    ),
    responses(
        (status = 200, description = "newest first", body = Page<wire::Webhook>),
    ),
)]
pub(crate) async fn list(caller: Caller, params: Params) -> Result<Response, ApiError> {
    let window = Window::new(&params, &format!("webhooks {}", caller.realm()))?;
    caller.within("webhooks:read", |desk| {
        let registrations = desk.books.webhooks.registrations.older_than(window.below());
        Ok(window.page(registrations.map(|(place, one)| (u128::from(place), one.body(false))), caller.meta()))
    })
}

#[utoipa::path(
    get,
    path = "/v1/webhooks/{id}",
    operation_id = "getWebhook",
    tag = "Webhooks",
    params(
        ("id" = String, Path),
    ),
    responses(
        (status = 200, description = "with a masked secret", body = wire::Webhook),
    ),
)]
pub(crate) async fn get(caller: Caller, IdInPath(id): IdInPath) -> Result<Json<wire::Webhook>, ApiError> {
    caller.within("webhooks:read", |desk| {
        let registration = desk.books.webhooks.registrations.get(&id).ok_or_else(ApiError::not_found)?;
        Ok(Json(registration.body(false)))
    })
}

#[utoipa::path(
    patch,
    path = "/v1/webhooks/{id}",
    operation_id = "updateWebhook",
    tag = "Webhooks",
    params(
        ("id" = String, Path),
    ),
    request_body = Option<WebhookUpdate>,
    responses(
        (status = 200, description = "with a masked secret", body = wire::Webhook),
    ),
)]
pub(crate) async fn update(
    caller: Caller,
    IdInPath(id): IdInPath,
    JsonBody(update): JsonBody<WebhookUpdate>,
) -> Result<Json<wire::Webhook>, ApiError> {
    caller.require("webhooks:write")?;
    update.url.as_deref().map(|url| caller.check_webhook_url(url)).transpose()?;
    update.events.as_deref().map(check_events).transpose()?;
    caller.within("webhooks:write", |desk| {
        let registration = desk.books.webhooks.registrations.get_mut(&id).ok_or_else(ApiError::not_found)?;
        registration.update(update, desk.now);
        Ok(Json(registration.body(false)))
    })
}

#[utoipa::path(
    delete,
    path = "/v1/webhooks/{id}",
    operation_id = "deleteWebhook",
    tag = "Webhooks",
    params(
        ("id" = String, Path),
    ),
    responses(
        (status = 204, description = "no more deliveries"),
    ),
)]
pub(crate) async fn delete(caller: Caller, IdInPath(id): IdInPath) -> Result<StatusCode, ApiError> {
    caller.within("webhooks:write", |desk| {
        desk.books.webhooks.registrations.remove(&id).ok_or_else(ApiError::not_found)?;
        Ok(StatusCode::NO_CONTENT)
    })
}

/// Has a `test` event delivered to this registration alone.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{id}/test",
    operation_id = "testWebhook",
    tag = "Webhooks",
    params(
        ("id" = String, Path),
    ),
    responses(
        (status = 202, description = "a test event is on its way", body = Object),
    ),
)]
pub(crate) async fn test(
    caller: Caller,
    IdInPath(id): IdInPath,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    caller.within("webhooks:write", |desk| {
        let webhooks = &mut desk.books.webhooks;
        let registration = webhooks.registrations.get(&id).ok_or_else(ApiError::not_found)?.clone();
        if !registration.wants(EventType::Test.as_str()) {
            return Err(ApiError::conflict("the webhook is not active or not subscribed to test"));
        }
        let event = event(EventType::Test.as_str(), json!({}), desk.now);
        let event_id = event.id.clone();
        webhooks.send(&registration, event, None, Manner::default(), desk.now);
        Ok((StatusCode::ACCEPTED, Json(json!({ "eventId": event_id }))))
    })
}

fn check_events(events: &[EventType]) -> Result<(), ApiError> {
    if events.is_empty() {
        return Err(ApiError::invalid("events must name at least one type"));
    }
    match events.iter().find(|event| matches!(event, EventType::Other(_))) {
        Some(unknown) => Err(ApiError::invalid(format!("events: there is no type {:?}", unknown.as_str()))),
        None => Ok(()),
    }
}
