//! Logs, metrics, traces, and the code by which support finds a request in them.
//!
//! A line never holds a query string, a body, a cookie, a key or a password: none of them is ever given to `tracing`.

mod counts;
#[cfg(not(feature = "otel"))]
#[path = "telemetry/no_traces.rs"]
mod traces;
#[cfg(feature = "otel")]
mod traces;

use std::fmt;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use tracing::Instrument as _;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt::layer};

use crate::client::Client;
use crate::config::{Log, LogFormat};

pub use counts::metrics_router;
pub(crate) use traces::CurrentTrace;
pub use traces::Traces;

/// The response header that carries the support code.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static ANSWERED: Arc<str>;
}

/// The id of one request: told to the person, and on every log line about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportCode(Arc<str>);

impl SupportCode {
    /// A new one. They sort by time, which narrows the search.
    pub fn generate() -> Self {
        Self(uuid::Uuid::now_v7().to_string().into())
    }

    /// As it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SupportCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Returns the current request's support code.
pub(crate) fn current_support_code() -> Option<String> {
    ANSWERED.try_with(ToString::to_string).ok()
}

/// Does what belongs to the answer of a request, with its support code.
pub(crate) fn answering<F: Future>(support_code: &str, work: F) -> impl Future<Output = F::Output> {
    ANSWERED.scope(support_code.into(), work)
}

/// Sends the log to standard error from now on, and traces to where the settings say. Only the first call in a process
/// counts.
///
/// # Errors
/// When traces are wanted and cannot be sent by this program.
pub fn start(log: &Log) -> anyhow::Result<Traces> {
    let traces = Traces::new(log)?;
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = layer().with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
    let lines = match log.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // A quiet log is no reason for a gap in a trace.
    let spans = traces.layer().map(|spans| spans.with_filter(LevelFilter::INFO));
    // A second call finds a log that works already, as in a host that has its own.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).with(spans).try_init();
    Ok(traces)
}

/// Middleware: gives each request its own [`SupportCode`], in its extensions, in its answer and on its log lines.
/// A code that a client sends is not believed.
pub async fn support_code(mut request: Request, next: Next) -> Response {
    let code = SupportCode::generate();
    let span = tracing::info_span!(
        "request",
        support_code = %code,
        method = %request.method(),
        path = request.uri().path(),
    );
    // A client could make its requests part of any trace.
    let client = request.extensions().get::<Client>();
    if client.is_some_and(|client| client.is_from_trusted_proxy) {
        traces::join(&span, request.headers());
    }
    let counted = counts::InFlight::begin(request.method(), request.uri().path());
    request.extensions_mut().insert(code.clone());
    let began = Instant::now();
    let mut response = answering(code.as_str(), next.run(request)).instrument(span.clone()).await;
    counted.answered(response.status());
    let status = response.status().as_u16();
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(parent: &span, status, millis, "answered");
    if let Ok(value) = HeaderValue::from_str(code.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response.extensions_mut().insert(code);
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use axum::{Extension, Router};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn every_request_has_a_code_of_its_own() {
        let router = Router::new()
            .route("/", get(|Extension(code): Extension<SupportCode>| async move { code.to_string() }))
            .layer(axum::middleware::from_fn(support_code));
        let mut codes = Vec::new();
        for _ in 0..2 {
            let request = Request::builder().uri("/").header(REQUEST_ID, "mine").body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            let code = response.headers()[REQUEST_ID].to_str().unwrap().to_owned();
            let body = axum::body::to_bytes(response.into_body(), 100).await.unwrap();
            assert_eq!(code.as_bytes(), body);
            codes.push(code);
        }
        assert!(!codes.contains(&"mine".to_owned()));
        assert_ne!(codes[0], codes[1]);
    }
}
