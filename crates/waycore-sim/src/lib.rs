//! A simulator of Waycore's public API that runs anywhere.
//!
//! `/v1` answers as the documents say, `/_sim` controls time, failures and states, and `/` says what this is.
//! Where the documents leave something open, DIFFERENCES.md says what the simulator does and why.
//!
//! ```
//! use waycore_sim::{SimOptions, Simulator};
//!
//! let simulator = Simulator::new(SimOptions { speed: 60.0, ..SimOptions::default() })?;
//! let keys = simulator.ensure_organization("demo");
//! let router: axum::Router = simulator.router();
//! assert_eq!(keys.organization_id, "demo");
//! # anyhow::Ok(())
//! ```

mod api;
mod bank;
mod catalog;
mod clock;
mod control;
mod dice;
mod faults;
mod hosts;
mod ids;
mod journal;
mod keeper;
mod mask;
mod postman;
mod serve;
mod state;
mod web;
mod webhook_url;
mod world;

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use axum::{Json, Router, middleware::from_fn_with_state, routing::get};
use tokio::sync::Notify;
use tower_http::csrf::CsrfLayer;

pub use hosts::names_only_loopback;
pub use serve::{MAX_CONNECTIONS, serve};

use api::error::ApiError;
use bank::Library;
use catalog::Catalog;
use clock::{Clock, RealTime, Speed};
use keeper::Keeper;
use state::StateFile;
use world::{
    World,
    organization::{Environment, Organization, Settings},
};

/// How a simulator starts.
#[derive(Debug, Clone, PartialEq)]
pub struct SimOptions {
    /// Which catalog of institutions is generated; the same seed gives the same banks on every machine.
    pub seed: u64,
    /// How many banks are generated besides those with a name of their own. A host that reads the whole catalog is ready
    /// sooner with few.
    pub banks: usize,
    /// Virtual seconds that pass in a real one: 1 is real time, 0 stands still.
    pub speed: f64,
    /// Where the world is kept over restarts; without it, it lives in memory alone.
    pub state: Option<PathBuf>,
    /// Whether other machines take part: webhooks are delivered to them, and requests may name any host. Otherwise such
    /// a delivery fails without an attempt, and a request that does not name this machine is refused.
    pub allow_remote: bool,
}

impl Default for SimOptions {
    fn default() -> Self {
        Self { seed: 1, banks: 5_000, speed: 1.0, state: None, allow_remote: false }
    }
}

/// A Waycore of one's own. Clones are handles to the same world.
#[derive(Clone)]
pub struct Simulator {
    shared: Arc<Shared>,
}

/// What a host needs to speak for an organization.
#[derive(Clone, PartialEq, Eq)]
pub struct OrganizationKeys {
    pub organization_id: String,
    /// For the environment that the organization was made with; `test`, unless somebody asked for `live`.
    pub api_key: String,
    /// For the other environment.
    pub other_api_key: String,
    pub webhook_secret: String,
}

#[derive(Debug)]
struct Shared {
    catalog: Arc<Catalog>,
    library: Library,
    started: Instant,
    first_speed: Speed,
    world: Mutex<World>,
    keeper: Option<Keeper>,
    allow_remote: bool,
    /// Something happened that may have to be delivered.
    changed: Notify,
}

impl Simulator {
    /// Starts a world, or goes on with the one in the state file.
    ///
    /// # Errors
    /// One sentence for a speed that is none, a state file that is torn, foreign, of another schema or in use by another
    /// simulator, or a place that cannot be written.
    pub fn new(options: SimOptions) -> anyhow::Result<Self> {
        let first_speed = Speed::parse(options.speed)?;
        let started = Instant::now();
        let file = options.state.map(StateFile::open).transpose()?;
        let loaded = match &file {
            Some(file) => file.load(first_speed, real_time(started))?,
            None => None,
        };
        let (keeper, work) = file.map(Keeper::new).unzip();
        let shared = Arc::new(Shared {
            catalog: Catalog::of_seed(options.seed, options.banks),
            library: Library::new(options.seed),
            started,
            first_speed,
            world: Mutex::new(loaded.unwrap_or_else(|| World::new(first_speed))),
            keeper,
            allow_remote: options.allow_remote,
            changed: Notify::new(),
        });
        let simulator = Self { shared };
        // Now rather than at the first change: a place that cannot be written is found at the start.
        simulator.save()?;
        if let Some(work) = work {
            work.start(Arc::downgrade(&simulator.shared))?;
        }
        Ok(simulator)
    }

