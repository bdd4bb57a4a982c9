//! Putting the product together, for whoever serves it: a host's own server, `serve` or `demo`.

use std::sync::Arc;

use anyhow::Context as _;
use app::backend::{Chrome, Site};
use app::paths::Paths;
use aws_lc_rs::digest;
use axum::Router;
use secrecy::SecretString;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use waycore::client::seams::HttpTransport;
use waycore::client::{Client, Seams, TimeLimits};

use crate::assets::Assets;
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Layout, Link, Settings};
use crate::events::Live;
use crate::identity::{DemoIdentity, HostIdentity};
use crate::limits::Limits;
use crate::onboarding::{EntityNamespace, WaycoreOnboarding};
use crate::readiness::Readiness;
use crate::sealed::Sealer;
use crate::signed::Signer;
use crate::startup::{self, AppState, Theme};
use crate::store::{DatabaseKind, SqlStore, Store};
use crate::telemetry::CurrentTrace;
use crate::upkeep;
use crate::web::ExportSlots;

/// The product, ready to be served.
pub struct Mounted {
    /// Every route, without a prefix: nest it where the public URL's path leads, with [`Router::nest_service`]. Plain
    /// `nest` leaves out the address that ends in a slash, which is the list's.
    pub router: Router,
    /// What runs beside it, until the token given to [`mount`] is cancelled.
    pub tasks: Tasks,
    /// Answers `/readyz`. Withdraw it before the end, and go on serving until load balancers have noticed.
    pub readiness: Readiness,
    client: Client,
}

/// What runs beside the routes.
pub struct Tasks {
    tracker: TaskTracker,
    onboarding: WaycoreOnboarding,
    store: SqlStore,
}

impl Mounted {
    /// Uses another key for Waycore from now on; calls in flight end with the old one. It must be of the same
    /// organization and environment.
    ///
    /// # Errors
    /// When the key fits into no header; the old one stays.
    pub fn api_key_setter(&self) -> impl Fn(&SecretString) -> anyhow::Result<()> + Send + Sync + use<> {
        let client = self.client.clone();
        move |key| client.replace_key(key).context("The key cannot be used")
    }
}

impl Tasks {
    /// Waits until everything has ended, and closes the database. Call it after the token was cancelled and the routes
    /// are no longer served.
    pub async fn ended(self) {
        self.tracker.close();
        self.tracker.wait().await;
        self.onboarding.all_noted().await;
        self.store.close().await;
    }
}

/// Mounts the product into a host's own server.
///
/// The router can be nested under any path, as long as browsers find it at the settings' public URL, and more than
/// once in a process with settings of their own. Serve it with connection info (`SocketAddr`), else all
/// signed-out clients share one limit. A host that sets a panic hook of its own keeps runtime values out of the log if that hook does.
///
/// # Errors
/// When the database cannot be opened, or TLS cannot be set up.
pub async fn mount(
    settings: Settings,
    identity: Arc<dyn HostIdentity>,
    layout: Layout,
    shutdown: CancellationToken,
) -> anyhow::Result<Mounted> {
    assemble(settings, DatabaseKind::Serve, |_| identity, layout, shutdown).await
}

/// The same for trying out: with a sign-in that believes everybody, and a banner that says so.
///
/// # Errors
/// As [`mount`].
pub async fn mount_demo(
    settings: Settings,
    layout: Layout,
    shutdown: CancellationToken,
) -> anyhow::Result<Mounted> {
    let base = settings.public_url.base().as_str().to_owned();
    let identity =
        |signer: &Signer| Arc::new(DemoIdentity::new(signer.clone(), Arc::new(SystemClock), &base)) as _;
    assemble(settings, DatabaseKind::Demo, identity, layout, shutdown).await
}

