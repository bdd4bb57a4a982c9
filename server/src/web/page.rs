//! Pages: identity first, then one rendering that waits for its data, so that status and redirect are right.

use std::panic::AssertUnwindSafe;

use app::{
    backend::{Flash, RequestScope},
    error::WireError,
    pages::{problem_document, sign_in_document},
};
use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{Html, IntoResponse as _, Response},
};
use domain::user_error::ErrorCode;
use futures_util::FutureExt as _;
use http::{HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use leptos::prelude::provide_context;

use super::api::{json_error, refuse, wants_html};
use super::scope::NoCaller;
use super::sign_in_loop::{self, Refusals};
use super::{flash, language, scope};
use crate::startup::AppState;

/// In bytes. Encoded, and in a header, it becomes three times as long.
const MAX_RETURN_TO: usize = 1_000;

/// More query fields than any page reads. The router's parser takes quadratic time.
const MAX_QUERY_FIELDS: usize = 32;

/// Any page of the product.
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let caller = match scope::caller_of_page(&state, &parts).await {
        Ok(caller) => caller,
        Err(none) => return no_caller(&state, &parts, none).await,
    };
    // What a form left is for whoever sent it, and no page that heard of something did. A script of another build cannot show
    // this page, and has the browser open it: the message is left for that.
    let is_shown = !scope::is_after_news(&parts) && scope::can_show(&state, &parts);
    let left = if is_shown { flash::take(&state, &caller, &parts.headers) } else { None };
    let (flash, ended) = left.unwrap_or_default();
    let scope = scope::scope(&state, caller.clone(), &parts, flash);
    let accepted = sign_in_loop::forget(&state, &parts.headers);
    let mut response = language::of_caller(&caller, render(&state, scope, parts)).await;
    // A page that sends on has not shown it, nor has one that failed.
    let is_unread = response.status().is_redirection() || response.status().is_server_error();
    response.headers_mut().extend(ended.filter(|_| !is_unread));
    response.headers_mut().extend(accepted);
    response
}

/// Renders the page that `parts` asks for, in a scope.
pub(super) async fn render(state: &AppState, scope: RequestScope, mut parts: Parts) -> Response {
    // The router inside sees the address that the browser sees, whatever a proxy stripped.
    parts.uri = first_fields(public_uri(state, &parts.uri));
    let render =
        leptos_axum::render_app_async_with_context(move || provide_context(scope.clone()), app::shell::shell);
    render(Request::from_parts(parts, Body::empty())).await
}

/// The answer to a page without a caller: to the sign-in, else a page that says so.
pub(super) async fn no_caller(state: &AppState, parts: &Parts, none: NoCaller) -> Response {
    let NoCaller { error, refusal } = none;
    if error.0.code == ErrorCode::RateLimited && !wants_html(parts) {
        return json_error(error.support_code(&scope::support_code(parts)));
    }
    if error.0.code != ErrorCode::SignedOut {
        return problem(state, parts, error).await;
    }
    let return_to = return_to(state, &parts.uri);
    if state.site.demo {
        let to = format!("{}?return_to={}", state.site.paths.sign_in(), app::paths::encode(&return_to));
        return see_other(&to);
    }
    let sign_in = state.sign_in_url.as_ref().map(|sign_in| {
        let page = format!("{}{return_to}", state.origin);
        let join = if sign_in.contains('?') { '&' } else { '?' };
        format!("{sign_in}{join}return_to={}", app::paths::encode(&page))
    });
    // A script that fetches a page cannot follow to another site, and the page's own policy keeps a form that was sent
    // from doing so; the person can.
    let fetched = parts.headers.get("sec-fetch-mode").is_some_and(|mode| mode != "navigate");
    let can_follow = !fetched && parts.method != Method::POST;
    let refusal = refusal.filter(|_| can_follow);
    let refusals = Refusals::of(state, &parts.headers);
    let mut response = match (&refusal, sign_in) {
        (Some(refusal), sign_in) if refusals.show_a_loop(refusal) => {
            let error = WireError::new(ErrorCode::SignedOut, sign_in_loop::reason(refusal));
            let title = app::copy::pages::words().not_accepted.title;
            problem_page(state, parts, error, sign_in, Some(title)).await
        }
        (_, Some(sign_in)) if can_follow => see_other(&sign_in),
        (_, sign_in) => problem_page(state, parts, error, sign_in, None).await,
    };
    if refusal.is_some() {
        response.headers_mut().extend(refusals.with_this_one(state));
    }
    response
}

/// The page to come back to after a sign-in: without its query where the address is longer than proxies take. The list where
/// it is still too long, or is no page.
fn return_to(state: &AppState, uri: &Uri) -> String {
    if uri.path().starts_with("/api/") {
        return state.site.paths.list();
    }
    let whole = public_uri(state, uri).to_string();
    let path = whole.split('?').next().unwrap_or_default();
    match [whole.as_str(), path].into_iter().find(|address| address.len() <= MAX_RETURN_TO) {
        Some(address) => address.to_owned(),
        None => state.site.paths.list(),
    }
}

/// A page that says what is wrong.
pub(super) async fn problem(state: &AppState, parts: &Parts, error: WireError) -> Response {
    problem_page(state, parts, error, None, None).await
}

