//! The console: every organization, and everything about one of them.

mod actions;
mod guide;
mod organization;

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use maud::{Markup, html};

use super::layout::page;
use crate::{Simulator, api::params::IdInPath};

pub(super) fn router(simulator: Simulator) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/console/organizations", post(actions::create))
        .route("/console/{id}", get(one))
        .route("/console/{id}/clock", post(actions::clock))
        .route("/console/{id}/connections", post(actions::connection))
        .route("/console/{id}/faults", post(actions::fault))
        .route("/console/{id}/events", post(actions::event))
        .route("/console/{id}/reset", post(actions::reset))
        .with_state(simulator)
}

async fn home(State(simulator): State<Simulator>) -> Markup {
    let organizations = {
        let world = simulator.shared.world();
        let row = |resident: &crate::world::Resident| {
            let organization = &resident.organization;
            let connections: usize =
                organization.books.each().iter().map(|books| books.connections.len()).sum();
            (organization.id.clone(), organization.environment.as_str(), connections)
        };
        world.residents().map(row).collect::<Vec<_>>()
    };
    page(
        "Waycore simulator",
        "console",
        true,
        &html! {
            header { h1 { "Waycore simulator" }
                p { "It answers like Waycore's public API, for development and tests. No bank is behind it, its banks do not "
                    "exist, and its time is its own." } }
            main {
                h2 { "Organizations" }
                p { "Each is a world of its own, with its own keys, clock and connections." }
                div id="organizations" data-live { div class="scroll" { table {
                    thead { tr { th scope="col" { "Organization" } th scope="col" { "Environment" } th scope="col" { "Connections" } } }
                    tbody { @for (id, environment, connections) in &organizations { tr {
                        td { a href={ "/console/" (id) } { (id) } } td { (environment) } td { (connections) }
                    } } }
                } } }
                form method="post" action="/console/organizations" { button { "New organization" } }
                (guide::guide())
            }
        },
    )
}

async fn one(State(simulator): State<Simulator>, IdInPath(id): IdInPath) -> Response {
    match organization::show(&simulator, &id) {
        Some(page) => page.into_response(),
        None => not_found(),
    }
}

fn not_found() -> Response {
    let content =
        html! { main { h1 { "There is no such organization" } p { a href="/" { "All organizations" } } } };
    (StatusCode::NOT_FOUND, page("Not found", "console", false, &content)).into_response()
}
