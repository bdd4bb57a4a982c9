//! Which trace a call belongs to, for Waycore's own traces to join it.

/// Says it, as the header `traceparent` does (W3C Trace Context).
pub trait TraceContext: Send + Sync {
    /// Of the caller, now; `None` outside of any trace.
    fn traceparent(&self) -> Option<String>;
}

/// Belongs to none.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTrace;

impl TraceContext for NoTrace {
    fn traceparent(&self) -> Option<String> {
        None
    }
}
