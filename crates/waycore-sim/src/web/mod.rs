//! What a person opens in a browser: the console at `/`, and the simulated banks at `/bank/{institutionId}`.
//!
//! Pages are rendered here and are forms: everything works without JavaScript, and a few lines of it only fetch a
//! page again while somebody looks at it.

mod bank;
mod console;
mod layout;

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::Simulator;

const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

pub(crate) fn router(simulator: Simulator) -> Router {
    Router::new()
        .merge(console::router(simulator.clone()))
        .merge(bank::router(simulator))
        .route("/web/style.css", get(async || asset("text/css", include_str!("style.css"))))
        .route("/web/live.js", get(async || asset("text/javascript", include_str!("live.js"))))
        .layer(from_fn(headers))
}

/// Nothing of a page stays anywhere: it may show keys, and a password once.
async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let all = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in all {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn asset(kind: &'static str, content: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind)], content).into_response()
}
