//! The moments around a request at which a process can die.

use async_trait::async_trait;

/// A moment, with the name of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failpoint {
    /// Nothing has been sent.
    BeforeSend(&'static str),
    /// The answer's head is there, or the request failed; the caller does not know it yet.
    AfterSend(&'static str),
}

/// Is told of every such moment. A test that never returns from it has crashed the caller there.
#[async_trait]
pub trait Failpoints: Send + Sync {
    async fn reach(&self, point: Failpoint);
}

/// Goes on at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFailpoints;

#[async_trait]
impl Failpoints for NoFailpoints {
    async fn reach(&self, _: Failpoint) {}
}
