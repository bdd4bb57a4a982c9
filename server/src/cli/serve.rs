//! `serve`: the production server. It knows neither the simulator nor the demo's sign-in.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use secrecy::SecretString;
use server::clock::SystemClock;
use server::config::{ConnectionLimits, Http, ServeSettings, Settings, waycore_api_key};
use server::identity::TokenIdentity;
use server::{connections, panics, placed, telemetry};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::listen::listen;
use super::open_files::{self, OpenFiles};
use super::shutdown::{self, Shutdown};

/// Runs until a signal. Everything that could be wrong is looked at before the port opens.
pub(super) async fn run() -> anyhow::Result<()> {
    let settings = ServeSettings::from_process()?;
    let traces = telemetry::start(&settings.log)?;
    panics::log_panics();
    if settings.mount.links.support.is_none() {
        tracing::warn!(
            host = settings.mount.public_url.host(),
            "CONNECT_SUPPORT_URL is not set: where pages tell customers to contact support, they name the host"
        );
    }
    let Shutdown { announced, due: shutdown } = shutdown::on_signal(settings.http.shutdown_delay)?;
    let open_files = open_files::raise_limit();
    let connections = settings.http.connections.within(open_files.max());
    let max_streams = settings.mount.max_streams.min(connections.max_streams());
    let identity = Arc::new(TokenIdentity::new(&settings.token, Arc::new(SystemClock)));
    let public_base = settings.mount.public_url.base().clone();
    let mount = Settings { max_streams, ..settings.mount };
    let mounted = server::mount(mount, identity, settings.layout, shutdown.clone()).await?;
    let router = placed(mounted.router.clone(), &settings.http.base_path, &public_base);
    let readiness = mounted.readiness.clone();
    tokio::spawn(async move {
        announced.cancelled().await;
        readiness.withdraw();
        tracing::info!("shutting down, not ready any more");
    });
    let http = Http { connections, ..settings.http };
    let served = serve(&http, open_files, router, mounted.api_key_setter(), &shutdown).await;
    // Also where no port could be had: what has begun must not fail for want of a database, and say so before that.
    shutdown.cancel();
    mounted.tasks.ended().await;
    served?;
    tracing::info!("ended");
    tokio::task::spawn_blocking(|| traces.end()).await?;
    Ok(())
}

/// Opens the ports, and serves until a signal.
async fn serve(
    http: &Http,
    open_files: OpenFiles,
    router: Router,
    set_api_key: impl Fn(&SecretString) -> anyhow::Result<()> + Send + 'static,
    shutdown: &CancellationToken,
) -> anyhow::Result<()> {
    let listener = listen(http.addr, "CONNECT_ADDR").await?;
    let metrics = metrics(http.metrics_addr, shutdown).await?;
    replace_key_on_signal(set_api_key, shutdown.clone())?;
    open_files.log();
    tracing::info!(addr = %listener.local_addr()?, "listening");
    connections::run(listener, router, http.connections, shutdown.clone()).await?;
    if let Some(metrics) = metrics {
        metrics.await??;
    }
    Ok(())
}

/// `/metrics` on a listener of its own, which a proxy for customers does not reach.
async fn metrics(
    addr: Option<SocketAddr>,
    shutdown: &CancellationToken,
) -> anyhow::Result<Option<JoinHandle<io::Result<()>>>> {
    let Some(addr) = addr else { return Ok(None) };
    let listener = listen(addr, "CONNECT_METRICS_ADDR").await?;
    tracing::info!(addr = %listener.local_addr()?, "metrics");
    let router = telemetry::metrics_router()?;
    let limits = ConnectionLimits::of_metrics();
    Ok(Some(tokio::spawn(connections::run(listener, router, limits, shutdown.clone()))))
}

/// On SIGHUP the key for Waycore is read again: from its file, since a process's environment stays as it was.
fn replace_key_on_signal(
    set: impl Fn(&SecretString) -> anyhow::Result<()> + Send + 'static,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let mut hang_ups = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = hang_ups.recv() => {}
                () = shutdown.cancelled() => return,
            }
            let replaced = waycore_api_key().map_err(anyhow::Error::from).and_then(|key| set(&key));
            match replaced {
                Ok(()) => tracing::info!("the key for Waycore was read again"),
                Err(error) => tracing::error!(%error, "the key for Waycore stays as it was"),
            }
        }
    });
    Ok(())
}