    /// Everything the simulator answers, as a router without a prefix.
    pub fn router(&self) -> Router {
        let (api, description) = api::router(self.clone());
        let description = Json(description);
        // The controls and the pages have no password: what another site's page asks for is refused.
        let for_people =
            web::router(self.clone()).merge(control::router(self.clone())).layer(CsrfLayer::new());
        let outside_api = for_people
            .route("/openapi.json", get(async move || description.clone()))
            .fallback(api::error::no_such_path)
            .method_not_allowed_fallback(async || ApiError::method_not_allowed())
            .layer(from_fn_with_state(self.clone(), api::gate::pass_outside));
        let router = api.merge(outside_api);
        let router = if self.shared.allow_remote {
            router
        } else {
            router.layer(from_fn_with_state(self.clone(), hosts::require_loopback))
        };
        api::error::with_request_ids(router)
    }

    /// The keys of the organization of this id, which is made if there is none.
    pub fn ensure_organization(&self, organization_id: &str) -> OrganizationKeys {
        let real = self.shared.real_time();
        let keys = {
            let mut world = self.shared.world();
            match world.resident(organization_id) {
                Some(known) => return OrganizationKeys::of(&known.organization),
                None => {
                    let (environment, settings) = (Environment::default(), Settings::default());
                    add_organization(&mut world, organization_id, environment, settings, real)
                }
            }
        };
        if let Err(error) = self.save() {
            tracing::error!(%error, "the simulator's state could not be saved; it goes on in memory");
        }
        keys
    }

    /// Delivers the webhooks of an organization's own environment to `url`, signed with its `webhook_secret`. An address
    /// that was set earlier is replaced. Does nothing for an organization that does not exist.
    pub fn deliver_webhooks_to(&self, organization_id: &str, url: &str) {
        let real = self.shared.real_time();
        if let Some(resident) = self.shared.world().resident_mut(organization_id) {
            let now = resident.clock.now(real);
            resident.organization.deliver_to(url, now);
        }
    }

    /// Returns the path of the simulated portal of a connection's bank; `None` if there is no such connection.
    pub fn bank_portal(&self, connection_id: &str) -> Option<String> {
        let mut world = self.shared.world();
        let organization = &mut world.owner_of_connection(connection_id)?.organization;
        let connection = organization.books_with(connection_id)?.connections.get(connection_id)?;
        Some(format!("/bank/{}", connection.bank.public_id()))
    }

    /// Writes the state file, if there is one; for the moment before the process ends.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self) -> anyhow::Result<()> {
        self.shared.keeper.as_ref().map_or(Ok(()), |keeper| keeper.save(&self.shared))
    }
}

impl Simulator {
    /// A request changed something: returns when it is in the state file, if there is one.
    async fn changed(&self) {
        self.shared.notice();
        self.shared.changed.notify_one();
        self.kept().await;
    }

    /// Returns when everything that happened so far is in the state file, if there is one.
    async fn kept(&self) {
        if let Some(keeper) = &self.shared.keeper {
            keeper.changed().await;
        }
    }
}

impl Shared {
    /// The world. A request that panicked has not left it half changed in a way that matters more than the
    /// simulator going on: each change is made at the end of its request.
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes an event of each change, at once: the next request may change the same thing again.
    fn notice(&self) {
        let real = self.real_time();
        for resident in self.world().residents_mut() {
            resident.notice(real);
        }
    }

    fn real_time(&self) -> RealTime {
        real_time(self.started)
    }
}

impl OrganizationKeys {
    fn of(organization: &Organization) -> Self {
        Self {
            organization_id: organization.id.clone(),
            api_key: organization.api_keys.get(organization.environment).clone(),
            other_api_key: organization.api_keys.get(organization.environment.other()).clone(),
            webhook_secret: organization.webhook_secret.clone(),
        }
    }
}

impl fmt::Debug for OrganizationKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrganizationKeys")
            .field("organization_id", &self.organization_id)
            .finish_non_exhaustive()
    }
}

/// A new organization's virtual time begins at the present of the wall clock.
fn add_organization(
    world: &mut World,
    id: &str,
    environment: Environment,
    settings: Settings,
    real: RealTime,
) -> OrganizationKeys {
    let organization = Organization::new(id.to_owned(), environment, settings, real.unix_millis);
    let keys = OrganizationKeys::of(&organization);
    let clock = Clock::starting_at(real.unix_millis, world.speed, real);
    world.settle(organization, clock, real.unix_millis);
    keys
}

fn real_time(started: Instant) -> RealTime {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    RealTime {
        since_start: started.elapsed(),
        unix_millis: i64::try_from(since_1970.as_millis()).unwrap_or_default(),
    }
}
