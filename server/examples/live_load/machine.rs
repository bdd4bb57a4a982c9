//! What the machine itself is worth: a server cannot answer sooner than it is woken.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::figures::Times;

const NAP: Duration = Duration::from_millis(5);

/// A thread that sleeps again and again, and notes how late it was woken.
pub(crate) struct Sleeper {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Duration>>,
}

impl Sleeper {
    pub(crate) fn start() -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&is_over);
        let thread = spawn(move || {
            let mut late = Vec::new();
            while !asked.load(Ordering::Relaxed) {
                let began = Instant::now();
                sleep(NAP);
                late.push(began.elapsed().saturating_sub(NAP));
            }
            late
        });
        Self { is_over, thread }
    }

    pub(crate) fn end(self) -> Result<Times> {
        self.is_over.store(true, Ordering::Relaxed);
        let late = self.thread.join().map_err(|_| anyhow!("the thread that slept has panicked"))?;
        Ok(Times::new(late))
    }
}
