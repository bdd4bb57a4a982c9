//! What a plain form leads to: the page that follows, or the same page with the message.

use app::{
    api,
    backend::{Done, Flash, FormOutcome, PASSWORD_DROPPED, RequestScope},
    error::WireError,
    model::{Connection, OneConnection, Started, Step},
    paths::{SetupStep, encode, with_draft},
};
use axum::response::Response;
use domain::portal_url::has_user_info;
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
const STEP_ONE_FIELDS: [&str; 8] = [
    "query",
    "institution_id",
    "requested_name",
    "portal_url",
    "portal_not_listed",
    "own_portal",
    "not_listed",
    "address_checked",
];

/// What a bank issued, as far as a form's own answer repeats it; the password is not among them.
const ISSUED_FIELDS: [&str; 2] = ["bank_username", "bank_customer_id"];

/// The other fields of the finish form that come back.
const CONFIRMED_FIELDS: [&str; 3] = ["delegated_user_active", "accept_terms", "display_name"];

/// Longer addresses are refused by some proxies, in bytes.
const MAX_ADDRESS: usize = 2_000;

/// Drafts are named by the browser, in fewer bytes.
const MAX_DRAFT_ID: usize = 100;

/// More characters than the name of a bank has.
const MAX_QUERY: usize = 200;

/// How long somebody may take to sign in again and still find the message.
const SIGN_IN_SECONDS: u64 = 15 * 60;

/// The page after a form that worked.
pub(super) fn done(
    state: &AppState,
    scope: &RequestScope,
    function: &str,
    body: &[u8],
    json: &[u8],
) -> Response {
    let paths = &state.site.paths;
    let fields = Fields::read(body);
    let connection = match function {
        api::StartConnection::PATH => {
            serde_json::from_slice::<Started>(json).ok().map(|started| started.connection)
        }
        api::SearchInstitutions::PATH => {
            let query: String = fields.get("query").unwrap_or_default().chars().take(MAX_QUERY).collect();
            return see_other(&paths.new_with_query(&query));
        }
        _ => serde_json::from_slice::<OneConnection>(json).ok().map(|one| one.connection),
    };
    let page = match connection {
        Some(connection) => screen(state, &connection, fields.get("draft")),
        None => paths.list(),
    };
    match success_flash(function, &scope.outcome) {
        Some(done) => {
            let mut response = see_other(&page);
            let flash = Flash { done: Some(done), ..Flash::default() };
            response.headers_mut().extend(flash::leave(state, &scope.caller, &flash));
            response
        }
        None => see_other(&page),
    }
}

/// What the next page says of a form that worked, where nothing else there shows that it did.
fn success_flash(function: &str, outcome: &FormOutcome) -> Option<Done> {
    match function {
        api::SubmitFinish::PATH if outcome.credentials_left_out() => Some(Done::FinishedBefore),
        api::UpdateCredentials::PATH => Some(Done::HandedOver),
        api::SyncConnection::PATH => Some(Done::Asked),
        api::RemoveConnection::PATH => Some(Done::Removed),
        _ => None,
    }
}

/// Where a connection goes on. The page itself sends on if its state asks for another. Whatever the state, the draft that led
/// there is tied to the connection by that page.
fn screen(state: &AppState, connection: &Connection, draft: Option<&str>) -> String {
    let paths = &state.site.paths;
    let over = matches!(connection.step, Step::Connected | Step::Recoverable | Step::Support);
    let path = if over { paths.detail(&connection.id) } else { paths.setup(&connection.id) };
    with_draft(path, draft.filter(|draft| draft.len() <= MAX_DRAFT_ID))
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
    let has_to_wait = scope.outcome.has_to_wait();
    if let api::SubmitFinish::PATH | api::UpdateCredentials::PATH = function {
        let values = if scope.outcome.credentials_accepted() {
            // Waycore has the sign-in details already.
            fields.keep(&CONFIRMED_FIELDS)
        } else {
            let dropped = password_dropped(&fields);
            let kept = [&ISSUED_FIELDS[..], &["without_password"], &CONFIRMED_FIELDS].concat();
            fields.keep(&kept).into_iter().chain(dropped).collect()
        };
        // What a bank issued may stand in no cookie, row or address.
        return again(
            state,
            scope,
            parts,
            &page,
            Flash { error: Some(error), has_to_wait, values, done: None },
        )
        .await;
    }
    let values = match function {
        api::StartConnection::PATH => without_secrets(fields.keep(&STEP_ONE_FIELDS)),
        api::RemoveConnection::PATH => fields.keep(&["confirmation"]),
        _ => Vec::new(),
    };
    let flash = Flash { error: Some(error), has_to_wait, values, done: None };
    let message = flash::leave(state, &scope.caller, &flash).filter(|_| page.len() <= MAX_ADDRESS);
    let Some(message) = message else { return again(state, scope, parts, &page, flash).await };
    let mut response = see_other(&page);
    response.headers_mut().extend([message]);
    response
}

/// An address comes back without the user name and the password in it: they may stand in no cookie, as in no draft.
fn without_secrets(mut values: Vec<(String, String)>) -> Vec<(String, String)> {
    for (_, value) in values.iter_mut().filter(|(_, value)| has_user_info(value)) {
        let (scheme, rest) = value.split_once("//").unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let host = authority.rsplit('@').next().unwrap_or_default();
        let left = [scheme, "//", host, path].concat();
        *value = if has_user_info(&left) { String::new() } else { left };
    }
    values
}

