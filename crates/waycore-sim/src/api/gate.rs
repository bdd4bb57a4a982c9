//! What every request of the API passes: the journal, the faults, the key, and after a change the state file.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::Value;
use waycore::wire::{DateTime, Meta};

use super::{
    error::{ApiError, RequestId, written},
    params::Params,
};
use crate::{
    Simulator,
    bank::Library,
    catalog::Catalog,
    clock::RealTime,
    control,
    faults::Effect,
    journal::{Entry, Subject, Ticket},
    mask,
    serve::Wire,
    webhook_url,
    world::{
        Resident, World,
        books::Books,
        organization::{Environment, Settings},
    },
};

/// The largest body of a request to the API; one with control commands may be larger.
const LARGEST_BODY: usize = 1_024 * 1_024;

/// Who is asking: an organization in one environment, by its key; and the way to what it may see.
#[derive(Clone)]
pub(crate) struct Caller {
    simulator: Simulator,
    request_id: String,
    organization_id: String,
    environment: Environment,
    scopes: Vec<String>,
}

/// What a caller's request works on.
pub(crate) struct Desk<'a> {
    /// Everything that the caller's key can see.
    pub(crate) books: &'a mut Books,
    /// The other environment's: of it only duplicates are seen.
    pub(crate) elsewhere: &'a Books,
    pub(crate) settings: &'a Settings,
    /// What the banks have.
    pub(crate) library: &'a Library,
    /// The organization's virtual time.
    pub(crate) now: i64,
    /// Virtual seconds in a real one.
    pub(crate) speed: f64,
}

/// What the gate found out about a request that arrived.
struct Arrival {
    caller: Option<Caller>,
    shows: Shows,
    ticket: Ticket,
    fault: Option<Effect>,
}

/// What an answer can show that the state file does not know yet.
enum Shows {
    /// What the request itself changed.
    ItsOwnChange,
    /// What time did to a connection, or to any of them.
    Connection(String),
    Connections,
    Nothing,
}

pub(crate) async fn pass(State(simulator): State<Simulator>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let request_id = parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let wire = parts.extensions.get::<ConnectInfo<Wire>>().map(|ConnectInfo(wire)| wire.clone());
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else { return too_large(&simulator, &parts) };
    let Arrival { caller, shows, ticket, fault } = arrive(&simulator, &request_id, &parts, &body);
    let own = async {
        let Some(caller) = caller else { return ApiError::unauthorized().into_response() };
        let mut request = Request::from_parts(parts, Body::from(body));
        request.extensions_mut().insert(caller.clone());
        let answer = next.run(request).await;
        // Here, so that a change is kept even if its caller hangs up during a fault's delay.
        if let Shows::ItsOwnChange = shows {
            simulator.changed().await;
        } else if caller.is_shown_news(&shows) {
            simulator.kept().await;
        }
        answer
    };
    let answer = match fault {
        None => own.await,
        Some(effect) => {
            // What breaks an answer needs it as it would have gone out.
            let own = async { written(own.await, &request_id) };
            fail(&effect, wire.unwrap_or_default(), &request_id, own).await
        }
    };
    let found = answer.extensions().get::<Subject>().cloned();
    simulator.shared.world().journal.answered(&ticket, answer.status().as_u16(), found);
    answer
}

/// What every other request passes: those with a known key are journalled, because somebody whose base URL is wrong
/// looks for them there.
pub(crate) async fn pass_outside(
    State(simulator): State<Simulator>,
    request: Request,
    next: Next,
) -> Response {
    let is_known = |key| simulator.shared.world().by_key(key).is_some();
    if !key(request.headers()).is_some_and(is_known) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, control::LARGEST_BODY).await else { return too_large(&simulator, &parts) };
    let ticket = enter(&simulator, &parts, mask::body(&body));
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    simulator.shared.world().journal.answered(&ticket, answer.status().as_u16(), None);
    answer
}

