//! A socket that notes what goes over it.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::activity::Activity;
use crate::events::{Takeover, Transport};

/// The activity of one connection, for its socket, its requests and the task that serves it. All of them run in that task.
#[derive(Clone)]
pub(super) struct SharedActivity(Arc<Mutex<Activity>>);

impl SharedActivity {
    pub(super) fn new(activity: Activity) -> Self {
        Self(Arc::new(Mutex::new(activity)))
    }

    pub(super) fn with<T>(&self, look: impl FnOnce(&mut Activity) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A connection's socket.
pub(super) struct Socket<S> {
    stream: S,
    activity: SharedActivity,
    takeover: Takeover,
}

impl<S> Socket<S> {
    pub(super) fn new(stream: S, activity: SharedActivity, takeover: Takeover) -> Self {
        Self { stream, activity, takeover }
    }

    pub(super) fn into_stream(self) -> S {
        self.stream
    }

    fn noted(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Pending => self.activity.with(Activity::write_blocked),
            Poll::Ready(Ok(bytes)) => self.activity.with(|activity| activity.wrote(*bytes)),
            Poll::Ready(Err(_)) => {}
        }
        written
    }
}

impl<S: Transport> AsyncRead for Socket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        if buffer.filled().len() > before {
            self.activity.with(Activity::received);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: Transport> AsyncWrite for Socket<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.noted(written)
    }

    /// Called once everything that was buffered is written.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        self.takeover.flushed();
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
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.noted(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
