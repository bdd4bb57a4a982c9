//! Builds the router.

use std::sync::Arc;

use app::backend::{Onboarding, Site};
use axum::{
    Router,
    extract::{Path, State},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use http::{StatusCode, header};
use secrecy::SecretString;
use tower::Layer as _;
use tower_http::{
    compression::CompressionLayer, csrf::CsrfLayer, normalize_path::NormalizePathLayer,
    set_header::SetResponseHeaderLayer, timeout::TimeoutLayer,
};

use crate::{
    assets::Assets, client, clock::Clock, config::TrustedProxies, events::Live, identity::HostIdentity,
    limits, limits::Limits, onboarding::WaycoreOnboarding, panics, readiness::Readiness, security,
    signed::Signer, telemetry, time_limit, web,
};

/// All that the routes share; built once.
#[derive(Clone)]
pub struct AppState {
    /// The port behind pages and server functions.
    pub onboarding: Arc<dyn Onboarding>,
    /// The same, for what only the host's own backend may ask.
    pub host: WaycoreOnboarding,
    /// Who is asking.
    pub identity: Arc<dyn HostIdentity>,
    /// Answers the readiness probe.
    pub readiness: Readiness,
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
    /// The exports that are running.
    pub exports: web::ExportSlots,
    /// Whose word counts about where a request comes from.
    pub trusted_proxies: TrustedProxies,
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
    // Neither has a session to count its requests by.
    let signed_out = from_fn_with_state(state.clone(), limits::counted_as_signed_out);
    let identity = identity.layer(signed_out.clone());
    let never_stored = SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, security::NEVER_STORED);
    let limit = from_fn_with_state(state.clone(), time_limit::answered);
    let limit_of_delivery = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, time_limit::LIMIT);
    let product = Router::new()
        .route("/demo/sign-in", get(web::sign_in).layer(signed_out))
        .route("/api/{name}", post(web::server_function).get(web::page))
        .route("/connections/{id}/transactions.csv", get(web::transactions_csv))
        .merge(web::host_routes())
        // Every other address is a page's: Leptos' router knows which, or that there is none.
        .fallback(get(web::page))
        .with_state(state.clone())
        .merge(identity)
        .layer(from_fn_with_state((state.clone(), csrf), web::refused_origin))
        .layer(CompressionLayer::new())
        .layer(limit);
    let (https, proxies) = (state.secure(), state.trusted_proxies.clone());
    let broken = state.clone();
    let plain = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(web::ready))
        .route("/theme/{file}", get(theme))
        // Signed by Waycore and sent by no browser, so neither its origin nor its address says anything.
        .route("/webhooks/waycore", post(web::delivery).layer(limit_of_delivery))
        // Neither compressed, which would hold events back, nor ever late.
        .route("/events", get(web::events))
        .with_state(state);
    let all =
        product.merge(plain).merge(Assets::router()).layer(from_fn_with_state(broken, panics::answered));
    // Also what is answered in place of a page that broke or took too long.
    let all = all.layer(never_stored).layer(from_fn(web::of_browser));
    let all = security::protected(all, https).layer(from_fn(telemetry::support_code));
    let all = all.layer(from_fn_with_state(proxies, client::located));
    // Some proxies and programs add a slash to every path.
    Ok(Router::new().fallback_service(NormalizePathLayer::trim_trailing_slash().layer(all)))
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
