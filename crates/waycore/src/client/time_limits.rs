//! How long a call may take.

use std::time::Duration;

/// Limits of one call. A person waits behind each of them, so they are short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimits {
    /// Until the connection stands, name look-up and TLS included. 2 seconds.
    pub connect: Duration,
    /// Until the first byte of the answer, and between any two parts of it. 8 seconds.
    pub first_byte: Duration,
    /// Until the answer is complete. 15 seconds.
    pub whole: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            first_byte: Duration::from_secs(8),
            whole: Duration::from_secs(15),
        }
    }
}
