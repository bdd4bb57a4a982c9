//! Brings changes to the state file, off the threads that answer requests.
//!
//! An answer that shows a change goes out only when the change is on the disk, whether a request made it or
//! time did: what a host has in its own database must be here after a crash. Changes that come at the same
//! time share one write.

use std::{
    path::PathBuf,
    sync::{
        Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
};

use tokio::sync::watch;

use crate::{Shared, state};

#[derive(Debug)]
pub(crate) struct Keeper {
    path: PathBuf,
    /// Held while the file is written, so that an older world never follows a newer one.
    writing: Mutex<()>,
    changes: AtomicU64,
    wake: mpsc::Sender<()>,
    saved: watch::Sender<u64>,
}

/// The thread's end of the [`Keeper`].
pub(crate) struct Work(mpsc::Receiver<()>);

impl Keeper {
    pub(crate) fn new(path: PathBuf) -> (Self, Work) {
        let (wake, work) = mpsc::channel();
        let keeper = Self {
            path,
            writing: Mutex::new(()),
            changes: AtomicU64::new(0),
            wake,
            saved: watch::Sender::new(0),
        };
        (keeper, Work(work))
    }

    /// Something changed: returns when it is in the file.
    pub(crate) async fn changed(&self) {
        let change = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        let mut saved = self.saved.subscribe();
        if self.wake.send(()).is_ok() {
            // It fails only when the simulator goes away, and then nobody waits for the answer.
            let _ = saved.wait_for(|saved| *saved >= change).await;
        }
    }

    /// Writes the world as it is now.
    pub(crate) fn save(&self, shared: &Shared) -> anyhow::Result<()> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = self.changes.load(Ordering::SeqCst);
        let (content, times) = {
            let (world, real) = (shared.world(), shared.real_time());
            (state::encode(&world, real)?, world.times(real))
        };
        let written = state::write(&self.path, &content);
        if written.is_ok() {
            shared.world().kept(times);
        }
        // Also after a failure: the change itself was made, and requests must not hang on a full disk.
        self.saved.send_replace(changes);
        Ok(written?)
    }
}

impl Work {
    /// Writes after changes, until the simulator is gone.
    pub(crate) fn start(self, shared: Weak<Shared>) -> std::io::Result<()> {
        thread::Builder::new().name("waycore-sim state".to_owned()).spawn(move || self.run(&shared))?;
        Ok(())
    }

    fn run(self, shared: &Weak<Shared>) {
        while self.0.recv().is_ok() {
            while self.0.try_recv().is_ok() {}
            let Some(shared) = shared.upgrade() else { return };
            let Some(keeper) = &shared.keeper else { return };
            if let Err(error) = keeper.save(&shared) {
                tracing::error!(%error, "the simulator's state could not be saved; it goes on in memory");
            }
        }
    }
}
