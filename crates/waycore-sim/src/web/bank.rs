//! A simulated bank's user administration, where a person creates the delegated user.
//!
//! It knows what Waycore issued for each connection to the bank, so it can refuse what was mistyped and say where. What
//! it issues itself is shown once and kept nowhere.

use std::collections::BTreeMap;

use axum::{
    Form, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use maud::{Markup, html};
use waycore::wire::Instructions;

use super::layout::page;
use crate::{
    Simulator,
    api::params::IdInPath,
    ids,
    world::{
        Resident, World,
        connection::{BankUser, Connection},
    },
};

/// Accounts that the delegated user can be let at; which of them exist does not matter to the simulation.
const ACCOUNTS: [&str; 3] = ["Operating", "Reserve", "Company card"];

/// A field that has to be what Waycore issued: name, label, and how to read it.
type Field = (&'static str, &'static str, fn(&Instructions) -> Option<&str>);

const FIELDS: [Field; 5] = [
    ("firstName", "First name", |issued| issued.first_name.as_deref()),
    ("lastName", "Last name", |issued| issued.last_name.as_deref()),
    ("address", "Address", |issued| issued.address.as_deref()),
    ("email", "E-mail address", |issued| issued.email.as_deref()),
    ("phoneNumber", "Phone number", |issued| issued.phone_number.as_deref()),
];

pub(super) fn router(simulator: Simulator) -> Router {
    Router::new()
        .route("/bank/{id}", get(show))
        .route("/bank/{id}/users", post(create))
        .route("/bank/{id}/users/{connection}/approval", post(approve))
        .with_state(simulator)
}

/// What was typed, and what is wrong with it, by field.
#[derive(Default)]
struct Entered {
    fields: Vec<(String, String)>,
    problems: BTreeMap<&'static str, String>,
}

/// What the bank issues for a user: to be shown once.
struct Issued {
    username: String,
    customer_id: String,
    password: String,
}

/// A delegated user as the administration lists it.
struct Listed {
    connection_id: String,
    username: String,
    approved: bool,
}

async fn show(State(simulator): State<Simulator>, IdInPath(bank): IdInPath) -> Response {
    match simulator.bank_name(&bank) {
        Some(name) => administration(&simulator, &bank, &name, &Entered::default()).into_response(),
        None => no_such_bank(),
    }
}

async fn create(
    State(simulator): State<Simulator>,
    IdInPath(bank): IdInPath,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let Some(name) = simulator.bank_name(&bank) else { return no_such_bank() };
    let mut entered = Entered { fields, problems: BTreeMap::new() };
    let created = simulator.create_bank_user(&bank, &mut entered);
    let Some(approved) = created else {
        let page = administration(&simulator, &bank, &name, &entered);
        return (StatusCode::UNPROCESSABLE_ENTITY, page).into_response();
    };
    simulator.changed().await;
    let content = match approved {
        true => issued(&Issued::new(entered.get("username"))),
        false => html! {
            h1 { "Waiting for a second administrator" }
            p { "The user is set up and cannot sign in yet. Another administrator of your company has to approve it." }
        },
    };
    framed(&name, &html! { (content) (back(&bank)) }).into_response()
}

async fn approve(
    State(simulator): State<Simulator>,
    axum::extract::Path((bank, connection)): axum::extract::Path<(String, String)>,
) -> Response {
    let Some(name) = simulator.bank_name(&bank) else { return no_such_bank() };
    let Some(username) = simulator.approve_bank_user(&bank, &connection) else { return no_such_bank() };
    simulator.changed().await;
    framed(&name, &html! { (issued(&Issued::new(&username))) (back(&bank)) }).into_response()
}

impl Simulator {
    fn bank_name(&self, bank: &str) -> Option<String> {
        if let Some(institution) = self.shared.catalog.get(bank) {
            return Some(institution.name.clone());
        }
        let world = self.shared.world();
        let known = world.residents().any(|resident| connections(resident, bank).next().is_some());
        known.then(|| "Unlisted Bank".to_owned())
    }

    /// Creates the user that the username names, if everything else is as issued. Gives whether it is approved.
    fn create_bank_user(&self, bank: &str, entered: &mut Entered) -> Option<bool> {
        let real = self.shared.real_time();
        let mut world = self.shared.world();
        entered.check_rights();
        let username = entered.get("username").trim().to_owned();
        let Some((now, found)) = world.residents().find_map(|resident| {
            let now = resident.clock.now(real);
            let issued = |connection: &&Connection| {
                connection.instructions(now).username.as_deref() == Some(&username)
            };
            connections(resident, bank).find(issued).map(|connection| (now, connection.clone()))
        }) else {
            entered.problem(
                "username",
                "We have no order for this username. Type it exactly as Waycore shows it.",
            );
            return None;
        };
        entered.check(&found.instructions(now));
        if found.bank_user.is_some() {
            entered.problem("username", "This user exists already.");
        }
        if !entered.problems.is_empty() {
            return None;
        }
        let resident = world.owner_of_connection(&found.id)?;
        let approved = !resident.organization.settings.require_bank_approval;
        let user = BankUser { created_at: now, approved_at: approved.then_some(now) };
        resident.organization.books_with(&found.id)?.connections.get_mut(&found.id)?.bank_user = Some(user);
        Some(approved)
    }

    /// Gives the username of the user that can sign in from now on.
    fn approve_bank_user(&self, bank: &str, connection_id: &str) -> Option<String> {
        let real = self.shared.real_time();
        let mut world = self.shared.world();
        let resident = world.owner_of_connection(connection_id)?;
        let now = resident.clock.now(real);
        let connection =
            resident.organization.books_with(connection_id)?.connections.get_mut(connection_id)?;
        if connection.bank.public_id() != bank {
            return None;
        }
        let username = connection.instructions(now).username.unwrap_or_default();
        let user = connection.bank_user.as_mut()?;
        user.approved_at = user.approved_at.or(Some(now));
        Some(username)
    }

    fn bank_users(&self, bank: &str) -> Vec<Listed> {
        let real = self.shared.real_time();
        let world: &World = &self.shared.world();
        let listed = |resident: &Resident| {
            let now = resident.clock.now(real);
            let users = connections(resident, bank).filter_map(|connection| {
                let user = connection.bank_user.as_ref()?;
                Some(Listed {
                    connection_id: connection.id.clone(),
                    username: connection.instructions(now).username.unwrap_or_default(),
                    approved: user.approved_at.is_some(),
                })
            });
            users.collect::<Vec<_>>()
        };
        world.residents().flat_map(listed).collect()
    }
}

/// The connections to a bank, of both environments.
fn connections<'a>(resident: &'a Resident, bank: &'a str) -> impl Iterator<Item = &'a Connection> {
    let both = resident.organization.books.each();
    let all = both.into_iter().flat_map(|books| books.connections.newest_first());
    all.map(|(_, connection)| connection).filter(move |connection| connection.bank.public_id() == bank)
}

impl Entered {
    fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    fn has(&self, name: &str, value: &str) -> bool {
        self.fields.iter().any(|(known, given)| known == name && given == value)
    }

    fn problem(&mut self, field: &'static str, what: &str) {
        self.problems.entry(field).or_insert_with(|| what.to_owned());
    }

    fn check_rights(&mut self) {
        if self.get("access") != "view" {
            self.problem("access", "A user that a service signs in with may only view.");
        }
        if !ACCOUNTS.iter().any(|account| self.has("accounts", account)) {
            self.problem("accounts", "Choose at least one account, or the user sees nothing.");
        }
    }

    /// Everything has to be what Waycore issued, but for white space at the ends.
    fn check(&mut self, issued: &Instructions) {
        for (field, label, read) in FIELDS {
            match read(issued) {
                None => self.problem(
                    field,
                    &format!(
                        "Waycore has not issued the {} yet. Try again in a while.",
                        label.to_lowercase()
                    ),
                ),
                Some(value) if value == self.get(field).trim() => {}
                Some(_) => self
                    .problem(field, &format!("{label} is not what Waycore issued. Type or copy it exactly.")),
            }
        }
    }
}

impl Issued {
    fn new(username: &str) -> Self {
        let number = ids::fingerprint(username);
        Self {
            username: format!("DU{:07}", number % 10_000_000),
            customer_id: format!("{:08}", number / 10_000_000 % 100_000_000),
            password: ids::password(),
        }
    }
}

fn administration(simulator: &Simulator, bank: &str, name: &str, entered: &Entered) -> Markup {
    let users = simulator.bank_users(bank);
    framed(
        name,
        &html! {
            h1 { "Users" }
            @if users.is_empty() { p class="muted" { "No delegated users yet." } } @else {
                div class="scroll" { table {
                    thead { tr { th scope="col" { "User" } th scope="col" { "State" } th scope="col" { "" } } }
                    tbody { @for user in &users { tr {
                        td class="code" { (user.username) }
                        td { @if user.approved { "Active" } @else { "Waiting for a second administrator" } }
                        td { @if !user.approved {
                            form method="post" action={ "/bank/" (bank) "/users/" (user.connection_id) "/approval" } {
                                button { "Approve as second administrator" }
                            }
                        } }
                    } } }
                } }
            }
            h2 { "Add a user" }
            @if !entered.problems.is_empty() {
                p class="bad" role="alert" { "The user was not created. See what to correct below." }
            }
            form method="post" action={ "/bank/" (bank) "/users" } {
                @for (field, label, _) in FIELDS { (text(field, label, entered)) }
                (text("username", "Username", entered))
                fieldset {
                    legend { "Access" }
                    (choice("radio", "access", "view", "View balances and transactions", entered))
                    (choice("radio", "access", "payments", "View and make payments", entered))
                    (problem("access", entered))
                }
                fieldset {
                    legend { "Accounts" }
                    @for account in ACCOUNTS { (choice("checkbox", "accounts", account, account, entered)) }
                    (problem("accounts", entered))
                }
                button { "Add user" }
            }
        },
    )
}

fn text(field: &'static str, label: &str, entered: &Entered) -> Markup {
    let wrong = entered.problems.contains_key(field);
    html! { div {
        label { span { (label) }
            input name=(field) value=(entered.get(field)) autocomplete="off" aria-invalid=[wrong.then_some("true")]
                aria-describedby=[wrong.then(|| format!("{field}-problem"))];
        }
        (problem(field, entered))
    } }
}

fn choice(kind: &str, name: &str, value: &str, label: &str, entered: &Entered) -> Markup {
    html! { label { input type=(kind) name=(name) value=(value) checked[entered.has(name, value)]; (label) } }
}

fn problem(field: &'static str, entered: &Entered) -> Markup {
    html! { @if let Some(what) = entered.problems.get(field) {
        p class="problem" id={ (field) "-problem" } { (what) }
    } }
}

fn issued(issued: &Issued) -> Markup {
    html! {
        h1 { "The user can sign in" }
        p { "Hand these on to the service that signs in. The password is shown this once." }
        dl {
            dt { "Username" } dd { (issued.username) }
            dt { "Customer ID" } dd { (issued.customer_id) }
            dt { "Password" } dd { (issued.password) }
        }
    }
}

fn back(bank: &str) -> Markup {
    html! { p { a href={ "/bank/" (bank) } { "Back to the users" } } }
}

fn framed(name: &str, content: &Markup) -> Markup {
    page(
        &format!("{name}: user administration"),
        "bank",
        false,
        &html! {
            header {
                p { strong { (name) } " · User administration" }
                p class="muted" { "A simulated bank: nothing here is real." }
            }
            main { (content) }
        },
    )
}

fn no_such_bank() -> Response {
    let content = html! { header { p { strong { "No such bank" } } }
    main { h1 { "There is no bank here" } p { "The simulator knows no bank or user of this id." } p { a href="/" { "To the simulator" } } } };
    (StatusCode::NOT_FOUND, page("No such bank", "bank", false, &content)).into_response()
}
