//! Builds the router and runs it.

use std::{io, sync::Arc, time::Duration};

use app::backend::{Onboarding, Site};
use axum::{
    Router,
    extract::{ConnectInfo, Path, Request, State},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use http::{HeaderValue, StatusCode, header};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tower_http::{
    compression::CompressionLayer, csrf::CsrfLayer, set_header::SetResponseHeaderLayer, timeout::TimeoutLayer,
};

use crate::{
    assets::Assets, clock::Clock, identity::HostIdentity, limits, limits::Limits,
    onboarding::WaycoreOnboarding, panics, security, signed::Signer, store::Store, telemetry, web,
};

/// How long requests in flight may take to end once the server has been told to stop.
const DRAIN: Duration = Duration::from_secs(25);

/// How long a client may take to send a request's head.
const HEAD_LIMIT: Duration = Duration::from_secs(10);

/// More headers than any browser and two proxies send.
const MOST_HEADERS: usize = 100;

/// Longer than all the calls to Waycore that one request may wait for: the client's own limits end each of them first.
const REQUEST_LIMIT: Duration = Duration::from_secs(60);

/// All that the routes share; built once.
#[derive(Clone)]
pub struct AppState {
    /// The port behind pages and server functions.
    pub onboarding: Arc<dyn Onboarding>,
    /// The same, for what only the host's own backend may ask.
    pub host: WaycoreOnboarding,
    /// Who is asking.
    pub identity: Arc<dyn HostIdentity>,
    /// For the readiness probe.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Signs what a browser keeps for us.
    pub signer: Signer,
    /// How many requests are too many.
    pub limits: Arc<Limits>,
    /// What pages show of the deployment.
    pub site: Site,
    /// The host's custom properties.
    pub theme: Option<Theme>,
    /// Scheme, host and port that browsers see: the one origin trusted for changes.
    pub origin: String,
    /// Where a signed-out person is sent.
    pub sign_in_url: Option<String>,
}

/// A style sheet of the host's custom properties.
#[derive(Debug, Clone)]
pub struct Theme {
    /// Names what it holds.
    pub version: String,
    /// The sheet.
    pub css: String,
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
        .route("/api/{name}", post(web::server_function).get(web::page))
        .route("/connections/{id}/transactions.csv", get(web::transactions_csv))
        .merge(web::host_routes())
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
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, REQUEST_LIMIT))
        .layer(from_fn_with_state(state.clone(), limits::by_address));
    let https = state.secure();
    let plain = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(web::ready))
        .route("/theme/{file}", get(theme))
        .with_state(state);
    let all = product.merge(plain).merge(Assets::router()).layer(from_fn(panics::answered));
    let all = all.layer(from_fn(web::of_browser));
    Ok(security::protected(all, https).layer(from_fn(telemetry::support_code)))
}

async fn theme(State(state): State<AppState>, Path(file): Path<String>) -> Response {
    let theme = state.theme.filter(|theme| file.strip_suffix(".css") == Some(&theme.version));
    let Some(theme) = theme else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, theme.css).into_response()
}

/// Serves until `shutdown`, then lets requests in flight end.
///
/// # Errors
/// When the listener fails.
pub async fn run(listener: TcpListener, router: Router, shutdown: CancellationToken) -> io::Result<()> {
    let mut server = auto::Builder::new(TokioExecutor::new()).http1_only();
    server.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_LIMIT).max_headers(MOST_HEADERS);
    let in_flight = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shutdown.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            // One client that is gone already, or too many files open for a moment.
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        // A page is a few small packets: none should wait for the next.
        let _ = stream.set_nodelay(true);
        let routes = router.clone().map_request(move |mut request: Request<_>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        });
        let connection = server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
        let connection = in_flight.watch(connection.into_owned());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error, "a connection broke");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, in_flight.shutdown()).await.is_err() {
        tracing::warn!("requests were still in flight at the end");
    }
    Ok(())
}
