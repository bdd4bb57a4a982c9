//! `/v1/webhooks`: who wants to hear of events.

use axum::{
    Extension, Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use waycore::wire::{self, EventType, Meta, WebhookCreate, WebhookCreated, WebhookUpdate};

use super::{
    error::{ApiError, RequestId},
    gate::Caller,
    paging::Window,
    params::{IdInPath, JsonBody, Params},
};
use crate::{
    Simulator, ids,
    world::webhook::{Manner, Registration, event},
};

const LONGEST_URL: usize = 2_048;

pub(crate) async fn create(
    State(simulator): State<Simulator>,
    caller: Caller,
    Extension(request): Extension<RequestId>,
    JsonBody(create): JsonBody<WebhookCreate>,
) -> Result<Response, ApiError> {
    caller.require("webhooks:write")?;
    check_url(&create.url)?;
    check_events(&create.events)?;
    caller.within(&simulator, "webhooks:write", |desk| {
        let registration = Registration::new(create, ids::webhook_secret(), desk.now);
        let meta = Meta { request_id: Some(request.0) };
        let answer = WebhookCreated { webhook: registration.body(true), meta };
        // What happened before is nobody's news.
        desk.books.webhooks.notice(&desk.books.connections, desk.now);
        desk.books.webhooks.registrations.put(registration);
        Ok((StatusCode::CREATED, Json(answer)).into_response())
    })
}

pub(crate) async fn list(
    State(simulator): State<Simulator>,
    caller: Caller,
    Extension(request): Extension<RequestId>,
    params: Params,
) -> Result<Response, ApiError> {
    let window = Window::new(&params, &format!("webhooks {}", caller.realm()))?;
    caller.within(&simulator, "webhooks:read", |desk| {
        let registrations = desk.books.webhooks.registrations.older_than(window.below());
        Ok(window.page(registrations.map(|(place, one)| (u128::from(place), one.body(false))), request))
    })
}

pub(crate) async fn get(
    State(simulator): State<Simulator>,
    caller: Caller,
    IdInPath(id): IdInPath,
) -> Result<Json<wire::Webhook>, ApiError> {
    caller.within(&simulator, "webhooks:read", |desk| {
        let registration = desk.books.webhooks.registrations.get(&id).ok_or_else(ApiError::not_found)?;
        Ok(Json(registration.body(false)))
    })
}

pub(crate) async fn update(
    State(simulator): State<Simulator>,
    caller: Caller,
    IdInPath(id): IdInPath,
    JsonBody(update): JsonBody<WebhookUpdate>,
) -> Result<Json<wire::Webhook>, ApiError> {
    caller.require("webhooks:write")?;
    update.url.as_deref().map(check_url).transpose()?;
    update.events.as_deref().map(check_events).transpose()?;
    caller.within(&simulator, "webhooks:write", |desk| {
        let registration = desk.books.webhooks.registrations.get_mut(&id).ok_or_else(ApiError::not_found)?;
        registration.update(update, desk.now);
        Ok(Json(registration.body(false)))
    })
}

pub(crate) async fn delete(
    State(simulator): State<Simulator>,
    caller: Caller,
    IdInPath(id): IdInPath,
) -> Result<StatusCode, ApiError> {
    caller.within(&simulator, "webhooks:write", |desk| {
        desk.books.webhooks.registrations.remove(&id).ok_or_else(ApiError::not_found)?;
        Ok(StatusCode::NO_CONTENT)
    })
}

/// Has a `test` event delivered to this registration alone.
pub(crate) async fn test(
    State(simulator): State<Simulator>,
    caller: Caller,
    IdInPath(id): IdInPath,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    caller.within(&simulator, "webhooks:write", |desk| {
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

/// https; http only on this machine, where nothing else can be received while a host is being written.
fn check_url(url: &str) -> Result<(), ApiError> {
    let after = |scheme: &str| url.strip_prefix(scheme).filter(|rest| !rest.is_empty());
    let host = after("http://").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let is_local = host.is_some_and(|host| {
        ["localhost", "127.0.0.1", "[::1]"].iter().any(|local| {
            host.strip_prefix(local).is_some_and(|port| port.is_empty() || port.starts_with(':'))
        })
    });
    if url.len() > LONGEST_URL || url.contains(char::is_whitespace) {
        return Err(ApiError::invalid("url must have at most 2048 characters and no spaces"));
    }
    if after("https://").is_some() || is_local {
        Ok(())
    } else {
        Err(ApiError::invalid("url must begin with https://"))
    }
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