impl Caller {
    /// Runs `act` on what the caller's key can see, if the key has the scope.
    pub(crate) fn within<T>(
        &self,
        scope: &str,
        act: impl FnOnce(Desk<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.require(scope)?;
        let shared = &self.simulator.shared;
        let real = shared.real_time();
        let mut world = shared.world();
        let resident = world.resident_mut(&self.organization_id).ok_or_else(ApiError::unauthorized)?;
        let (books, elsewhere) = resident.organization.books.split(self.environment);
        act(Desk {
            books,
            elsewhere,
            settings: &resident.organization.settings,
            library: &shared.library,
            now: resident.clock.now(real),
            speed: resident.clock.speed().as_f64(),
        })
    }

    pub(crate) fn require(&self, scope: &str) -> Result<(), ApiError> {
        if self.scopes.iter().any(|known| known == scope) {
            Ok(())
        } else {
            Err(ApiError::scope_missing(scope))
        }
    }

    pub(crate) fn catalog(&self) -> &Catalog {
        &self.simulator.shared.catalog
    }

    pub(crate) fn check_webhook_url(&self, url: &str) -> Result<(), ApiError> {
        webhook_url::check(url, self.simulator.shared.allow_remote)
            .map_err(|error| ApiError::invalid(format!("url {error}")))
    }

    /// What an answer says of the request itself.
    pub(crate) fn meta(&self) -> Meta {
        Meta { request_id: Some(self.request_id.clone()) }
    }

    /// Names the caller's part of the world; a cursor is good for no other.
    pub(crate) fn realm(&self) -> String {
        format!("{} {}", self.organization_id, self.environment.as_str())
    }

    fn is_shown_news(&self, shows: &Shows) -> bool {
        let shared = &self.simulator.shared;
        let connection_id = match shows {
            Shows::ItsOwnChange | Shows::Nothing => return false,
            Shows::Connection(id) => Some(id.as_str()),
            Shows::Connections => None,
        };
        if shared.keeper.is_none() {
            return false;
        }
        let real = shared.real_time();
        let world = shared.world();
        let resident = world.resident(&self.organization_id);
        resident.is_some_and(|resident| resident.has_unkept_change(connection_id, real))
    }
}

impl Desk<'_> {
    /// The real seconds that a client waits until this virtual time, at least one. While the clock stands still
    /// it is the virtual seconds: somebody will move it.
    pub(crate) fn seconds_until(&self, at: i64) -> u64 {
        let seconds = (at - self.now).max(0) as f64 / 1_000.0;
        let real = if self.speed > 0.0 { seconds / self.speed } else { seconds };
        real.ceil().max(1.0) as u64
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().ok_or_else(ApiError::unauthorized)
    }
}

/// Enters the request into the journal and asks the faults about it.
fn arrive(simulator: &Simulator, request_id: &str, parts: &Parts, body: &Bytes) -> Arrival {
    let real = simulator.shared.real_time();
    let world = &mut *simulator.shared.world();
    let found = key(&parts.headers).and_then(|key| world.by_key(key));
    let resident = found.map(|(resident, _)| resident);
    let caller = found.map(|(resident, environment)| Caller {
        simulator: simulator.clone(),
        request_id: request_id.to_owned(),
        organization_id: resident.organization.id.clone(),
        environment,
        scopes: resident.organization.settings.scopes.clone(),
    });
    let subject = subject(found, parts, body);
    let entry = entry(resident, parts, mask::body(body), real);
    let World { journal, faults, .. } = world;
    let fault = faults.meet(parts.method.as_str(), parts.uri.path(), &subject);
    Arrival { caller, shows: shows(parts, &subject), ticket: journal.enter(subject, entry), fault }
}

/// Enters a request into the journal that nothing else is asked about.
fn enter(simulator: &Simulator, parts: &Parts, body: Value) -> Ticket {
    let real = simulator.shared.real_time();
    let world = &mut *simulator.shared.world();
    let resident = key(&parts.headers).and_then(|key| world.by_key(key)).map(|(resident, _)| resident);
    let organization_id = resident.map(|resident| resident.organization.id.clone());
    let entry = entry(resident, parts, body, real);
    world.journal.enter(Subject { organization_id, ..Subject::default() }, entry)
}

