//! The handler of the server functions: JSON for programs, a redirect for forms.

use app::{
    api,
    backend::{Flash, RequestScope},
    error::WireError,
};
use axum::{
    Json,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::user_error::{ErrorCode, UserError};
use http::{HeaderValue, Method, StatusCode, header, request::Parts};
use leptos::{prelude::provide_context, server_fn::ServerFn};
use tower_http::csrf::CsrfLayer;

use super::body::{self, Unread};
use super::{fields, forms, language, origin, page, scope};
use crate::{
    client::Client, headers::elements, limits::too_many_signed_out, security_log::SecurityEvent,
    startup::AppState, telemetry::SupportCode,
};

/// Much more than a form of ours needs: what is too long for its field comes back with a message beside it.
const LONGEST_FORM: usize = 256 * 1024;

/// More than a form of ours has, one with the portals of many banks included.
const MOST_FIELDS: usize = 100;

/// Our own functions. The registry that finds them is global to the process, and a host may have its own in it.
pub(crate) const FUNCTIONS: [&str; 12] = [
    api::ListConnections::PATH,
    api::SearchInstitutions::PATH,
    api::CoachPortal::PATH,
    api::StartConnection::PATH,
    api::GetConnection::PATH,
    api::ListAccounts::PATH,
    api::ListTransactions::PATH,
    api::ConfirmUserCreated::PATH,
    api::SubmitFinish::PATH,
    api::UpdateCredentials::PATH,
    api::SyncConnection::PATH,
    api::RemoveConnection::PATH,
];

/// Runs one server function.
pub async fn server_function(State(state): State<AppState>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let support_code = scope::support_code(&parts);
    let html = wants_html(&parts);
    let refuse = |error: WireError| json_error(error.support_code(&support_code));
    if !FUNCTIONS.contains(&parts.uri.path()) {
        if html {
            parts.method = Method::GET;
            return page::page(State(state), Request::from_parts(parts, Body::empty())).await;
        }
        return refuse(WireError::new(ErrorCode::NotFound, app::copy::pages::words().problem.no_page));
    }
    let caller = match scope::caller(&state, &parts).await {
        Ok(caller) => caller,
        Err(error) if html => {
            let body = read_form(body).await.unwrap_or_default();
            return forms::without_caller(&state, &parts, &body, error).await;
        }
        Err(error) => return refuse(error),
    };
    let body = match read_form(body).await {
        Ok(body) => body,
        Err(unread) => {
            tracing::info!(reason = %unread, "form not read");
            let errors = app::copy::errors();
            let message = match unread {
                Unread::TooLarge => errors.form_too_long,
                Unread::TooSlow | Unread::BrokenOff => errors.unreadable_form,
            };
            let error = WireError::new(ErrorCode::InvalidInput, message);
            return if html { page::problem(&state, &parts, error).await } else { refuse(error) };
        }
    };
    let body = if html { fields::with_chosen_portal(parts.uri.path(), body) } else { body };
    let scope = scope::scope(&state, caller.clone(), &parts, Flash::default());
    language::of_caller(&caller, answer(&state, scope, &parts, body, html)).await
}

async fn read_form(body: Body) -> Result<Bytes, Unread> {
    let body = body::read(body, LONGEST_FORM).await?;
    let separators = body.iter().filter(|byte| **byte == b'&').count();
    if separators < MOST_FIELDS { Ok(body) } else { Err(Unread::TooLarge) }
}

/// The answer to a caller, as a page or as JSON.
async fn answer(state: &AppState, scope: RequestScope, parts: &Parts, body: Bytes, html: bool) -> Response {
    let outcome = call(scope.clone(), parts, body.clone()).await;
    match outcome {
        Ok(json) if html => forms::done(state, &scope, parts.uri.path(), &body, &json),
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) if html => forms::refused(state, scope, parts, &body, error).await,
        Err(error) => json_error(WireError(error)),
    }
}

/// What the function answers, as JSON.
async fn call(scope: RequestScope, parts: &Parts, body: Bytes) -> Result<Bytes, UserError> {
    if let Some(field) = fields::damaged(&body) {
        let words = app::copy::pages::words();
        let said = if field == "password" { words.finish.password_again } else { words.refused.no_text };
        return Err(WireError::field(&field, said).support_code(&scope.support_code).0);
    }
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = parts.method.clone();
    *request.uri_mut() = parts.uri.clone();
    *request.headers_mut() = parts.headers.clone();
    // Leptos would answer a form by itself, with the failure in the address; forms are answered here.
    request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    request.headers_mut().remove(header::REFERER);
    let support_code = scope.support_code.clone();
    let answer =
        leptos_axum::handle_server_fns_with_context(move || provide_context(scope.clone()), request).await;
    let answer = answer.into_response();
    let succeeded = answer.status().is_success();
    let answer = to_bytes(answer.into_body(), usize::MAX).await.unwrap_or_default();
    if succeeded {
        return Ok(answer);
    }
    let unreadable = || WireError::new(ErrorCode::InvalidInput, app::copy::errors().unreadable_form).0;
    let error: UserError = serde_json::from_slice(&answer).unwrap_or_else(|_| unreadable());
    Err(WireError(error).support_code(&support_code).0)
}

/// Refuses a change that a page of another origin sent: a form with its page and the reason, a program with JSON.
pub async fn refused_origin(
    State((state, csrf)): State<(AppState, CsrfLayer)>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    if !origin::is_refused(&csrf, &parts, &state.origin).await {
        return next.run(Request::from_parts(parts, body)).await;
    }
    SecurityEvent::new("cross_site").log();
    let error = WireError::new(ErrorCode::Forbidden, app::copy::errors().other_site);
    let error = error.support_code(&scope::support_code(&parts));
    if !wants_html(&parts) {
        return json_error(error);
    }
    // A hostile page can make many browsers send forms.
    if let Err(wait) = state.limits.signed_out(Client::of(&parts).address) {
        return page::problem(&state, &parts, too_many_signed_out(wait)).await;
    }
    let function = parts.uri.path();
    if FUNCTIONS.contains(&function)
        && let Ok(body) = read_form(body).await
        && let Some(back) = forms::foreign(&state, function, &body, &error)
    {
        return back;
    }
    page::problem(&state, &parts, error).await
}

/// Says no to a request without a look at it.
pub fn refuse(request: &Request, error: WireError) -> Response {
    let support_code = request.extensions().get::<SupportCode>().map(ToString::to_string);
    json_error(error.support_code(&support_code.unwrap_or_default()))
}

pub(super) fn json_error(error: WireError) -> Response {
    let error = error.0;
    let status = StatusCode::from_u16(error.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let wait = error.retry_after_seconds.map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds)));
    let mut response = (status, Json(error)).into_response();
    response.headers_mut().extend(wait);
    response
}

pub(super) fn wants_html(parts: &Parts) -> bool {
    elements(&parts.headers, header::ACCEPT, b',').any(|range| {
        let media_type = range.split(';').next().unwrap_or_default();
        media_type.trim().eq_ignore_ascii_case("text/html")
    })
}
