//! What is logged and traced, and how.

use tracing_subscriber::EnvFilter;
use url::Url;

use super::reader::{Problems, Reader};

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For a person.
    Text,
    /// One object a line.
    Json,
}

/// The log on standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// `RUST_LOG`, as `tracing` understands it.
    pub filter: String,
    /// `CONNECT_LOG_FORMAT`.
    pub format: LogFormat,
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`: where traces are sent, if anywhere.
    pub traces: Option<String>,
}

impl Log {
    /// The log's settings alone: all that the demo and the simulator take from the environment.
    pub fn from_lookup(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, Problems> {
        let mut reader = Reader::new(lookup);
        let log = Self::read(&mut reader);
        reader.finish(log)
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let filter = reader.or("RUST_LOG", "info".to_owned(), |text| match EnvFilter::try_new(text) {
            // Of commas alone `tracing` would make a log of errors.
            Ok(_) if text.split(',').any(|directive| !directive.trim().is_empty()) => Ok(text.to_owned()),
            Ok(_) | Err(_) => {
                Err("is not a log filter: give a level, or target=level separated by commas.".to_owned())
            }
        });
        let format = reader.or("CONNECT_LOG_FORMAT", LogFormat::Text, |text| match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err("must be text or json.".to_owned()),
        });
        let traces = reader.or("OTEL_EXPORTER_OTLP_ENDPOINT", None, |text| match Url::parse(text) {
            Ok(url) if ["http", "https"].contains(&url.scheme()) => Ok(Some(text.to_owned())),
            _ => Err("must be an http or https address, such as http://127.0.0.1:4318.".to_owned()),
        });
        Some(Self { filter: filter?, format: format?, traces: traces? })
    }
}
