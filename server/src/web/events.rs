//! `/events`: what an open page hears (docs/reference.md, Events).

use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse as _, Response};
use domain::ids::ConnectionId;
use domain::user_error::ErrorCode;
use http::{HeaderValue, StatusCode, Version, header, request::Parts};
use serde::Deserialize;

use super::api::json_error;
use super::{fetch_site, scope};
use crate::events::{Asker, EventStream, NotJoined, SessionKey, Takeover};
use crate::limits;
use crate::security::NEVER_STORED;
use crate::security_log::SecurityEvent;
use crate::startup::AppState;
use crate::store::StoreError;

/// When a page may try again to listen, after the customer or the process had as many streams as it may.
const FULL_RETRY_DELAY: Duration = Duration::from_secs(60);

/// What a page may say of itself.
#[derive(Debug, Default, Deserialize)]
pub struct Page {
    /// The connection that it shows.
    open: Option<String>,
    /// It shows what happened up to this event. A browser that comes back says so in `Last-Event-ID`.
    after: Option<String>,
    /// It asks for the present state now and then, because streams do not reach it. The value is the last event that it knows
    /// of: where there is no later one, the answer waits for it.
    snapshot: Option<String>,
}

/// Opens a stream, or answers the present state alone.
pub async fn events(
    State(state): State<AppState>,
    page: Result<Query<Page>, QueryRejection>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let support_code = scope::support_code(&parts);
    if let Err(error) = fetch_site::check(&parts.headers) {
        return json_error(error.support_code(&support_code));
    }
    let page = page.map(|Query(page)| page).unwrap_or_default();
    let asking = match page.snapshot.is_some() {
        true => scope::caller(&state, &parts).await,
        // A customer's thousand pages listen again all at once; each costs next to nothing, and a session has six.
        false => scope::listener(&state, &parts).await,
    };
    let caller = match asking {
        Ok(caller) => caller,
        Err(error) => return json_error(error.support_code(&support_code)),
    };
    // What can be no connection's id is open nowhere.
    let open = page.open.and_then(|id| ConnectionId::parse(id).ok());
    let hub = &state.live.hub;
    let session = SessionKey::of(&caller, &parts.headers);
    if let Some(known) = page.snapshot {
        return match hub.poll(&caller, session, open, &known).await {
            Ok(text) => stream_of(Body::from(text)),
            Err(error) => unavailable(&error, &support_code),
        };
    }
    let last = parts.headers.get("last-event-id").and_then(|id| id.to_str().ok());
    if last.is_some() && !hub.has_room(session) {
        // To a browser this says not to come back (HTML, section 9.2).
        return StatusCode::NO_CONTENT.into_response();
    }
    match hub.join(&caller, session, open, last.or(page.after.as_deref())).await {
        Ok(viewer) => {
            let asker = Asker::new(state.identity.clone(), caller.customer, &parts);
            let stream = EventStream { viewer, asker };
            stream_of(stream.into_body(takeover(&parts)))
        }
        // The page asks every few seconds instead.
        Err(NotJoined::Full) => {
            SecurityEvent::new("stream_limit").by(&caller).log();
            json_error(limits::too_many(FULL_RETRY_DELAY).support_code(&support_code))
        }
        Err(NotJoined::Store(error)) => unavailable(&error, &support_code),
    }
}

/// Only an answer of HTTP/1.1 goes on in chunks.
fn takeover(parts: &Parts) -> Option<Takeover> {
    let takeover = parts.extensions.get::<Takeover>()?;
    (parts.version == Version::HTTP_11 && parts.method == http::Method::GET).then(|| takeover.clone())
}

fn stream_of(body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, NEVER_STORED),
        // nginx would hold the events back until it has a bufferful.
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, body).into_response()
}

fn unavailable(error: &StoreError, support_code: &str) -> Response {
    tracing::error!(error = error as &dyn std::error::Error, support_code, "a stream cannot begin");
    let words = app::copy::errors();
    json_error(
        app::error::WireError::new(ErrorCode::Unavailable, words.unavailable).support_code(support_code),
    )
}

/// Middleware of the sign-out: it ends the streams of whoever signs out.
pub async fn signed_out(
    State(state): State<AppState>,
    request: Request,
    next: axum::middleware::Next,
) -> Response {
    if request.uri().path().ends_with("/sign-out") {
        let (parts, body) = request.into_parts();
        if let Ok(caller) = state.identity.identify(&parts).await {
            state.live.hub.end_session(SessionKey::of(&caller, &parts.headers));
        }
        return next.run(Request::from_parts(parts, body)).await;
    }
    next.run(request).await
}
