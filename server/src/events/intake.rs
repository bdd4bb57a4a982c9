//! Takes deliveries in: durably, before they are answered, and many at once in one commit.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Environment;
use crate::store::{Delivery, Store, StoreError};

/// How many are kept by one commit.
const AT_ONCE: usize = 256;

/// How many wait for it. More than that are told to come again.
const WAITING: usize = 4_096;

/// The delivery could not be kept; Waycore will send it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotKept;

/// The way into the inbox. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Intake(mpsc::Sender<Letter>);

struct Letter {
    delivery: Delivery,
    kept: oneshot::Sender<Result<(), NotKept>>,
}

impl Intake {
    /// The way in, and what keeps what comes that way until `shutdown`.
    pub(super) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        environment: Environment,
        shutdown: CancellationToken,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let (sender, mut receiver) = mpsc::channel::<Letter>(WAITING);
        let keep = async move {
            let mut letters = Vec::with_capacity(AT_ONCE);
            loop {
                let count = tokio::select! {
                    biased;
                    // What is in already is kept; what comes later comes to another process.
                    () = shutdown.cancelled(), if !receiver.is_closed() => {
                        receiver.close();
                        continue;
                    }
                    count = receiver.recv_many(&mut letters, AT_ONCE) => count,
                };
                if count == 0 {
                    return;
                }
                let (deliveries, waiting): (Vec<_>, Vec<_>) =
                    letters.drain(..).map(|letter| (letter.delivery, letter.kept)).unzip();
                let kept = store.receive(environment, &deliveries, clock.now()).await;
                let kept = kept.map(|new| note(deliveries.len(), new)).map_err(not_kept);
                // Whoever does not wait any more will send it again.
                for waiting in waiting {
                    let _ = waiting.send(kept);
                }
            }
        };
        (Self(sender), keep)
    }

    /// Keeps a delivery; it may have been kept before.
    pub(crate) async fn keep(&self, delivery: Delivery) -> Result<(), NotKept> {
        let (kept, waiting) = oneshot::channel();
        self.0.try_send(Letter { delivery, kept }).map_err(|_| NotKept)?;
        waiting.await.unwrap_or(Err(NotKept))
    }
}

fn note(all: usize, new: u64) {
    let all = all as u64;
    metrics::counter!("connect_deliveries_total", "known" => "no").increment(new);
    metrics::counter!("connect_deliveries_total", "known" => "yes").increment(all.saturating_sub(new));
}

fn not_kept(error: StoreError) -> NotKept {
    tracing::error!(error = &error as &dyn std::error::Error, "deliveries cannot be kept");
    NotKept
}
