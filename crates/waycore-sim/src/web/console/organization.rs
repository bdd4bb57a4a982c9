//! One organization: clock, connections, faults, requests, deliveries.

use maud::{Markup, html};
use waycore::wire::DateTime;

use crate::{
    Simulator,
    journal::Subject,
    web::layout::page,
    world::{Resident, connection::Connection, lifecycle, webhook::Delivery},
};

/// Lines of requests and deliveries that are shown.
const SHOWN: usize = 50;

const STATUSES: [&str; 8] = [
    "draft",
    "pendingActivation",
    "active",
    "reauthRequired",
    "errored",
    "invalidConfig",
    "paused",
    "revoked",
];

pub(super) fn show(simulator: &Simulator, id: &str) -> Option<Markup> {
    let real = simulator.shared.real_time();
    let world = simulator.shared.world();
    let resident = world.resident(id)?;
    let now = resident.clock.now(real);
    let filter = Subject { organization_id: Some(id.to_owned()), ..Subject::default() };
    let requests: Vec<_> = world.journal.find(&filter).into_iter().rev().take(SHOWN).collect();
    let faults = world.faults.of(id);
    Some(page(
        &format!("{id}: Waycore simulator"),
        "console",
        true,
        &html! {
            header { p { a href="/" { "All organizations" } } h1 { (id) } (keys(resident)) }
            main {
                (clock(id, resident, now))
                h2 { "Connections" }
                div id="connections" data-live { (connections(id, resident, now)) }
                h2 { "Faults" }
                div id="faults" data-live { (fault_list(id, &faults)) }
                (fault_form(id))
                h2 { "Webhook deliveries" }
                div id="deliveries" data-live { (deliveries(resident)) }
                (event_form(id))
                h2 { "Requests" }
                div id="requests" data-live { div class="scroll" { table {
                    thead { tr { th scope="col" { "At" } th scope="col" { "Request" } th scope="col" { "Body" } th scope="col" { "Status" } } }
                    tbody { @for entry in requests { tr {
                        td { (entry.at.as_str()) }
                        td class="code" { (entry.method) " " (entry.path) @if !entry.query.is_empty() { "?" (entry.query) } }
                        td class="code" { @if !entry.body.is_null() { (entry.body) } }
                        td { @match entry.status { Some(status) => (status), None => "…" } }
                    } } }
                } } }
                h2 { "Start over" }
                p { "Everything of this organization goes, but for its keys." }
                form method="post" action={ "/console/" (id) "/reset" } { button class="plain" { "Reset" } }
            }
        },
    ))
}

fn keys(resident: &Resident) -> Markup {
    let organization = &resident.organization;
    html! { details { summary { "Keys" } dl {
        dt { "API key, live" } dd class="code" { (organization.api_keys.live) }
        dt { "API key, test" } dd class="code" { (organization.api_keys.test) }
        dt { "Webhook secret" } dd class="code" { (organization.webhook_secret) }
    } } }
}

fn clock(id: &str, resident: &Resident, now: i64) -> Markup {
    let speed = resident.clock.speed().as_f64();
    let action = format!("/console/{id}/clock");
    html! {
        h2 { "Clock" }
        p id="clock" data-live { "It is " strong { (DateTime::from_millis(now).as_str()) } ", "
            @if speed == 0.0 { "and time stands still." } @else { "at " (speed) " times real time." } }
        form method="post" action=(action) {
            @for (seconds, label) in [("20", "20 seconds on"), ("2700", "45 minutes on"), ("21600", "6 hours on")] {
                button class="plain" name="advance" value=(seconds) { (label) }
            }
            button class="plain" name="speed" value="0" { "Stop" }
            button class="plain" name="speed" value="1" { "Real time" }
        }
        form method="post" action=(action) {
            label { span { "Seconds on" } input name="advance" inputmode="decimal"; }
            label { span { "Speed" } input name="speed" inputmode="decimal"; }
            button { "Set" }
        }
    }
}

