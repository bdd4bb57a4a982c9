//! What a plain form leads to: the page that follows, or the same page with the message.

use app::{
    api,
    backend::{Done, Flash, RequestScope},
    error::WireError,
    model::{Connection, OneConnection, Started, Step},
    paths::{SetupStep, encode},
};
use axum::response::Response;
use domain::portal_url::{PortalUrl, PortalUrlError};
use domain::user_error::{ErrorCode, UserError};
use http::{Method, StatusCode, request::Parts};
use leptos::server_fn::ServerFn;

use super::{
    fields::Fields,
    flash,
    page::{self, render, see_other, with_flash},
};
use crate::startup::AppState;

/// The fields of step 1 that come back with a message. None is a secret, but for an address that has a password in it.
const STEP_ONE_FIELDS: [&str; 6] =
    ["query", "institution_id", "requested_name", "portal_url", "not_listed", "address_checked"];

/// The fields of a form for what a bank issued that its own answer repeats; the password is not among them.
const ISSUED_FIELDS: [&str; 5] =
    ["bank_username", "bank_customer_id", "delegated_user_active", "accept_terms", "display_name"];

/// How long somebody may take to sign in again and still find the message.
const SIGN_IN_SECONDS: u64 = 15 * 60;

/// The page after a form that worked.
pub(super) fn done(state: &AppState, function: &str, body: &[u8], json: &[u8]) -> Response {
    let paths = &state.site.paths;
    let fields = Fields::read(body);
    let connection = match function {
        api::StartConnection::PATH => {
            serde_json::from_slice::<Started>(json).ok().map(|started| started.connection)
        }
        api::SearchInstitutions::PATH => {
            return see_other(&paths.new_with_query(fields.get("query").unwrap_or_default()));
        }
        _ => serde_json::from_slice::<OneConnection>(json).ok().map(|one| one.connection),
    };
    let page = match connection {
        Some(connection) => screen(state, &connection, fields.get("draft")),
        None => paths.list(),
    };
    match said(function) {
        Some(done) => back(state, &page, Flash { done: Some(done), ..Flash::default() }),
        None => see_other(&page),
    }
}

/// What the next page says of a form that worked, where nothing else there shows that it did.
fn said(function: &str) -> Option<Done> {
    match function {
        api::UpdateCredentials::PATH => Some(Done::HandedOver),
        api::SyncConnection::PATH => Some(Done::Asked),
        api::RemoveConnection::PATH => Some(Done::Removed),
        _ => None,
    }
}

/// Where a connection goes on. The page itself sends on if its state asks for another.
fn screen(state: &AppState, connection: &Connection, draft: Option<&str>) -> String {
    let paths = &state.site.paths;
    let over = matches!(connection.step, Step::Connected | Step::Recoverable | Step::Support);
    let path = if over { paths.detail(&connection.id) } else { paths.setup(&connection.id) };
    match draft {
        Some(draft) if !over => format!("{path}?draft={}", encode(draft)),
        _ => path,
    }
}

/// The page after a form that was refused.
pub(super) async fn refused(
    state: &AppState,
    scope: RequestScope,
    parts: &Parts,
    body: &[u8],
    error: UserError,
) -> Response {
    let fields = Fields::read(body);
    let function = parts.uri.path();
    let page = page_of(state, function, &fields);
    if let api::SubmitFinish::PATH | api::UpdateCredentials::PATH = function {
        return issued_again(state, scope, parts, &page, fields, error).await;
    }
    let values = match function {
        api::StartConnection::PATH => without_secrets(fields.keep(&STEP_ONE_FIELDS)),
        api::RemoveConnection::PATH => fields.keep(&["confirmation"]),
        _ => Vec::new(),
    };
    back(state, &page, Flash { error: Some(error), values, done: None })
}

/// An address comes back without the user name and the password in it: they may stand in no cookie, as in no draft.
fn without_secrets(mut values: Vec<(String, String)>) -> Vec<(String, String)> {
    let has_user = |text: &str| PortalUrl::parse(text) == Err(PortalUrlError::UserInfo);
    for (_, value) in values.iter_mut().filter(|(_, value)| has_user(value)) {
        let (scheme, rest) = value.split_once("://").unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let host = authority.rsplit('@').next().unwrap_or_default();
        let left = [scheme, "://", host, path].concat();
        *value = if has_user(&left) { String::new() } else { left };
    }
    values
}

