//! `serve`: the production server. It knows neither the simulator nor the demo's sign-in.

use std::sync::Arc;

use app::backend::Site;
use app::paths::Paths;
use axum::Router;
use secrecy::ExposeSecret;
use server::assets::Assets;
use server::clock::{Clock, SystemClock};
use server::config::{FixedKey, Link, Settings, TokenKeys};
use server::identity::TokenIdentity;
use server::onboarding::WaycoreOnboarding;
use server::signed::Signer;
use server::startup::{self, AppState};
use server::store::{DatabaseKind, SqlStore, Store};
use server::telemetry;
use waycore::client::{Client, TimeLimits};

use super::{listen::listen, shutdown};

/// HS256 keys that are shorter than the hash can be guessed from one token.
const SHORTEST_TOKEN_KEY: usize = 32;

/// Runs until a signal. Everything that could be wrong is looked at before the port opens.
pub(super) async fn run() -> anyhow::Result<()> {
    let settings = Settings::from_process()?;
    telemetry::start(&settings.log);
    if let TokenKeys::Fixed(FixedKey::Secret(key)) = &settings.token.keys
        && key.expose_secret().len() < SHORTEST_TOKEN_KEY
    {
        tracing::warn!("CONNECT_JWT_KEY is shorter than {SHORTEST_TOKEN_KEY} bytes and can be guessed");
    }
    let store = SqlStore::open(&settings.database, DatabaseKind::Serve, &settings.secret_keys).await?;
    let router = router(&settings, Arc::new(store.clone()))?;
    let listener = listen(settings.http.addr, "CONNECT_ADDR").await?;
    let shutdown = shutdown::on_signal()?;
    tracing::info!(addr = %listener.local_addr()?, "listening");
    startup::run(listener, router, shutdown).await?;
    store.close().await;
    tracing::info!("ended");
    Ok(())
}

fn router(settings: &Settings, store: Arc<dyn Store>) -> anyhow::Result<Router> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let waycore = &settings.waycore;
    let client = Client::new(waycore.base_url.clone(), &waycore.api_key, TimeLimits::default())?;
    let onboarding = WaycoreOnboarding::new(
        Arc::new(client),
        store.clone(),
        clock.clone(),
        waycore.environment,
        waycore.namespace.clone(),
    );
    let text = |link: &Option<Link>| link.as_ref().map(|link| link.as_str().to_owned());
    let router = startup::build_router(AppState {
        onboarding: Arc::new(onboarding),
        identity: Arc::new(TokenIdentity::new(&settings.token, clock.clone())),
        store,
        clock,
        signer: Signer::new(&settings.secret_keys),
        site: Site {
            paths: Paths::new(settings.http.public_url.base().as_str(), Assets::version()),
            demo: false,
            home_url: text(&settings.links.home),
            support_url: text(&settings.links.support),
        },
        origin: settings.http.public_url.origin().to_owned(),
        sign_in_url: text(&settings.links.sign_in),
    })?;
    Ok(settings.http.base_path.mount(router))
}
