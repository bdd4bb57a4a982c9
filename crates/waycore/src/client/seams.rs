//! What a client needs of the world, as traits: the way out, the time, chance, and the points at which a test may stop it.
//!
//! Deterministic simulation is impossible to add later, so nothing in this module's siblings reads a clock, throws dice
//! or opens a connection by itself.

mod clock;
mod failpoint;
mod random;
mod trace;
mod transport;

use std::sync::Arc;

pub use clock::{Clock, SystemClock};
pub use failpoint::{Failpoint, Failpoints, NoFailpoints};
pub use random::{Random, SystemRandom};
pub use trace::{NoTrace, TraceContext};
pub use transport::{AnswerBody, HttpTransport, SendError, Transport, TransportAnswer, TransportRequest};

/// Everything outside the client.
#[derive(Clone)]
pub struct Seams {
    pub transport: Arc<dyn Transport>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub failpoints: Arc<dyn Failpoints>,
    pub trace: Arc<dyn TraceContext>,
}

impl Seams {
    /// The real world, with this way out.
    pub fn real(transport: Arc<dyn Transport>) -> Self {
        Self {
            transport,
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(SystemRandom),
            failpoints: Arc::new(NoFailpoints),
            trace: Arc::new(NoTrace),
        }
    }
}
