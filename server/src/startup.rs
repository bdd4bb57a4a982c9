//! Builds the router and runs it.

use std::{sync::Arc, time::Duration};

use app::backend::{Onboarding, Site};
use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use http::{HeaderValue, StatusCode, header};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, csrf::CsrfLayer,
    set_header::SetResponseHeaderLayer, timeout::TimeoutLayer,
};

use crate::{
    assets::Assets, clock::Clock, identity::HostIdentity, signed::Signer, store::Store, telemetry, web,
};

/// How long requests in flight may take to end once the server has been told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Longer than all the calls to Waycore that one request may wait for: the client's own limits end each of them first.
const REQUEST_LIMIT: Duration = Duration::from_secs(60);

/// All that the routes share; built once.
#[derive(Clone)]
pub struct AppState {
    /// The port behind pages and server functions.
    pub onboarding: Arc<dyn Onboarding>,
    /// Who is asking.
    pub identity: Arc<dyn HostIdentity>,
    /// For the readiness probe.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Signs what a browser keeps for us.
    pub signer: Signer,
    /// What pages show of the deployment.
    pub site: Site,
    /// Scheme, host and port that browsers see: the one origin trusted for changes.
    pub origin: String,
    /// Where a signed-out person is sent.
    pub sign_in_url: Option<String>,
}

impl AppState {
    /// Whether cookies may travel over https only.
    pub fn secure(&self) -> bool {
        self.origin.starts_with("https:")
    }
}

/// Every route of one mount, without its prefix. No socket is needed to call it.
///
/// # Errors
/// When the origin is not one that a browser could send.
pub fn build_router(state: AppState) -> anyhow::Result<Router> {
    // Asking Leptos for its routes is what starts its executor; a second mount in the process finds that done.
    let _ = leptos_axum::generate_route_list(app::shell::App);
    let csrf = CsrfLayer::new().add_trusted_origin(&state.origin)?;
    let identity = state.identity.routes().layer(from_fn_with_state(state.clone(), web::refused_sign_in));
    let product = Router::new()
        .route("/demo/sign-in", get(web::sign_in))
        .route("/api/{name}", post(web::server_function))
        // Every other address is a page's: Leptos' router knows which, or that there is none.
        .fallback(get(web::page))
        .with_state(state.clone())
        .merge(identity)
        .layer(csrf)
        .layer(from_fn(web::refused_origin))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, REQUEST_LIMIT));
    let probes = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(web::ready))
        .with_state(state);
    Ok(product
        .merge(probes)
        .merge(Assets::router())
        .layer(CatchPanicLayer::new())
        .layer(SetResponseHeaderLayer::overriding(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::REFERRER_POLICY,
            HeaderValue::from_static("strict-origin-when-cross-origin"),
        ))
        .layer(from_fn(telemetry::support_code)))
}

/// Serves until `shutdown`, then lets requests in flight end.
///
/// # Errors
/// When the listener fails.
pub async fn run(listener: TcpListener, router: Router, shutdown: CancellationToken) -> std::io::Result<()> {
    let stop = shutdown.clone();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move { stop.cancelled().await });
    let hard_end = async move {
        shutdown.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        ended = server => ended,
        () = hard_end => Ok(()),
    }
}
