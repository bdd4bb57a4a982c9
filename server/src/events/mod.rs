//! What makes pages live. Waycore's deliveries come in ([`intake`]) and are looked into ([`inbox`]); whoever waits is
//! watched for by one replica for all ([`watcher`]); what changed is in the rows, and the store announces whose; and
//! the [`hub`] tells the streams of open pages.

mod frame;
mod hub;
mod inbox;
mod intake;
mod interest;
mod pace;
mod stream;
mod takeover;
#[cfg(test)]
mod tests;
mod watcher;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Environment;
use crate::onboarding::WaycoreOnboarding;
use crate::store::Store;

pub(crate) use hub::{Hub, NotJoined, SessionKey};
pub(crate) use intake::{Intake, NotKept};
pub(crate) use stream::{Asker, EventStream};
pub(crate) use takeover::{Taken, Takeover, Transport};

use pace::Pace;
use watcher::Watcher;

/// What deliveries and streams meet in. Cheap to clone.
#[derive(Clone)]
pub struct Live {
    pub(crate) hub: Arc<Hub>,
    pub(crate) intake: Intake,
}

impl Live {
    /// The two, and the work that has to be done beside the routes until `shutdown`.
    pub(crate) fn new(
        onboarding: &WaycoreOnboarding,
        store: &Arc<dyn Store>,
        clock: &Arc<dyn Clock>,
        environment: Environment,
        max_streams: usize,
        shutdown: &CancellationToken,
    ) -> (Self, impl Future<Output = ()> + Send + use<>) {
        // Whoever reads for everybody shares what Waycore may be asked.
        let pace = Arc::new(Pace::new());
        let (hub_pace, until) = (pace.clone(), shutdown.clone());
        let hub = Hub::new(onboarding.clone(), store.clone(), environment, hub_pace, max_streams, until);
        let hub = Arc::new(hub);
        let (intake, take_in) = Intake::new(store.clone(), clock.clone(), environment, shutdown.clone());
        let watcher = Watcher::new(onboarding.clone(), store.clone(), clock.clone(), environment, pace);
        let (tell, watch) = (hub.clone().run(), watcher.run(shutdown.clone()));
        let work = async move {
            tokio::join!(take_in, tell, watch);
        };
        (Self { hub, intake }, work)
    }
}
