//! Brings changes to the state file, off the threads that answer requests.
//!
//! An answer to a change goes out only when the change is on the disk: a host that has an id in its own
//! database must find it here after a crash. Changes that come at the same time share one write.

use std::{
    path::PathBuf,
    sync::{
        Mutex, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use tokio::sync::watch;

use crate::{Shared, state};

/// Virtual time is brought to the file this often while requests see it pass.
const EVERY: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct Keeper {
    path: PathBuf,
    /// Held while the file is written, so that an older world never follows a newer one.
    writing: Mutex<()>,
    changes: AtomicU64,
    /// Requests came since the last write.
    seen: AtomicBool,
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
            seen: AtomicBool::new(false),
            wake,
            saved: watch::Sender::new(0),
        };
        (keeper, Work(work))
    }

    /// Something was read: what the reader saw of the virtual time should not come undone.
    pub(crate) fn seen(&self) {
        self.seen.store(true, Ordering::Relaxed);
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
        self.seen.store(false, Ordering::Relaxed);
        let content = {
            let world = shared.world();
            state::encode(&world, shared.real_time())?
        };
        let written = state::write(&self.path, &content);
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
        loop {
            let changed = match self.0.recv_timeout(EVERY) {
                Ok(()) => true,
                Err(RecvTimeoutError::Timeout) => false,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            while self.0.try_recv().is_ok() {}
            let Some(shared) = shared.upgrade() else { return };
            let Some(keeper) = &shared.keeper else { return };
            if !changed && !keeper.seen.load(Ordering::Relaxed) {
                continue;
            }
            if let Err(error) = keeper.save(&shared) {
                tracing::error!(%error, "the simulator's state could not be saved; it goes on in memory");
            }
        }
    }
}