/// Refuses a request whose body is not read at all. It is journalled if its key is known.
pub(crate) fn refuse(simulator: &Simulator, request: Request, error: ApiError) -> Response {
    let (parts, _) = request.into_parts();
    let refusal = error.into_response();
    let is_known = |key| simulator.shared.world().by_key(key).is_some();
    if key(&parts.headers).is_some_and(is_known) {
        let ticket = enter(simulator, &parts, Value::Null);
        simulator.shared.world().journal.answered(&ticket, refusal.status().as_u16(), None);
    }
    refusal
}

/// Refuses a request whose body is not read to its end.
fn too_large(simulator: &Simulator, parts: &Parts) -> Response {
    let refusal = ApiError::too_large().into_response();
    let ticket = enter(simulator, parts, Value::from("(too large)"));
    simulator.shared.world().journal.answered(&ticket, refusal.status().as_u16(), None);
    refusal
}

fn entry(resident: Option<&Resident>, parts: &Parts, body: Value, real: RealTime) -> Entry {
    let now = resident.map_or(real.unix_millis, |resident| resident.clock.now(real));
    Entry {
        at: DateTime::from_millis(now),
        method: parts.method.to_string(),
        path: mask::text(parts.uri.path()),
        query: mask::query(parts.uri.query().unwrap_or_default()),
        body,
        status: None,
    }
}

/// Whom the request is about, from its path, its query or its body; a connection also says whose it is.
fn subject(found: Option<(&Resident, Environment)>, parts: &Parts, body: &Bytes) -> Subject {
    let Some((Resident { organization, .. }, environment)) = found else { return Subject::default() };
    let mut path = parts.uri.path().split('/').skip(2);
    let (resource, id) = (path.next(), path.next().filter(|id| !id.is_empty()));
    let in_path = |wanted: &str| id.filter(|_| resource == Some(wanted)).map(str::to_owned);
    let params = Params::of(parts).unwrap_or_default();
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let named = |name: &str| params.get(name).or_else(|| body.get(name)?.as_str()).map(str::to_owned);
    let connection_id = in_path("connections").or_else(|| named("connectionId"));
    let entity_of_connection = || {
        let connection = organization.books.get(environment).connections.get(connection_id.as_deref()?)?;
        Some(connection.entity_id.clone())
    };
    let entity_id = in_path("entities").or_else(|| named("entityId")).or_else(entity_of_connection);
    Subject { organization_id: Some(organization.id.clone()), entity_id, connection_id }
}

fn shows(parts: &Parts, subject: &Subject) -> Shows {
    match &subject.connection_id {
        _ if parts.method != Method::GET => Shows::ItsOwnChange,
        _ if parts.uri.path() == "/v1/connections" => Shows::Connections,
        Some(id) => Shows::Connection(id.clone()),
        None => Shows::Nothing,
    }
}

fn key(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// A fault delays the request before or after it takes effect, may answer in its place, and may break the answer or
/// the connection.
async fn fail(
    effect: &Effect,
    wire: Wire,
    request_id: &str,
    own: impl Future<Output = Response>,
) -> Response {
    let delay = tokio::time::sleep(Duration::from_millis(effect.delay_ms));
    // An answer of the request's own has to be made, and a request that is only late is carried out late.
    let keeps_answer = !effect.replaces_answer();
    if keeps_answer && !effect.applied {
        delay.await;
        return effect.break_off(own.await);
    }
    let own = if effect.applied { Some(own.await) } else { None };
    delay.await;
    if effect.reset {
        wire.cut();
    }
    let found = own.as_ref().and_then(|own| own.extensions().get::<Subject>().cloned());
    let answer = match own {
        Some(own) if keeps_answer => own,
        own => written(effect.answer(own.as_ref().map(Response::status)), request_id),
    };
    let mut answer = effect.break_off(answer);
    if let Some(found) = found {
        answer.extensions_mut().insert(found);
    }
    answer
}
