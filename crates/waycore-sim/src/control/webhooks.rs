//! Deliveries on demand, and all of them to look at.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Simulator,
    api::{
        error::ApiError,
        params::{JsonBody, Params},
    },
    world::{
        World,
        organization::{Environment, Organization},
        webhook::{Delivery, Manner, Registration, event},
    },
};

/// The longest virtual delay: thirty days.
const LONGEST_DELAY: f64 = 30.0 * 86_400.0;

/// Body of `POST /_sim/webhooks`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Send {
    organization_id: String,
    /// Any text, documented or not.
    #[serde(rename = "type")]
    event_type: String,
    connection_id: Option<String>,
    /// What the event holds; by default the connection's id.
    data: Option<Value>,
    /// The same event twice.
    #[serde(default)]
    duplicate: bool,
    /// Virtual seconds: two events can overtake each other.
    #[serde(default)]
    delay_seconds: f64,
    #[serde(default)]
    bad_signature: bool,
    /// Real seconds by which the signature's time is too old; negative for one from the future.
    #[serde(default)]
    signature_age_seconds: i64,
}

/// Sends an event to every active registration, whatever it subscribed to.
pub(crate) async fn send(
    State(simulator): State<Simulator>,
    JsonBody(send): JsonBody<Send>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    if !(0.0..=LONGEST_DELAY).contains(&send.delay_seconds) {
        return Err(ApiError::invalid("delaySeconds must be from 0 to 2592000"));
    }
    let real = simulator.shared.real_time();
    let mut world = simulator.shared.world();
    let resident =
        world.resident_mut(&send.organization_id).ok_or_else(|| ApiError::unknown_id("organizationId"))?;
    let now = resident.clock.now(real);
    let environment = environment(&resident.organization, send.connection_id.as_deref())?;
    let books = resident.organization.books.get_mut(environment);
    let connection = send.connection_id.as_deref().and_then(|id| books.connections.get(id));
    let about = connection.map(|one| json!({ "connectionId": one.id, "entityId": one.entity_id }));
    let data = send.data.or(about).unwrap_or_else(|| json!({}));
    let event = event(&send.event_type, data, now);
    let due_at = now + (send.delay_seconds * 1_000.0) as i64;
    let manner = Manner { bad_signature: send.bad_signature, signature_age: send.signature_age_seconds };
    let active: Vec<Registration> = books
        .webhooks
        .registrations
        .newest_first()
        .filter(|(_, registration)| registration.active)
        .map(|(_, registration)| registration.clone())
        .collect();
    let mut deliveries = Vec::new();
    for registration in &active {
        for _ in 0..if send.duplicate { 2 } else { 1 } {
            let about = send.connection_id.clone();
            deliveries.push(books.webhooks.send(registration, event.clone(), about, manner, due_at));
        }
    }
    Ok((StatusCode::CREATED, Json(json!({ "eventId": event.id, "deliveries": deliveries }))))
}

/// Every delivery with its attempts, oldest first; of one organization, or of all.
pub(crate) async fn list(
    State(simulator): State<Simulator>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let params = params.only(&["organizationId"])?;
    let world = simulator.shared.world();
    let organization_id = super::known(&world, params.get("organizationId"))?;
    Ok(Json(json!({ "data": deliveries(&world, organization_id) })))
}

pub(crate) fn deliveries(world: &World, organization_id: Option<&str>) -> Vec<Value> {
    let wanted = |id: &str| organization_id.is_none_or(|wanted| wanted == id);
    let residents = world.residents().filter(|resident| wanted(&resident.organization.id));
    residents
        .flat_map(|resident| {
            let both = resident.organization.books.each();
            both.into_iter().flat_map(|books| books.webhooks.deliveries.iter()).map(shown).collect::<Vec<_>>()
        })
        .collect()
}

fn shown(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id,
        "webhookId": delivery.webhook_id,
        "url": delivery.url,
        "state": delivery.state(),
        "connectionId": delivery.connection_id,
        "event": delivery.event,
        "badSignature": delivery.manner.bad_signature,
        "nextAttemptAt": delivery.due_at.map(waycore::wire::DateTime::from_millis),
        "attempts": delivery.attempts,
    })
}

/// The environment of the connection; without one, of the key that the organization was made with.
fn environment(organization: &Organization, connection_id: Option<&str>) -> Result<Environment, ApiError> {
    let Some(id) = connection_id else { return Ok(organization.environment) };
    Environment::BOTH
        .into_iter()
        .find(|environment| organization.books.get(*environment).connections.get(id).is_some())
        .ok_or_else(|| ApiError::unknown_id("connectionId"))
}
