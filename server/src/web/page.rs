//! Pages: identity first, then one rendering that waits for its data, so that status and redirect are right.

use app::{
    backend::{Flash, RequestScope},
    error::WireError,
    pages::{problem_document, sign_in_document},
};
use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::user_error::ErrorCode;
use http::{HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use leptos::prelude::provide_context;

use super::api::{refuse, wants_html};
use super::{flash, language, scope};
use crate::startup::AppState;

/// Any page of the product.
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let caller = match scope::caller_of_page(&state, &parts).await {
        Ok(caller) => caller,
        Err(error) => return no_caller(&state, &parts, error).await,
    };
    // What a form left is for whoever sent it, and no page that heard of something did.
    let left = if scope::is_after_news(&parts) { None } else { flash::take(&state, &parts.headers) };
    let (flash, ended) = left.unwrap_or_default();
    let scope = scope::scope(&state, caller.clone(), &parts, flash);
    let mut response = language::of_caller(&caller, render(&state, scope, parts)).await;
    response.headers_mut().extend(ended);
    response
}

/// Renders the page that `parts` asks for, in a scope.
pub(super) async fn render(state: &AppState, scope: RequestScope, mut parts: Parts) -> Response {
    // The router inside sees the address that the browser sees, whatever a proxy stripped.
    parts.uri = public_uri(state, &parts.uri);
    let render =
        leptos_axum::render_app_async_with_context(move || provide_context(scope.clone()), app::shell::shell);
    render(Request::from_parts(parts, Body::empty())).await
}

/// The answer to a page without a caller: to the sign-in, else a page that says so.
pub(super) async fn no_caller(state: &AppState, parts: &Parts, error: WireError) -> Response {
    let return_to = public_uri(state, &parts.uri).to_string();
    let signed_out = error.0.code == ErrorCode::SignedOut;
    if signed_out && state.site.demo {
        let to = format!("{}?return_to={}", state.site.paths.sign_in(), app::paths::encode(&return_to));
        return see_other(&to);
    }
    if let Some(sign_in) = state.sign_in_url.as_ref().filter(|_| signed_out) {
        let page = format!("{}{return_to}", state.origin);
        let join = if sign_in.contains('?') { '&' } else { '?' };
        let to = format!("{sign_in}{join}return_to={}", app::paths::encode(&page));
        // A script that fetches a page cannot follow to another site, and the page's own policy keeps a form that was
        // sent from doing so; the person can.
        let fetched = parts.headers.get("sec-fetch-mode").is_some_and(|mode| mode != "navigate");
        return if fetched || parts.method == Method::POST {
            problem_page(state, parts, error, Some(to)).await
        } else {
            see_other(&to)
        };
    }
    problem(state, parts, error).await
}

/// A page that says what is wrong.
pub(super) async fn problem(state: &AppState, parts: &Parts, error: WireError) -> Response {
    problem_page(state, parts, error, None).await
}

async fn problem_page(
    state: &AppState,
    parts: &Parts,
    error: WireError,
    sign_in: Option<String>,
) -> Response {
    let error = error.support_code(&scope::support_code(parts));
    let status =
        StatusCode::from_u16(error.0.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let site = state.site.clone();
    let shown = move || problem_document(site.clone(), error.clone(), sign_in.clone());
    let mut response = leptos_axum::render_app_async_with_context(|| {}, shown)(plain(parts)).await;
    *response.status_mut() = status;
    response
}

/// The answer to a request that is not looked into: a page to whoever wanted one.
pub(crate) async fn turned_away(state: &AppState, request: Request, error: WireError) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method == Method::GET && wants_html(&parts) {
        return problem(state, &parts, error).await;
    }
    refuse(&Request::from_parts(parts, body), error)
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

/// Whether the server can do its work. Waycore being down is no reason to be unready.
pub async fn ready(State(state): State<AppState>) -> Response {
    match state.store.check().await {
        Ok(()) => "ok".into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer").into_response()
        }
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

/// The same request without its body.
fn plain(parts: &Parts) -> Request {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = parts.uri.clone();
    *request.headers_mut() = parts.headers.clone();
    request
}
