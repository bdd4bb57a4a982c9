//! The HTTP client: one method per documented call, one error per documented status.
//!
//! Code that needs Waycore takes an `Arc<dyn Waycore>`; [`Client`] is the implementation that speaks HTTP.
//! It sends each request once: trying again is its caller's decision.

mod base_url;
mod error;
mod http;
mod retry_after;
mod time_limits;
mod transport;
mod waycore;

pub use base_url::{BaseUrl, BaseUrlError};
pub use error::{BuildError, Error, Nonsense};
pub use http::Client;
pub use retry_after::RetryAfter;
pub use time_limits::TimeLimits;
pub use transport::BODY_LIMIT;
pub use waycore::{Created, ListConnections, Waycore};
