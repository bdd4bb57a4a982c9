//! The way out: one request, one answer.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use reqwest::{Method, StatusCode, header::HeaderMap, redirect, retry};
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
    #[error("it broke off")]
    Broken,
}

/// HTTP over TLS, or without it on this machine.
#[derive(Clone)]
pub struct HttpTransport {
    http: reqwest::Client,
}

impl HttpTransport {
    /// For requests to this address, whose connections take at most so long to make.
    ///
    /// # Errors
    /// [`BuildError::Tls`] if TLS cannot be set up on this machine.
    pub fn new(base: &BaseUrl, connect: Duration) -> Result<Self, BuildError> {
        let builder = reqwest::Client::builder()
            .user_agent(concat!("waycore-connect/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(connect)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false);
        // A proxy of the environment is for the way out; on loopback it would only read the key.
        let builder = if base.is_loopback() { builder.no_proxy() } else { builder };
        // Without TLS a machine needs no certificates, and a bare container has none.
        let builder = if base.is_https() { builder.https_only(true) } else { builder.tls_certs_only([]) };
        let http = builder.build().map_err(|error| BuildError::Tls(last_cause(&error)))?;
        Ok(Self { http })
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: TransportRequest) -> Result<TransportAnswer, SendError> {
        let TransportRequest { method, url, headers, body } = request;
        let mut builder = self.http.request(method, url).headers(headers);
        if let Some(body) = body {
            builder = builder.body(body);
        }
        let response = builder.send().await.map_err(|error| SendError::of(&error))?;
        Ok(TransportAnswer {
            status: response.status(),
            headers: response.headers().clone(),
            body: Box::new(HttpBody(response)),
        })
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
