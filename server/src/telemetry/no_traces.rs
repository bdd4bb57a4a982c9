//! A program without the feature `otel`: it has no traces to send or to join.

use http::HeaderMap;
use tracing_subscriber::layer::Identity;

use crate::config::Log;

/// Nothing that could be sent away.
#[derive(Debug, Default)]
pub struct Traces;

impl Traces {
    pub(super) fn new(log: &Log) -> anyhow::Result<Self> {
        anyhow::ensure!(
            log.traces.is_none(),
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and this program was built without the feature `otel`."
        );
        Ok(Self)
    }

    pub(super) fn layer(&self) -> Option<Identity> {
        None
    }

    /// There is nothing to send.
    pub fn end(self) {}
}

pub(super) fn join(_: &tracing::Span, _: &HeaderMap) {}

pub(crate) use waycore::client::seams::NoTrace as CurrentTrace;