/// The answer to a form whose sender has no session any more, or may not send it now: the way in, or the reason. No typed
/// value is stored, because another person may sign in next. The form asks again for a password that was typed.
pub(super) async fn without_caller(
    state: &AppState,
    parts: &Parts,
    body: &[u8],
    error: WireError,
) -> Response {
    let function = parts.uri.path();
    let fields = Fields::read(body);
    let ended = error.0.code == ErrorCode::SignedOut;
    let mut wanted = parts.clone();
    let page = page_of(state, function, &fields);
    wanted.uri = page.strip_prefix(state.site.paths.base()).unwrap_or(&page).parse().unwrap_or_default();
    let mut response = page::no_caller(state, &wanted, error.into()).await;
    let words = &app::copy::pages::words().refused;
    let said = match function {
        api::SubmitFinish::PATH | api::UpdateCredentials::PATH => words.was_signed_out,
        _ => words.was_signed_out_before,
    };
    let error = ended.then(|| WireError::new(ErrorCode::SignedOut, said).0);
    let values = lost_password(function, &fields);
    if error.is_some() || !values.is_empty() {
        let flash = Flash { error, values, ..Flash::default() };
        response.headers_mut().extend(flash::leave_for_anybody(state, &flash, SIGN_IN_SECONDS));
    }
    response
}

/// The page of a form that a page of another origin has sent, with the reason why it was refused. Nothing that was sent is
/// kept: that page may have written it. `None` where the address would be too long.
pub(super) fn foreign(state: &AppState, function: &str, body: &[u8], error: &WireError) -> Option<Response> {
    let fields = Fields::read(body);
    let page = page_of(state, function, &fields);
    let flash =
        Flash { error: Some(error.0.clone()), values: lost_password(function, &fields), ..Flash::default() };
    let message = flash::leave_for_anybody(state, &flash, flash::SECONDS)?;
    (page.len() <= MAX_ADDRESS).then(|| {
        let mut response = see_other(&page);
        response.headers_mut().extend([message]);
        response
    })
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

/// The form of step 1 that was sent.
fn step_one(state: &AppState, fields: &Fields) -> String {
    let paths = &state.site.paths;
    let scripted = fields.get("scripted").is_some();
    // Bounds the address.
    let query = fields.get("query").map(|query| query.chars().take(MAX_ADDRESS).collect::<String>());
    let sent = (fields.get("unlisted"), query.as_deref(), fields.get("institution_id"));
    let page = match (fields.get("again"), sent) {
        (Some(again), (Some(_), _, _)) => paths.again_unlisted(again),
        (Some(again), _) => paths.again(again),
        (None, (Some(_), _, _)) => paths.new_unlisted(),
        // Without JavaScript the search text leads to results to choose from.
        (None, (None, Some(query), _)) if !scripted => paths.new_with_query(query),
        (None, (None, _, Some(institution))) if !scripted => paths.new_with_institution(institution),
        _ => paths.new_connection(),
    };
    match fields.get("draft").filter(|draft| draft.len() <= MAX_DRAFT_ID) {
        Some(draft) if page.contains('?') => format!("{page}&draft={}", encode(draft)),
        Some(draft) => format!("{page}?draft={}", encode(draft)),
        None => page,
    }
}

/// Says of the forms that have a password whether one was typed that does not come back.
fn lost_password(function: &str, fields: &Fields) -> Vec<(String, String)> {
    match function {
        api::SubmitFinish::PATH | api::UpdateCredentials::PATH => {
            password_dropped(fields).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Says that a password was typed, now or before, which does not come back with the form.
fn password_dropped(fields: &Fields) -> Option<(String, String)> {
    let is_typed = fields.get("password").or_else(|| fields.get(PASSWORD_DROPPED)).is_some();
    is_typed.then(|| (PASSWORD_DROPPED.to_owned(), "true".to_owned()))
}

/// The form in this very answer, with its message: for what fits into no cookie, or may stand in none. Where the page sends on
/// or cannot be shown, the message is left for the page after it, without what a bank issued.
async fn again(state: &AppState, scope: RequestScope, parts: &Parts, page: &str, flash: Flash) -> Response {
    let mut request = parts.clone();
    request.method = Method::GET;
    let inner = page.strip_prefix(state.site.paths.base()).unwrap_or(page);
    request.uri = inner.parse().unwrap_or_default();
    let mut left = flash.clone();
    left.values.retain(|(name, _)| !ISSUED_FIELDS.contains(&name.as_str()));
    let message = flash::leave(state, &scope.caller, &left);
    let mut response = render(state, with_flash(scope, flash), request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    } else {
        response.headers_mut().extend(message);
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
            // Whatever else is wrong with it.
            ("http://me:secret@bank.example/", "http://bank.example/"),
            (" https://me:secret@bank.example/log in", " https://bank.example/log in"),
            ("http://bank.example/x@y", "http://bank.example/x@y"),
            ("me@bank.example", "me@bank.example"),
        ] {
            let values = without_secrets(vec![("portal_url".to_owned(), typed.to_owned())]);
            assert_eq!(values[0].1, left, "{typed}");
        }
    }
}
