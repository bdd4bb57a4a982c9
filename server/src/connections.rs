//! Accepts connections and serves them: how many at once, and how long each may wait for its client.
//!
//! A client that sends slowly, reads slowly or does nothing costs a place among the connections until its time is up. When
//! all places are taken, a new connection takes that of the one that has been idle for the longest, so that idle clients
//! cannot keep anybody out. A few more are kept for health checks.

mod activity;
mod slots;
mod socket;

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::config::ConnectionLimits;
use crate::events::{Taken, Takeover, Transport};
use activity::Activity;
use slots::Slots;
use socket::{SharedActivity, Socket};

pub(crate) use slots::Slot;

/// How long requests in flight may take to end once the server has been told to stop.
const DRAIN: Duration = Duration::from_secs(25);

/// More than a browser, two proxies and a large token in a cookie need, in bytes.
const MAX_HEAD_SIZE: usize = 32 * 1024;

/// More headers than any browser and two proxies send.
const MAX_HEADERS: usize = 100;

/// What one connection may hold in memory of what it reads or writes, in bytes.
const MAX_BUFFER_SIZE: usize = 64 * 1024;

/// Serves until `shutdown`, then lets requests in flight end.
///
/// # Errors
/// When the listener fails.
pub async fn run(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let slots = Slots::new(limits.max_connections, limits.reserved_for_probes);
    let in_flight = TaskTracker::new();
    let mut refusals = Refusals::default();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shutdown.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            // One client that is gone already, or too many files open for a moment.
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "accept failed");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Some(slot) = slots.admit() else {
            refusals.note(limits.max_connections);
            continue;
        };
        // A page is a few small packets: none should wait for the next.
        let _ = stream.set_nodelay(true);
        in_flight.spawn(serve(stream, peer, router.clone(), limits, slot, shutdown.clone()));
    }
    drop(listener);
    in_flight.close();
    if tokio::time::timeout(DRAIN, in_flight.wait()).await.is_err() {
        tracing::warn!("requests were still in flight at the end");
    }
    Ok(())
}

/// Connections that were closed unread, because there was no place for them.
#[derive(Default)]
struct Refusals {
    logged_at: Option<Instant>,
}

impl Refusals {
    fn note(&mut self, max_connections: usize) {
        const LOGGED_EVERY: Duration = Duration::from_secs(60);
        metrics::counter!("connect_connections_refused_total").increment(1);
        if self.logged_at.is_none_or(|at| at.elapsed() >= LOGGED_EVERY) {
            self.logged_at = Some(Instant::now());
            tracing::warn!(max_connections, "connection limit reached, new connections are closed");
        }
    }
}

/// Why a connection is not served any more.
enum End {
    /// Its client is done with it, or broke it.
    Closed,
    /// A stream goes on with the socket.
    Taken,
    /// The client took too long, or the place was needed.
    Dropped,
}

/// Answers the requests of one connection, until its end or until a stream takes it over.
async fn serve<S: Transport>(
    stream: S,
    peer: SocketAddr,
    router: Router,
    limits: ConnectionLimits,
    slot: Slot,
    shutdown: CancellationToken,
) {
    let evicted = slot.evicted().clone();
    let is_reserve = slot.is_reserve;
    let takeover = Takeover::default();
    let activity = SharedActivity::new(Activity::new(limits, slot));
    let socket = Socket::new(stream, activity.clone(), takeover.clone());
    let requests = (activity.clone(), takeover.clone());
    let service = service_fn(move |request: http::Request<Incoming>| {
        let (activity, takeover) = requests.clone();
        let request = request.map(|body| Body::new(Awaited { body, activity: activity.clone() }));
        Box::pin(answer(router.clone(), request, peer, activity, takeover, is_reserve))
    });
    let mut server = http1::Builder::new();
    // The time of a head is measured here, apart from that of an idle connection.
    server.header_read_timeout(None::<Duration>);
    server.max_headers(MAX_HEADERS).max_header_size(MAX_HEAD_SIZE).max_buf_size(MAX_BUFFER_SIZE);
    let mut connection = server.serve_connection(TokioIo::new(socket), service);
    let mut ending = pin!(shutdown.cancelled());
    let mut eviction = pin!(evicted.cancelled());
    let mut timer = pin!(sleep_until(Instant::now() + limits.head));
    let (mut is_ending, mut is_evicted) = (false, false);
    let end = poll_fn(|cx| {
        if !is_ending && ending.as_mut().poll(cx).is_ready() {
            is_ending = true;
            Pin::new(&mut connection).graceful_shutdown();
        }
        if !is_evicted && eviction.as_mut().poll(cx).is_ready() {
            is_evicted = true;
            if activity.with(|activity| activity.may_be_closed()) {
                return Poll::Ready(End::Dropped);
            }
            // A request came in the same moment: its answer is the last one here.
            Pin::new(&mut connection).graceful_shutdown();
        }
        match connection.poll_without_shutdown(cx) {
            Poll::Pending if takeover.is_due() => return Poll::Ready(End::Taken),
            Poll::Pending => {}
            Poll::Ready(Ok(())) => return Poll::Ready(End::Closed),
            Poll::Ready(Err(error)) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "connection broke");
                return Poll::Ready(End::Dropped);
            }
        }
        let Some(deadline) = activity.with(|activity| activity.deadline()) else { return Poll::Pending };
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        timer.as_mut().poll(cx).map(|()| {
            metrics::counter!("connect_connections_timed_out_total").increment(1);
            End::Dropped
        })
    })
    .await;
    match end {
        End::Closed => {
            let mut socket = connection.into_parts().io.into_inner();
            // The other side may be gone first.
            let _ = socket.shutdown().await;
        }
        End::Taken => {
            let slot = activity.with(Activity::take_slot);
            let socket = connection.into_parts().io.into_inner().into_stream();
            takeover.take(Taken { socket: Box::new(socket), _slot: slot });
        }
        End::Dropped => {}
    }
}

/// Answers one request. On a connection of the reserve only probes are answered.
async fn answer(
    router: Router,
    mut request: Request,
    peer: SocketAddr,
    activity: SharedActivity,
    takeover: Takeover,
    is_reserve: bool,
) -> Result<Response, Infallible> {
    activity.with(Activity::request_began);
    let answering = Answering(activity);
    request.extensions_mut().insert(ConnectInfo(peer));
    request.extensions_mut().insert(takeover);
    let mut response = match is_reserve && !is_probe(request.uri().path()) {
        true => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")]).into_response(),
        false => router.oneshot(request).await?,
    };
    if is_reserve {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response.map(|body| Body::new(Answered { body, _answering: answering })))
}

/// Below whatever prefix.
pub(crate) fn is_probe(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    path.ends_with("/healthz") || path.ends_with("/readyz")
}

/// The body of a request, which its client may be slow to send.
struct Awaited {
    body: Incoming,
    activity: SharedActivity,
}

impl http_body::Body for Awaited {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        self.activity.with(|activity| activity.awaits_body(frame.is_pending()));
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        self.activity.with(|activity| activity.awaits_body(false));
    }
}

/// A request that is being answered, until this is dropped.
struct Answering(SharedActivity);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.with(Activity::request_ended);
    }
}

/// The body of an answer, whose request ends with it.
struct Answered {
    body: Body,
    _answering: Answering,
}

impl http_body::Body for Answered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests;
