//! Time.

use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;
use tokio::time::Instant;

/// The two clocks that a client goes by.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Monotonic: since some moment that stays the same.
    fn elapsed(&self) -> Duration;

    /// The wall clock; used only to read dates that a server sent without its own.
    fn wall(&self) -> OffsetDateTime;

    /// Returns after so long.
    async fn sleep(&self, duration: Duration);
}

/// The machine's clocks.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    started: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

#[async_trait]
impl Clock for SystemClock {
    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn wall(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