async fn problem_page(
    state: &AppState,
    parts: &Parts,
    error: WireError,
    sign_in: Option<String>,
    title: Option<&'static str>,
) -> Response {
    let error = error.support_code(&scope::support_code(parts));
    if error.0.code == ErrorCode::RateLimited && !state.limits.may_render_refusal() {
        return plain_refusal(&error);
    }
    let status = status_of(&error);
    let site = state.site.clone();
    let shown = move || problem_document(site.clone(), error.clone(), sign_in.clone(), title);
    let mut response = leptos_axum::render_app_async_with_context(|| {}, shown)(plain(parts)).await;
    *response.status_mut() = status;
    response
}

/// A refusal that costs next to nothing, while there are too many of them for pages.
fn plain_refusal(error: &WireError) -> Response {
    let language = app::copy::locale::language().code();
    let page = format!(
        "<!DOCTYPE html><html lang=\"{language}\"><meta charset=\"utf-8\"><title>{message}</title><h1>{message}</h1>",
        message = error.0.message
    );
    let wait = error.0.retry_after_seconds.unwrap_or(1);
    (status_of(error), [(header::RETRY_AFTER, HeaderValue::from(wait))], Html(page)).into_response()
}

fn status_of(error: &WireError) -> StatusCode {
    StatusCode::from_u16(error.0.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The answer to a request that is not looked into: a page to whoever wanted one.
pub(crate) async fn turned_away(state: &AppState, request: Request, error: WireError) -> Response {
    let (parts, body) = request.into_parts();
    if wants_html(&parts) {
        return problem(state, &parts, error).await;
    }
    refuse(&Request::from_parts(parts, body), error)
}

/// The answer to a request whose handler panicked: a page to whoever wanted one, unless that is what breaks.
pub(crate) async fn broken(state: &AppState, parts: Parts) -> Response {
    let errors = app::copy::errors();
    // Of a change nobody knows how far it got.
    let message = if parts.method.is_safe() { errors.trouble } else { errors.outcome_unknown };
    let error = WireError::new(ErrorCode::Unavailable, message);
    if wants_html(&parts) {
        let page = AssertUnwindSafe(problem(state, &parts, error.clone())).catch_unwind().await;
        if let Ok(page) = page {
            return page;
        }
    }
    refuse(&Request::from_parts(parts, Body::empty()), error)
}

/// The demo's sign-in page. Elsewhere there is none.
pub async fn sign_in(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if !state.site.demo {
        let error = WireError::new(ErrorCode::NotFound, app::copy::pages::words().problem.no_page);
        return problem(&state, &parts, error).await;
    }
    render_sign_in(&state, &parts, false).await
}

/// Shows the demo's form again when it was refused.
pub async fn refused_sign_in(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let kept = plain(&parts).into_parts().0;
    let response = next.run(Request::from_parts(parts, body)).await;
    if response.status() != StatusCode::UNPROCESSABLE_ENTITY {
        return response;
    }
    let mut page = render_sign_in(&state, &kept, true).await;
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    page
}

async fn render_sign_in(state: &AppState, parts: &Parts, refused: bool) -> Response {
    let query = parts.uri.query().unwrap_or_default();
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let return_to = fields.into_iter().find(|(name, _)| name == "return_to").map(|(_, value)| value);
    let site = state.site.clone();
    let shown = move || sign_in_document(site.clone(), return_to.clone(), refused);
    leptos_axum::render_app_async_with_context(|| {}, shown)(plain(parts)).await
}

/// Whether the server should get requests.
pub async fn ready(State(state): State<AppState>) -> Response {
    match state.readiness.check().await {
        Ok(()) => "ok".into_response(),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason.to_string()).into_response(),
    }
}

/// A redirect that is followed by a GET, whatever came before.
pub(super) fn see_other(to: &str) -> Response {
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// The scope's message as a page of its own shows it.
pub(super) fn with_flash(scope: RequestScope, flash: Flash) -> RequestScope {
    RequestScope { flash, ..scope }
}

fn public_uri(state: &AppState, uri: &Uri) -> Uri {
    let inner = uri.path_and_query().map_or("/", |path| path.as_str());
    format!("{}{inner}", state.site.paths.base()).parse().unwrap_or_default()
}

/// The address with the first [`MAX_QUERY_FIELDS`] of its query alone.
fn first_fields(uri: Uri) -> Uri {
    let query = uri.query().unwrap_or_default();
    let Some((end, _)) = query.match_indices('&').nth(MAX_QUERY_FIELDS - 1) else { return uri };
    format!("{}?{}", uri.path(), query.get(..end).unwrap_or_default()).parse().unwrap_or(uri)
}

/// The same request without its body.
fn plain(parts: &Parts) -> Request {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = parts.uri.clone();
    *request.headers_mut() = parts.headers.clone();
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_query_the_first_fields_count() {
        let query = |fields: usize| {
            let fields: Vec<_> = (0..fields).map(|field| format!("f{field}=%26")).collect();
            fields.join("&")
        };
        for (given, expected) in [
            ("/banks".to_owned(), "/banks".to_owned()),
            ("/banks?".to_owned(), "/banks?".to_owned()),
            ("/banks?status=active&x".to_owned(), "/banks?status=active&x".to_owned()),
            (format!("/banks?{}", query(32)), format!("/banks?{}", query(32))),
            (format!("/banks?{}", query(33)), format!("/banks?{}", query(32))),
            (format!("/banks?{}", query(6_000)), format!("/banks?{}", query(32))),
            (format!("/banks?{}", "&".repeat(6_000)), format!("/banks?{}", "&".repeat(31))),
        ] {
            assert_eq!(first_fields(given.parse().unwrap()).to_string(), expected);
        }
    }
}
