//! What the console's forms do: the same as the control API, for people.

use std::str::FromStr;

use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use maud::html;
use serde_json::{Map, Value, json};

use super::not_found;
use crate::{
    Simulator, add_organization,
    api::params::IdInPath,
    clock::{Advance, Speed},
    faults::Rule,
    ids,
    web::layout::page,
    world::{
        organization::{Environment, Settings},
        overrides::Patch,
        webhook::{Manner, Registration, event as new_event},
    },
};

type Fields = Vec<(String, String)>;

/// Why a form was not carried out.
enum Refused {
    NotFound,
    /// One sentence for the person.
    Because(String),
}

pub(super) async fn create(State(simulator): State<Simulator>) -> Response {
    let id = ids::organization();
    let real = simulator.shared.real_time();
    add_organization(&mut simulator.shared.world(), &id, Environment::default(), Settings::default(), real);
    simulator.changed().await;
    Redirect::to(&format!("/console/{id}")).into_response()
}

pub(super) async fn clock(
    State(simulator): State<Simulator>,
    IdInPath(id): IdInPath,
    Form(fields): Form<Fields>,
) -> Response {
    let set = |simulator: &Simulator| {
        let advance = number::<f64>(&fields, "advance")?.map(Advance::parse).transpose()?;
        let speed = number::<f64>(&fields, "speed")?.map(Speed::parse).transpose()?;
        let real = simulator.shared.real_time();
        simulator.shared.world().set_clocks(Some(&id), advance, speed, real);
        Ok(())
    };
    finish(&simulator, &id, set).await
}

pub(super) async fn connection(
    State(simulator): State<Simulator>,
    IdInPath(id): IdInPath,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |simulator: &Simulator| {
        let real = simulator.shared.real_time();
        let mut world = simulator.shared.world();
        let resident = world.resident_mut(&id).ok_or(Refused::NotFound)?;
        let now = resident.clock.now(real);
        let wanted = text(&fields, "connection").unwrap_or_default();
        let books = resident.organization.books_with(wanted).ok_or(Refused::NotFound)?;
        let connection = books.connections.get_mut(wanted).ok_or(Refused::NotFound)?;
        let status = text(&fields, "status");
        let patch = |fields: Value| {
            serde_json::from_value::<Patch>(fields).map_err(|error| Refused::Because(error.to_string()))
        };
        match text(&fields, "move") {
            Some(kind @ ("ready" | "setup")) => {
                patch(json!({ "kind": kind, "status": status }))?.apply(connection, now)?
            }
            Some("release") => patch(json!({ "kind": null, "status": null }))?.apply(connection, now)?,
            Some("complete") => connection
                .complete_setup(now)
                .map_err(|_| Refused::Because("There is no setup to complete.".to_owned()))?,
            Some("sync") => connection
                .ask_for_sync(now)
                .map_err(|why| Refused::Because(format!("It does not sync now: {why:?}.")))?,
            Some(_) | None => return Err(Refused::Because("Nothing was asked for.".to_owned())),
        }
        Ok(())
    };
    finish(&simulator, &id, act).await
}

pub(super) async fn fault(
    State(simulator): State<Simulator>,
    IdInPath(id): IdInPath,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |simulator: &Simulator| {
        let mut world = simulator.shared.world();
        if let Some(number) = number::<u64>(&fields, "remove")? {
            world.faults.remove_one(number);
            return Ok(());
        }
        let mut matches = Map::from_iter([("organizationId".to_owned(), Value::from(id.as_str()))]);
        for name in ["method", "path"] {
            matches.extend(text(&fields, name).map(|value| (name.to_owned(), Value::from(value))));
        }
        let mut effect = Map::new();
        for name in ["status", "delayMs"] {
            effect.extend(number::<u64>(&fields, name)?.map(|value| (name.to_owned(), Value::from(value))));
        }
        let wait = text(&fields, "retryAfter")
            .map(|wait| wait.parse::<u64>().map_or(Value::from(wait), Value::from));
        effect.extend(wait.map(|wait| ("retryAfter".to_owned(), wait)));
        let rule = json!({ "match": matches, "effect": effect, "times": number::<u32>(&fields, "times")? });
        let rule: Rule = serde_json::from_value(rule).map_err(|error| Refused::Because(error.to_string()))?;
        Ok(world.faults.add(rule)?)
    };
    finish(&simulator, &id, act).await
}

pub(super) async fn event(
    State(simulator): State<Simulator>,
    IdInPath(id): IdInPath,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |simulator: &Simulator| {
        let real = simulator.shared.real_time();
        let mut world = simulator.shared.world();
        let resident = world.resident_mut(&id).ok_or(Refused::NotFound)?;
        let now = resident.clock.now(real);
        let environment = resident.organization.environment;
        let webhooks = &mut resident.organization.books.get_mut(environment).webhooks;
        let active: Vec<Registration> = webhooks
            .registrations
            .newest_first()
            .map(|(_, one)| one.clone())
            .filter(|one| one.active)
            .collect();
        if active.is_empty() {
            return Err(Refused::Because(
                "No webhook is registered, so there is nobody to send it to.".to_owned(),
            ));
        }
        let event = new_event(text(&fields, "type").unwrap_or("test"), json!({}), now);
        let manner = text(&fields, "manner");
        let times = if manner == Some("duplicate") { 2 } else { 1 };
        let manner = Manner { bad_signature: manner == Some("bad"), signature_age: 0 };
        for registration in &active {
            for _ in 0..times {
                webhooks.send(registration, event.clone(), None, manner, now);
            }
        }
        Ok(())
    };
    finish(&simulator, &id, act).await
}

pub(super) async fn reset(State(simulator): State<Simulator>, IdInPath(id): IdInPath) -> Response {
    let act = |simulator: &Simulator| {
        let real = simulator.shared.real_time();
        let first_speed = simulator.shared.first_speed;
        simulator.shared.world().reset(Some(&id), first_speed, real);
        Ok(())
    };
    finish(&simulator, &id, act).await
}

/// Carries a form out and leads back to the organization.
async fn finish(
    simulator: &Simulator,
    id: &str,
    act: impl FnOnce(&Simulator) -> Result<(), Refused>,
) -> Response {
    if simulator.shared.world().resident(id).is_none() {
        return not_found();
    }
    match act(simulator) {
        Ok(()) => {
            simulator.changed().await;
            Redirect::to(&format!("/console/{id}")).into_response()
        }
        Err(Refused::NotFound) => not_found(),
        Err(Refused::Because(why)) => {
            let content = html! { main { h1 { "That was not done" } p { (why) } p { a href={ "/console/" (id) } { "Back" } } } };
            (StatusCode::UNPROCESSABLE_ENTITY, page("Not done", "console", false, &content)).into_response()
        }
    }
}

fn text<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    let found = fields.iter().rev().find(|(known, _)| known == name);
    found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}

fn number<T: FromStr>(fields: &Fields, name: &str) -> Result<Option<T>, Refused> {
    let parse = |value: &str| value.parse().map_err(|_| Refused::Because(format!("{name} is not a number.")));
    text(fields, name).map(parse).transpose()
}

impl<E: std::error::Error> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Because(error.to_string())
    }
}
