//! Implements the port, one file per use case.
//!
//! Three rules hold in every one of them. The customer's entity comes from the map and never from the browser
//! ([`entity`]). A connection is proved to be the caller's before anything is read from it or done to it ([`own`]).
//! And what Waycore answers is checked the same way, row by row.

mod access;
mod arrivals;
mod attempt;
mod catalog;
mod confirm_user_created;
mod entity;
mod flow;
mod get_connection;
mod list_connections;
mod list_cursor;
mod list_transactions;
mod live;
mod locks;
mod look;
mod match_institution;
mod mirror;
mod money;
mod namespace;
mod new_bank;
mod own;
mod port;
mod provision;
mod record;
mod remove_connection;
mod reported_error;
mod search_institutions;
mod start_connection;
mod step_one;
mod submit_finish;
mod sync_connection;
mod terms;
#[cfg(test)]
pub(crate) mod tests;
mod together;
mod turn;
mod update_credentials;
mod view;

use std::sync::Arc;

use app::backend::Caller;
use tokio_util::task::TaskTracker;
use waycore::Waycore;

use crate::clock::Clock;
use crate::config::Environment;
use crate::sealed::Sealer;
use crate::store::{Store, Tenant};

use arrivals::Arrivals;
use locks::Locks;
use mirror::Mirror;
use step_one::Popular;
use together::Together;

pub(crate) use live::{Happened, LiveConnection, News, Present, Refreshed, Since};
pub use namespace::EntityNamespace;
pub use port::WaycoreOnboarding;
pub use provision::Provisioned;
pub(crate) use view::New;

/// What the use cases work with. They are its methods.
struct UseCases {
    waycore: Arc<dyn Waycore>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// Stored beside every Waycore id: live and test objects never meet.
    environment: Environment,
    /// Begins every `externalEntityId`.
    namespace: EntityNamespace,
    locks: Locks,
    arrivals: Arrivals,
    mirror: Mirror,
    popular: Popular,
    together: Together,
    /// No cursor of Waycore's reaches a browser in clear.
    sealer: Sealer,
    /// What is noted beside the answers, which do not wait for it.
    beside: TaskTracker,
}

impl UseCases {
    /// Whose rows a caller may see.
    fn tenant<'a>(&self, caller: &'a Caller) -> Tenant<'a> {
        Tenant { customer: &caller.customer, environment: self.environment }
    }
}
