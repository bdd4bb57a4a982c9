//! `demo`: the server and a simulated Waycore in one process, for trying out. Whatever it keeps is in one folder.

mod bank_portal;
mod folder;
mod loopback;
mod own_origin;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::anyhow;
use http::HeaderValue;
use server::config::{
    BasePath, Brand, ConnectionLimits, DEFAULT_MAX_STREAMS, Database, Environment, Guides, Link, Links,
    PublicUrl, Settings, TrustedProxies, Waycore,
};
use server::{connections, panics, placed};
use tokio::net::TcpListener;
use waycore::client::BaseUrl;
use waycore_sim::{OrganizationKeys, SimOptions, Simulator};

use self::folder::Folder;
use super::listen::trial;
use super::{announce, open_files, shutdown, start_log};

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
    /// Listen on every address of this machine, answer to any host name, and deliver webhooks to other machines. Anybody who
    /// reaches it can sign in as anybody.
    #[arg(long)]
    allow_remote: bool,
}

/// Runs until a signal, and then keeps the simulator's state.
pub(super) async fn run(args: Args) -> anyhow::Result<()> {
    start_log()?;
    panics::log_panics();
    let mut brand = Brand::from_process()?;
    brand.links.support = brand.links.support.or_else(|| Link::parse_contact(SUPPORT).ok());
    let folder = Folder::open(&args.data)?;
    let listener = trial::listen_on(args.port, args.allow_remote, "--port").await?;
    let sim_listener = trial::listen_on(args.sim_port, args.allow_remote, "--sim-port").await?;
    let simulator = Simulator::new(SimOptions {
        seed: args.seed,
        speed: args.speed,
        state: Some(folder.simulator_state()),
        allow_remote: args.allow_remote,
        ..SimOptions::default()
    })?;
    let keys = simulator.ensure_organization(NAME);
    let places = Places::of(&listener, &sim_listener, args.base_path)?;
    brand.links.simulated_portals = Link::parse(&bank_portal::address(&places.base)).ok();
    simulator.deliver_webhooks_to(NAME, &places.webhook());
    let shutdown = shutdown::on_signal(Duration::ZERO)?.due;
    let connections = ConnectionLimits::default().within(left_by_simulator(open_files::raise_limit().max()));
    let mounted = server::mount_demo(
        settings(&places, &keys, &folder, brand.links, brand.guides)?,
        brand.layout,
        shutdown.clone(),
    )
    .await?;
    let product = mounted.router.clone().merge(bank_portal::router(simulator.clone(), places.sim.port()));
    let router = placed(product, &places.base, &places.base);
    let router = own_origin::accepted(router, HeaderValue::try_from(places.origin())?);
    let router = if args.allow_remote { router } else { loopback::only(router) };
    let sim_server =
        tokio::spawn(waycore_sim::serve(sim_listener, simulator.clone(), shutdown.clone().cancelled_owned()));
    announce(&format!("Waycore Connect demo: {}", places.address()));
    announce(&format!("Waycore simulator: http://{}/", places.sim));
    let ended = connections::run(listener, router, connections, shutdown.clone()).await;
    shutdown.cancel();
    sim_server.await??;
    simulator.save()?;
    mounted.tasks.ended().await;
    Ok(ended?)
}

/// How many of the files that may be open at once are not the simulator's: at least half of them.
fn left_by_simulator(max_open_files: usize) -> usize {
    max_open_files.saturating_sub(waycore_sim::MAX_CONNECTIONS).max(max_open_files / 2)
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
        let local = |listener: &TcpListener| listener.local_addr().map(|addr| trial::loopback(addr.port()));
        Ok(Self { server: local(server)?, sim: local(sim)?, base })
    }

    fn origin(&self) -> String {
        format!("http://{}", self.server)
    }

    /// Where the simulator delivers webhooks, so that pages change as they do in production.
    fn webhook(&self) -> String {
        format!("{}{}/webhooks/waycore", self.origin(), self.base.as_str())
    }

    /// What a person opens.
    fn address(&self) -> String {
        match self.base.as_str() {
            "" => format!("{}/", self.origin()),
            base => format!("{}{base}", self.origin()),
        }
    }
}

/// Whom a demo's pages name, where nobody else is named.
const SUPPORT: &str = "mailto:support@waycore-connect.example";

/// Nothing but its look comes from the environment: a demo works on every machine.
fn settings(
    places: &Places,
    keys: &OrganizationKeys,
    folder: &Folder,
    links: Links,
    guides: Guides,
) -> anyhow::Result<Settings> {
    let public_url =
        PublicUrl::parse(&places.address()).map_err(|what| anyhow!("{}: {what}", places.address()))?;
    let base_url = BaseUrl::parse(&format!("http://{}/v1", places.sim)).map_err(|error| anyhow!(error))?;
    Ok(Settings {
        public_url,
        database: Database::Sqlite(folder.database()),
        secret_keys: folder.keys()?,
        waycore: Waycore {
            base_url,
            environment: Environment::of_key(&keys.api_key).unwrap_or(Environment::Live),
            api_key: keys.api_key.clone().into(),
            namespace: Some(NAME.to_owned()),
        },
        links,
        guides,
        webhook_secrets: vec![keys.webhook_secret.clone().into()],
        trusted_proxies: TrustedProxies::default(),
        max_streams: DEFAULT_MAX_STREAMS,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_limit_of_open_files_leaves_connections_to_both() {
        for (max_open_files, connections) in [(usize::MAX, 20_000), (1_024, 336), (700, 174), (512, 80)] {
            let limits = ConnectionLimits::default().within(left_by_simulator(max_open_files));
            assert_eq!(limits.max_connections, connections, "{max_open_files}");
        }
    }
}
