//! Builds the router and runs it.

use std::{
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use app::backend::{Onboarding, Site};
use axum::{
    Router,
    extract::{ConnectInfo, Path, Request, State},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use http::{HeaderValue, StatusCode, header};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use secrecy::SecretString;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;
use tower_http::{
    compression::CompressionLayer, csrf::CsrfLayer, set_header::SetResponseHeaderLayer, timeout::TimeoutLayer,
};

use crate::{
    assets::Assets,
    clock::Clock,
    events::{Live, Socket, Takeover},
    identity::HostIdentity,
    limits,
    limits::Limits,
    onboarding::WaycoreOnboarding,
    panics, security,
    signed::Signer,
    store::Store,
    telemetry, web,
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
    /// What makes pages live.
    pub live: Live,
    /// What deliveries are signed with; none are taken without.
    pub webhook_secrets: Arc<[SecretString]>,
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
    let identity = state
        .identity
        .routes()
        .layer(from_fn_with_state(state.clone(), web::refused_sign_in))
        .layer(from_fn_with_state(state.clone(), web::signed_out));
    let limit = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, REQUEST_LIMIT);
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
        .layer(limit)
        .layer(from_fn_with_state(state.clone(), limits::by_address));
    let https = state.secure();
    let plain = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(web::ready))
        .route("/theme/{file}", get(theme))
        // Signed by Waycore and sent by no browser, so neither its origin nor its address says anything.
        .route("/webhooks/waycore", post(web::delivery).layer(limit))
        // Neither compressed, which would hold events back, nor ever late.
        .route("/events", get(web::events).layer(from_fn_with_state(state.clone(), limits::by_address)))
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
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD_LIMIT).max_headers(MOST_HEADERS);
    let in_flight = TaskTracker::new();
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
        in_flight.spawn(serve(server.clone(), stream, peer, router.clone(), shutdown.clone()));
    }
    drop(listener);
    in_flight.close();
    if tokio::time::timeout(DRAIN, in_flight.wait()).await.is_err() {
        tracing::warn!("requests were still in flight at the end");
    }
    Ok(())
}

/// Answers the requests of one connection, until its end or until a stream takes it over.
async fn serve(
    server: http1::Builder,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    shutdown: CancellationToken,
) {
    let takeover = Takeover::default();
    let asked = takeover.clone();
    let routes = router.map_request(move |mut request: Request<_>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(asked.clone());
        request
    });
    let socket = TokioIo::new(Socket::new(stream, takeover.clone()));
    let mut connection = server.serve_connection(socket, TowerToHyperService::new(routes));
    let mut ending = pin!(shutdown.cancelled());
    let mut told = false;
    let ended = poll_fn(|cx| {
        if !told && ending.as_mut().poll(cx).is_ready() {
            told = true;
            Pin::new(&mut connection).graceful_shutdown();
        }
        match connection.poll_without_shutdown(cx) {
            Poll::Pending if takeover.is_due() => Poll::Ready(Ok(())),
            other => other,
        }
    });
    if let Err(error) = ended.await {
        tracing::debug!(error = &error as &dyn std::error::Error, "a connection broke");
        return;
    }
    let mut socket = connection.into_parts().io.into_inner();
    if takeover.is_due() {
        takeover.take(socket.into_stream());
    } else {
        // The other side may be gone first.
        let _ = socket.shutdown().await;
    }
}
