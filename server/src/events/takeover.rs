//! Serving a stream for what it is: a socket to which something is written now and then.
//!
//! What answers requests keeps buffers, timers and state for the next request, tens of kilobytes a connection. A stream
//! is the last thing on its connection, so once the answer's head is sent, the socket itself is taken out and given to
//! whoever writes the stream. That works where this program holds the socket ([`crate::startup::run`]); mounted in a
//! host's own server, the stream is an ordinary body.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use http_body::Frame;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What goes on with the socket.
type Next = Box<dyn FnOnce(TcpStream) + Send>;

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
    pub(super) fn body(&self, next: impl FnOnce(TcpStream) + Send + 'static) -> Body {
        self.asked(|asked| asked.next = Some(Box::new(next)));
        Body::new(NeverWritten(self.clone()))
    }

    /// Whether the head is on its way and the socket can be taken.
    pub(crate) fn is_due(&self) -> bool {
        self.asked(|asked| asked.flushed && asked.next.is_some())
    }

    /// Goes on with the socket.
    pub(crate) fn take(&self, stream: TcpStream) {
        if let Some(next) = self.asked(|asked| asked.next.take()) {
            next(stream);
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

/// A socket that knows when nothing is left to be sent.
pub(crate) struct Socket {
    stream: TcpStream,
    takeover: Takeover,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream, takeover: Takeover) -> Self {
        Self { stream, takeover }
    }

    pub(crate) fn into_stream(self) -> TcpStream {
        self.stream
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    /// Called once everything that was buffered is written.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        self.takeover.asked(|asked| asked.flushed = asked.head_sent);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
