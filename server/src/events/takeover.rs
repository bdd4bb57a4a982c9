//! Serving a stream for what it is: a socket to which something is written now and then.
//!
//! What answers requests keeps buffers, timers and state for the next request, tens of kilobytes a connection. A stream
//! is the last thing on its connection, so once the answer's head is sent, the socket itself is taken out and given to
//! whoever writes the stream. That works where this program holds the socket ([`crate::connections`]); mounted in a
//! host's own server, the stream is an ordinary body.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use http_body::Frame;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::connections::Slot;

/// What a connection is read from and written to.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Transport for T {}

/// A socket that was taken out of its connection.
pub(crate) struct Taken {
    pub(crate) socket: Box<dyn Transport>,
    /// The place among the listener's connections, which the stream goes on holding.
    pub(crate) _slot: Option<Slot>,
}

/// What goes on with the socket.
type Next = Box<dyn FnOnce(Taken) + Send>;

/// The way from a request to the socket that it came on.
#[derive(Clone, Default)]
pub(crate) struct Takeover(Arc<Mutex<Asked>>);

#[derive(Default)]
struct Asked {
    next: Option<Next>,
    /// The body was asked for: all that there is to send before it has been handed to the socket, or is about to be.
    head_sent: bool,
    flushed: bool,
}

impl Takeover {
    /// The body of an answer after whose head `next` gets the socket.
    pub(super) fn body(&self, next: impl FnOnce(Taken) + Send + 'static) -> Body {
        self.asked(|asked| asked.next = Some(Box::new(next)));
        Body::new(NeverWritten(self.clone()))
    }

    /// Notes that everything so far has been handed to the socket.
    pub(crate) fn flushed(&self) {
        self.asked(|asked| asked.flushed = asked.head_sent);
    }

    /// Whether the head is on its way and the socket can be taken.
    pub(crate) fn is_due(&self) -> bool {
        self.asked(|asked| asked.flushed && asked.next.is_some())
    }

    /// Goes on with the socket.
    pub(crate) fn take(&self, taken: Taken) {
        if let Some(next) = self.asked(|asked| asked.next.take()) {
            next(taken);
        }
    }

    fn asked<T>(&self, look: impl FnOnce(&mut Asked) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A body that is written by somebody else.
struct NeverWritten(Takeover);

impl http_body::Body for NeverWritten {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.0.asked(|asked| asked.head_sent = true);
        Poll::Pending
    }
}