async fn assemble(
    settings: Settings,
    kind: DatabaseKind,
    identity: impl FnOnce(&Signer) -> Arc<dyn HostIdentity>,
    layout: Layout,
    shutdown: CancellationToken,
) -> anyhow::Result<Mounted> {
    if settings.database.leaves_encryption_open() {
        tracing::warn!("CONNECT_DATABASE_URL has no sslmode: a database that offers no encryption gets none");
    }
    if let Some(warning) = config::Waycore::webhook_secrets_warning(&settings.webhook_secrets) {
        tracing::warn!(warning, "webhook secret can be guessed");
    }
    let store = SqlStore::open(&settings.database, kind, &settings.secret_keys).await?;
    let clock: Arc<dyn Clock> = Arc::new(store.clock());
    store.begin_alone(clock.now()).await.context("The database cannot be written to")?;
    let waycore = &settings.waycore;
    let limits = TimeLimits::default();
    let transport = HttpTransport::new(&waycore.base_url, limits.connect)?;
    let seams = Seams { trace: Arc::new(CurrentTrace), ..Seams::real(Arc::new(transport)) };
    let client = Client::with_seams(waycore.base_url.clone(), &waycore.api_key, limits, seams)?;
    let shared: Arc<dyn Store> = Arc::new(store.clone());
    let onboarding = WaycoreOnboarding::new(
        Arc::new(client.clone()),
        shared.clone(),
        clock.clone(),
        waycore.environment,
        entity_namespace(&settings, &store).await?,
        Sealer::new(&settings.secret_keys)?,
    );
    let (mirrored, noting) = (onboarding.clone(), onboarding.clone());
    let tracker = TaskTracker::new();
    let (kept, until) = (store.clone(), shutdown.clone());
    tracker.spawn(async move { kept.run(until).await });
    let (live, work) =
        Live::new(&onboarding, &shared, &clock, waycore.environment, settings.max_streams, &shutdown);
    tracker.spawn(work);
    let signer = Signer::new(&settings.secret_keys);
    let limits = Arc::new(Limits::default());
    let readiness = Readiness::new(shared.clone());
    let paths = Paths::new(settings.public_url.base().as_str(), Assets::path());
    let theme = layout.theme.css().map(|css| Theme { version: version_of(&css), css });
    let text = |link: &Option<Link>| link.as_ref().map(|link| link.as_str().to_owned());
    let router = startup::build_router(AppState {
        onboarding: Arc::new(onboarding.clone()),
        host: onboarding,
        identity: identity(&signer),
        readiness: readiness.clone(),
        live,
        webhook_secrets: settings.webhook_secrets.into(),
        clock: clock.clone(),
        signer,
        limits: limits.clone(),
        exports: ExportSlots::default(),
        trusted_proxies: settings.trusted_proxies,
        site: Site {
            chrome: Arc::new(chrome(layout, &paths, theme.as_ref())),
            paths,
            demo: kind == DatabaseKind::Demo,
            support_url: text(&settings.links.support),
            simulated_portals: text(&settings.links.simulated_portals),
            host_name: settings.public_url.host().to_owned(),
            guides: Arc::new(settings.guides.into_inner()),
        },
        theme,
        origin: settings.public_url.origin().to_owned(),
        sign_in_url: text(&settings.links.sign_in),
    })?;
    tracker.spawn(mirrored.keep_mirror(shutdown.clone()));
    tracker.spawn(upkeep::run(shared, limits, clock, shutdown));
    Ok(Mounted { router, tasks: Tasks { tracker, onboarding: noting, store }, readiness, client })
}

/// The setting, else what the database says that this deployment has used from its first start on.
async fn entity_namespace(settings: &Settings, store: &SqlStore) -> anyhow::Result<EntityNamespace> {
    if let Some(chosen) = &settings.waycore.namespace {
        return Ok(EntityNamespace::chosen(chosen));
    }
    let public = &settings.public_url;
    let deployment = store.keep_deployment(&public.address(), public.host()).await;
    let deployment = deployment.context("The database cannot be written to")?;
    if deployment.address != public.address() {
        tracing::warn!(
            first = %deployment.address,
            now = %public.address(),
            "database was first used under another public URL: entities are named as before. If this is a copy, give it a \
             database of its own; if the deployment has moved, set CONNECT_ENTITY_NAMESPACE to what `doctor` prints"
        );
    }
    Ok(EntityNamespace::default_of(deployment.address, deployment.former_namespace))
}

/// Says what it means that a database was first used under another address, and what to do.
pub(crate) fn moved(first: &str, now: &str) -> String {
    format!(
        "The database was first used at {first}, and CONNECT_PUBLIC_URL is {now}: entities are named as before. If this is a copy, \
         stop it and give it a database of its own: otherwise both deployments change the same entities and connections. If the \
         deployment has moved, set CONNECT_ENTITY_NAMESPACE to what `doctor` prints as entity namespace"
    )
}

fn chrome(layout: Layout, paths: &Paths, theme: Option<&Theme>) -> Chrome {
    let sources = |links: &mut dyn Iterator<Item = &Link>| {
        links.filter_map(Link::origin).map(|origin| format!(" {origin}")).collect::<String>()
    };
    let own = theme.map(|theme| paths.theme(&theme.version));
    Chrome {
        style_sources: sources(&mut layout.style_sheets.iter()),
        asset_sources: sources(&mut layout.asset_origins.iter().chain(&layout.logo)),
        style_sheets: own
            .into_iter()
            .chain(layout.style_sheets.iter().map(|link| link.as_str().to_owned()))
            .collect(),
        before: layout.before,
        after: layout.after,
        logo_url: layout.logo.map(|link| link.as_str().to_owned()),
        home_url: layout.home.map(|link| link.as_str().to_owned()),
    }
}

/// Changes whenever the text does.
fn version_of(text: &str) -> String {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    hash.as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
