//! Brings changes to the state file, off the threads that answer requests.
//!
//! An answer that shows a change goes out only when the change is on the disk, whether a request made it or
//! time did: what a host has in its own database must be here after a crash. Changes that come at the same
//! time share one write.

use std::{
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
};

use tokio::sync::watch;

use crate::{
    Shared,
    state::{self, StateFile},
};

#[derive(Debug)]
pub(crate) struct Keeper {
    file: StateFile,
    /// Held while the file is written, so that an older world never follows a newer one.
    writing: Mutex<()>,
    changes: AtomicU64,
    wake: mpsc::Sender<()>,
    saved: Arc<Saved>,
}

/// The thread's end of the [`Keeper`].
pub(crate) struct Work {
    woken: mpsc::Receiver<()>,
    saved: Arc<Saved>,
}

/// The number of the last change that is in the file.
#[derive(Debug, Default)]
struct Saved(watch::Sender<u64>);

impl Keeper {
    pub(crate) fn new(file: StateFile) -> (Self, Work) {
        let (wake, woken) = mpsc::channel();
        let saved = Arc::<Saved>::default();
        let keeper =
            Self { file, writing: Mutex::new(()), changes: AtomicU64::new(0), wake, saved: saved.clone() };
        (keeper, Work { woken, saved })
    }

    /// Something changed: returns when it is in the file.
    pub(crate) async fn changed(&self) {
        let change = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        let mut saved = self.saved.0.subscribe();
        if self.wake.send(()).is_ok() {
            // It fails only when the simulator goes away, and then nobody waits for the answer.
            let _ = saved.wait_for(|saved| *saved >= change).await;
        }
    }

    /// Writes the world as it is now.
    pub(crate) fn save(&self, shared: &Shared) -> anyhow::Result<()> {
        let (changes, written) = self.write(shared);
        self.saved.reach(changes);
        written
    }

    /// Writes the world, and gives the number of the last change in it. A failure counts as well: the change itself was
    /// made, and requests must not hang on a full disk.
    fn write(&self, shared: &Shared) -> (u64, anyhow::Result<()>) {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = self.changes.load(Ordering::SeqCst);
        let (content, times) = {
            let (world, real) = (shared.world(), shared.real_time());
            (state::encode(&world, real), world.times(real))
        };
        let written = content.map_err(Into::into).and_then(|content| Ok(self.file.write(&content)?));
        if written.is_ok() {
            shared.world().kept(times);
        }
        (changes, written)
    }
}

impl Saved {
    /// Wakes the requests that wait for these changes.
    fn reach(&self, changes: u64) {
        self.0.send_modify(|saved| *saved = changes.max(*saved));
    }
}

impl Work {
    /// Writes after changes, until the simulator is gone.
    pub(crate) fn start(self, shared: Weak<Shared>) -> std::io::Result<()> {
        thread::Builder::new().name("waycore-sim state".to_owned()).spawn(move || self.run(&shared))?;
        Ok(())
    }

    fn run(self, shared: &Weak<Shared>) {
        while self.woken.recv().is_ok() {
            while self.woken.try_recv().is_ok() {}
            let Some(shared) = shared.upgrade() else { return };
            let Some(keeper) = &shared.keeper else { return };
            let (changes, written) = keeper.write(&shared);
            // Before the requests go on: whoever ends the simulator after the last answer finds the file unlocked.
            drop(shared);
            self.saved.reach(changes);
            if let Err(error) = written {
                tracing::error!(%error, "the simulator's state could not be saved; it goes on in memory");
            }
        }
    }
}
