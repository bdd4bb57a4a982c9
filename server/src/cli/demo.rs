//! `demo`: the server and a simulated Waycore in one process, for trying out. Whatever it keeps is in one folder.

mod folder;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;
use app::backend::Site;
use app::paths::Paths;
use axum::Router;
use server::assets::Assets;
use server::clock::{Clock, SystemClock};
use server::config::{BasePath, Environment};
use server::identity::DemoIdentity;
use server::onboarding::WaycoreOnboarding;
use server::signed::Signer;
use server::startup::{self, AppState};
use server::store::{AuditKeys, DatabaseKind, SqlStore};
use tokio::net::TcpListener;
use waycore::client::{BaseUrl, Client, TimeLimits};
use waycore_sim::{OrganizationKeys, SimOptions, Simulator};

use self::folder::Folder;
use super::{announce, listen, shutdown, start_log};

/// Begins every `externalEntityId` of the demo, and names its organization.
const NAME: &str = "demo";

/// Where the demo listens and keeps its things.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Port of the server; 0 takes a free one.
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Port of the simulator; 0 takes a free one.
    #[arg(long, default_value_t = 3100)]
    sim_port: u16,
    /// Path below which the product is found.
    #[arg(long, default_value = "/", value_parser = BasePath::parse)]
    base_path: BasePath,
    /// Folder of the demo's database, the simulator's state and the key.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Makes the simulator's random choices repeatable.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How fast the simulator's time goes; 0 stands still, 1 is real time.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Listen on every address of this machine. Anybody who reaches it can sign in as anybody.
    #[arg(long)]
    allow_remote: bool,
}

/// Runs until a signal, and then keeps the simulator's state.
pub(super) async fn run(args: Args) -> anyhow::Result<()> {
    start_log()?;
    let folder = Folder::open(&args.data)?;
    let listener = listen::listen(listen::local_addr(args.port, args.allow_remote), "--port").await?;
    let sim_listener =
        listen::listen(listen::local_addr(args.sim_port, args.allow_remote), "--sim-port").await?;
    let simulator = Simulator::new(SimOptions {
        seed: args.seed,
        speed: args.speed,
        state: Some(folder.simulator_state()),
        delivers_anywhere: args.allow_remote,
    })?;
    let keys = simulator.ensure_organization(NAME);
    let secret_keys = folder.keys()?;
    let store =
        SqlStore::sqlite(&folder.database(), DatabaseKind::Demo, AuditKeys::new(&secret_keys)).await?;
    let places = Places::of(&listener, &sim_listener, args.base_path)?;
    let router = router(&places, &keys, store.clone(), Signer::new(&secret_keys))?;
    let shutdown = shutdown::on_signal()?;
    let sim_server =
        tokio::spawn(waycore_sim::serve(sim_listener, simulator.clone(), shutdown.clone().cancelled_owned()));
    announce(&format!("Waycore Connect demo: {}", places.address()));
    announce(&format!("Waycore simulator: http://{}/", places.sim));
    let ended = startup::run(listener, router, shutdown.clone()).await;
    shutdown.cancel();
    sim_server.await??;
    simulator.save()?;
    store.close().await;
    Ok(ended?)
}

/// Where a browser finds the two.
struct Places {
    server: SocketAddr,
    sim: SocketAddr,
    base: BasePath,
}

impl Places {
    fn of(server: &TcpListener, sim: &TcpListener, base: BasePath) -> std::io::Result<Self> {
        // Whatever else they listen on, this machine reaches them by its loopback address.
        let local =
            |listener: &TcpListener| listener.local_addr().map(|addr| listen::local_addr(addr.port(), false));
        Ok(Self { server: local(server)?, sim: local(sim)?, base })
    }

    fn origin(&self) -> String {
        format!("http://{}", self.server)
    }

    /// What a person opens.
    fn address(&self) -> String {
        match self.base.as_str() {
            "" => format!("{}/", self.origin()),
            base => format!("{}{base}", self.origin()),
        }
    }
}

fn router(
    places: &Places,
    keys: &OrganizationKeys,
    store: SqlStore,
    signer: Signer,
) -> anyhow::Result<Router> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = Arc::new(store);
    let base_url = BaseUrl::parse(&format!("http://{}/v1", places.sim)).map_err(|error| anyhow!(error))?;
    let client = Client::new(base_url, &keys.api_key.clone().into(), TimeLimits::default())?;
    let environment = Environment::of_key(&keys.api_key).unwrap_or(Environment::Live);
    let onboarding =
        WaycoreOnboarding::new(Arc::new(client), store.clone(), clock.clone(), environment, NAME);
    let base = places.base.as_str();
    let router = startup::build_router(AppState {
        onboarding: Arc::new(onboarding),
        identity: Arc::new(DemoIdentity::new(signer.clone(), clock.clone(), base)),
        store,
        clock,
        signer,
        site: Site {
            paths: Paths::new(base, Assets::version()),
            demo: true,
            home_url: None,
            support_url: None,
        },
        origin: places.origin(),
        sign_in_url: None,
    })?;
    Ok(places.base.mount(router))
}