fn connections(id: &str, resident: &Resident, now: i64) -> Markup {
    let both = resident.organization.books.each();
    let all: Vec<&Connection> =
        both.into_iter().flat_map(|books| books.connections.newest_first()).map(|(_, one)| one).collect();
    html! { @if all.is_empty() { p class="muted" { "None yet." } } @else { div class="scroll" { table {
        thead { tr { th scope="col" { "Connection" } th scope="col" { "Bank" } th scope="col" { "State" } th scope="col" { "Whose move" } th scope="col" { "Move it" } } }
        tbody { @for connection in all { (connection_row(id, connection, now)) } }
    } } } }
}

fn connection_row(id: &str, connection: &Connection, now: i64) -> Markup {
    let state = lifecycle::state(connection, now);
    let bank = connection.bank.public_id();
    html! { tr {
        td class="code" { (connection.id) }
        td { a href={ "/bank/" (bank) } { (connection.bank.name().unwrap_or("Unlisted Bank")) } }
        td { (state.kind) " / " (state.status) @if state.kind == "ready" { " / " (state.sync_status) } }
        td { (state.action_required_by) ": " (state.next_action) }
        td { form method="post" action={ "/console/" (id) "/connections" } {
            input type="hidden" name="connection" value=(connection.id);
            select name="status" aria-label={ "Status of " (connection.id) } {
                @for status in STATUSES { option selected[status == state.status] { (status) } }
            }
            button name="move" value="setup" { "As setup" }
            button name="move" value="ready" { "As ready" }
            button class="plain" name="move" value="complete" { "Complete" }
            button class="plain" name="move" value="sync" { "Sync" }
            button class="plain" name="move" value="release" { "Its own life" }
        } }
    } }
}

fn fault_list(id: &str, faults: &[(u64, String)]) -> Markup {
    html! { @if faults.is_empty() { p class="muted" { "None: every request is answered as it should be." } } @else {
        ul { @for (number, what) in faults { li { form method="post" action={ "/console/" (id) "/faults" } {
            code { (what) }
            button class="plain" name="remove" value=(number) { "Remove" }
        } } } }
    } }
}

fn fault_form(id: &str) -> Markup {
    html! { form method="post" action={ "/console/" (id) "/faults" } {
        label { span { "Method" } input name="method" placeholder="any" size="6"; }
        label { span { "Path begins with" } input name="path" placeholder="/v1/"; }
        label { span { "Status" } input name="status" inputmode="numeric" value="503" size="4"; }
        label { span { "Retry-After" } input name="retryAfter" size="8"; }
        label { span { "Delay, milliseconds" } input name="delayMs" inputmode="numeric" size="8"; }
        label { span { "Times" } input name="times" inputmode="numeric" placeholder="always" size="6"; }
        button { "Add fault" }
    } }
}

fn deliveries(resident: &Resident) -> Markup {
    let both = resident.organization.books.each();
    let all: Vec<&Delivery> =
        both.into_iter().flat_map(|books| books.webhooks.deliveries.iter().rev()).take(SHOWN).collect();
    html! { @if all.is_empty() { p class="muted" { "None yet." } } @else { div class="scroll" { table {
        thead { tr { th scope="col" { "Event" } th scope="col" { "To" } th scope="col" { "State" } th scope="col" { "Attempts" } } }
        tbody { @for delivery in all { tr {
            td { (delivery.event.event_type) br; span class="code muted" { (delivery.event.id) } }
            td class="code" { (delivery.url) }
            td { (delivery.state()) @if delivery.manner.bad_signature { ", badly signed" } }
            td { ul { @for attempt in &delivery.attempts { li {
                (attempt.at.as_str()) ": "
                @match (attempt.status, attempt.error.as_deref()) {
                    (Some(status), _) => (status),
                    (None, why) => span class="bad" { (why.unwrap_or("no answer")) },
                }
            } } } }
        } } }
    } } } }
}

fn event_form(id: &str) -> Markup {
    html! { form method="post" action={ "/console/" (id) "/events" } {
        label { span { "Event type" } input name="type" value="test"; }
        button name="manner" value="good" { "Send" }
        button class="plain" name="manner" value="duplicate" { "Send twice" }
        button class="plain" name="manner" value="bad" { "Send badly signed" }
    } }
}