/// The way in for somebody whose session ended while the form was filled in, and from there back to the form. Nothing that
/// was typed is kept: somebody else may sign in.
pub(super) async fn signed_out(state: &AppState, parts: &Parts, body: &[u8], error: WireError) -> Response {
    let function = parts.uri.path();
    let ended = error.0.code == ErrorCode::SignedOut;
    let mut wanted = parts.clone();
    let page = page_of(state, function, &Fields::read(body));
    wanted.uri = page.strip_prefix(state.site.paths.base()).unwrap_or(&page).parse().unwrap_or_default();
    let mut response = page::no_caller(state, &wanted, error).await;
    if ended {
        let words = &app::copy::pages::words().refused;
        let said = match function {
            api::SubmitFinish::PATH | api::UpdateCredentials::PATH => words.was_signed_out,
            _ => words.was_signed_out_before,
        };
        let error = Some(WireError::new(ErrorCode::SignedOut, said).0);
        let flash = Flash { error, ..Flash::default() };
        response.headers_mut().extend(flash::leave_for(state, flash, SIGN_IN_SECONDS));
    }
    response
}

/// The page that a form stands on.
fn page_of(state: &AppState, function: &str, fields: &Fields) -> String {
    let paths = &state.site.paths;
    match (function, fields.get("connection_id")) {
        (api::StartConnection::PATH, _) => step_one(state, fields),
        (api::ConfirmUserCreated::PATH, Some(id)) => paths.setup(id),
        (api::SubmitFinish::PATH, Some(id)) => paths.setup_step(id, SetupStep::Finish),
        (api::RemoveConnection::PATH, Some(id)) => paths.remove(id),
        (api::SyncConnection::PATH | api::UpdateCredentials::PATH, Some(id)) => paths.detail(id),
        _ => paths.list(),
    }
}

fn back(state: &AppState, to: &str, flash: Flash) -> Response {
    let mut response = see_other(to);
    response.headers_mut().extend(flash::leave(state, flash));
    response
}

/// The form of step 1 that was sent.
fn step_one(state: &AppState, fields: &Fields) -> String {
    let paths = &state.site.paths;
    let scripted = fields.get("scripted").is_some();
    let sent = (fields.get("unlisted"), fields.get("query"), fields.get("institution_id"));
    let page = match (fields.get("again"), sent) {
        (Some(again), (Some(_), _, _)) => paths.again_unlisted(again),
        (Some(again), _) => paths.again(again),
        (None, (Some(_), _, _)) => paths.new_unlisted(),
        // Without JavaScript the search text leads to results to choose from.
        (None, (None, Some(query), _)) if !scripted => paths.new_with_query(query),
        (None, (None, _, Some(institution))) if !scripted => paths.new_with_institution(institution),
        _ => paths.new_connection(),
    };
    match fields.get("draft") {
        Some(draft) if page.contains('?') => format!("{page}&draft={}", encode(draft)),
        Some(draft) => format!("{page}?draft={}", encode(draft)),
        None => page,
    }
}

/// What a bank issued may stand in no cookie, row or address, so the form comes back in this very answer.
async fn issued_again(
    state: &AppState,
    scope: RequestScope,
    parts: &Parts,
    page: &str,
    fields: Fields,
    error: UserError,
) -> Response {
    let mut request = parts.clone();
    request.method = Method::GET;
    let inner = page.strip_prefix(state.site.paths.base()).unwrap_or(page);
    request.uri = inner.parse().unwrap_or_default();
    let flash = Flash { error: Some(error), values: fields.keep(&ISSUED_FIELDS), done: None };
    let mut response = render(state, with_flash(scope, flash), request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_back_without_its_user() {
        for (typed, left) in [
            ("https://me:secret@bank.example/login?a=b@c", "https://bank.example/login?a=b@c"),
            ("https://me@bank.example", "https://bank.example"),
            ("https://a@b@bank.example/", "https://bank.example/"),
            ("http://bank.example/x@y", "http://bank.example/x@y"),
            ("me@bank.example", "me@bank.example"),
        ] {
            let values = without_secrets(vec![("portal_url".to_owned(), typed.to_owned())]);
            assert_eq!(values[0].1, left, "{typed}");
        }
    }
}
