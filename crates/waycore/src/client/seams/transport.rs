//! The way out: one request, one answer.

use std::{
    cell::Cell,
    fmt,
    task::{Context, Poll},
    time::Duration,
};

use async_trait::async_trait;
use reqwest::{Method, StatusCode, header::HeaderMap, redirect, retry};
use tower::{Layer, Service};
use url::Url;

use crate::client::{BaseUrl, BuildError};

/// Sends requests. It follows no redirect and tries nothing again.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Returns when the answer's head is there.
    async fn send(&self, request: TransportRequest) -> Result<TransportAnswer, SendError>;
}

/// The answer's body, part by part.
#[async_trait]
pub trait AnswerBody: Send {
    /// The next part; `None` at the end.
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, SendError>;
}

/// A request that is ready to be sent. Its `Debug` shows neither the key nor the body.
#[derive(Clone)]
pub struct TransportRequest {
    pub method: Method,
    pub url: Url,
    /// The key among them, marked as sensitive.
    pub headers: HeaderMap,
    pub body: Option<Vec<u8>>,
    /// On a connection of its own, which nobody can have closed meanwhile.
    pub fresh: bool,
}

/// An answer whose body is still to come.
pub struct TransportAnswer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Box<dyn AnswerBody>,
}

/// Why there is no answer, or no more of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Nothing was sent. The text says what was tried last.
    #[error("no connection: {0}")]
    NotConnected(String),
    #[error("it took too long")]
    Timeout,
    /// A connection that had been used before broke before any byte of the answer: the other side had probably closed it.
    #[error("it broke off on a reused connection")]
    Stale,
    #[error("it broke off")]
    Broken,
}

/// How long a connection is kept for the next request. Common gateways close theirs after 5 seconds and more, and a
/// request on a connection that the other side is closing is lost.
const IDLE_LIMIT: Duration = Duration::from_secs(4);

/// HTTP over TLS, or without it on this machine.
#[derive(Clone)]
pub struct HttpTransport {
    /// Uses connections again.
    pooled: reqwest::Client,
    /// Makes one for each request.
    fresh: reqwest::Client,
}

impl HttpTransport {
    /// For requests to this address, whose connections take at most so long to make.
    ///
    /// # Errors
    /// [`BuildError::Tls`] if TLS cannot be set up on this machine.
    pub fn new(base: &BaseUrl, connect: Duration) -> Result<Self, BuildError> {
        let builder = || {
            let builder = reqwest::Client::builder()
                .user_agent(concat!("waycore-connect/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(connect)
                // `client::body` unpacks: it goes by what a body is, and knows its limit.
                .no_gzip()
                .redirect(redirect::Policy::none())
                .retry(retry::never())
                .referer(false);
            // A proxy of the environment is for the way out; on loopback it would only read the key.
            let builder = if base.is_loopback() { builder.no_proxy() } else { builder };
            // Without TLS a machine needs no certificates, and a bare container has none.
            if base.is_https() { builder.https_only(true) } else { builder.tls_certs_only([]) }
        };
        let build = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|error| BuildError::Tls(last_cause(&error)))
        };
        Ok(Self {
            pooled: build(builder().pool_idle_timeout(IDLE_LIMIT).connector_layer(NoteDials))?,
            fresh: build(builder().pool_max_idle_per_host(0))?,
        })
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: TransportRequest) -> Result<TransportAnswer, SendError> {
        let TransportRequest { method, url, headers, body, fresh } = request;
        let http = if fresh { &self.fresh } else { &self.pooled };
        let mut builder = http.request(method, url).headers(headers);
        if let Some(body) = body {
            builder = builder.body(body);
        }
        let sending = async { (builder.send().await, has_dialled()) };
        let (sent, dialled) = DIALLED.scope(Cell::new(fresh), sending).await;
        let response = sent.map_err(|error| match SendError::of(&error) {
            SendError::Broken if !dialled => SendError::Stale,
            error => error,
        })?;
        Ok(TransportAnswer {
            status: response.status(),
            headers: response.headers().clone(),
            body: Box::new(HttpBody(response)),
        })
    }
}

tokio::task_local! {
    /// Whether a connection was made for the request under way; else it went out on one that had been used before.
    static DIALLED: Cell<bool>;
}

fn has_dialled() -> bool {
    DIALLED.try_with(Cell::get).unwrap_or_default()
}

/// Notes each connection that is made. reqwest does not say whether it used one again.
#[derive(Clone, Copy)]
struct NoteDials;

impl<S> Layer<S> for NoteDials {
    type Service = NotingDials<S>;

    fn layer(&self, connect: S) -> NotingDials<S> {
        NotingDials(connect)
    }
}

#[derive(Clone)]
struct NotingDials<S>(S);

impl<S: Service<T>, T> Service<T> for NotingDials<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: T) -> S::Future {
        // Outside of a request it is a connection for the pool, which a later one finds.
        let _ = DIALLED.try_with(|dialled| dialled.set(true));
        self.0.call(target)
    }
}

struct HttpBody(reqwest::Response);

#[async_trait]
impl AnswerBody for HttpBody {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, SendError> {
        let chunk = self.0.chunk().await.map_err(|error| SendError::of(&error))?;
        Ok(chunk.map(|chunk| chunk.to_vec()))
    }
}

impl SendError {
    fn of(error: &reqwest::Error) -> Self {
        if error.is_connect() {
            Self::NotConnected(last_cause(error))
        } else if error.is_timeout() {
            Self::Timeout
        } else {
            Self::Broken
        }
    }
}

impl fmt::Debug for TransportRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportRequest")
            .field("method", &self.method)
            .field("path", &self.url.path())
            .field("body", &self.body.as_ref().map(Vec::len))
            .finish_non_exhaustive()
    }
}

/// The innermost cause, the only one that says something ("Connection refused"); the outer ones may name the
/// address with its query.
fn last_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
