//! Chance, which keeps many clients from trying again at the same moment.

/// Where chance comes from.
pub trait Random: Send + Sync {
    /// A number from 0 up to 1.
    fn fraction(&self) -> f64;
}

/// The machine's own; good for spreading, and for nothing secret.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fraction(&self) -> f64 {
        fastrand::f64()
    }
}
