//! Who is asking: the seam to the host's own sessions, and the two ways in that are shipped.
//!
//! The browser never says who it is. What it carries, a token or a cookie, was signed by the host or by this server.

mod demo;
mod role;
mod signed_out;
pub(crate) mod token;

use app::backend::Caller;
use async_trait::async_trait;
use axum::Router;
use http::request::Parts;
use http::{HeaderMap, HeaderName, header};

pub use demo::DemoIdentity;
pub use role::role_named;
pub use signed_out::SignedOut;
pub use token::TokenIdentity;

/// Asks the host who sent a request.
#[async_trait]
pub trait HostIdentity: Send + Sync + 'static {
    /// The caller, or why there is none.
    async fn identify(&self, request: &Parts) -> Result<Caller, SignedOut>;

    /// The headers that [`Self::identify`] reads, of all that a request has. An open page's stream keeps them to ask again
    /// every thirty seconds who is listening. An identity that reads others than these two names them here.
    fn kept_headers(&self, headers: &HeaderMap) -> HeaderMap {
        let read = |name: &HeaderName| *name == header::AUTHORIZATION || *name == header::COOKIE;
        let kept = headers.iter().filter(|(name, _)| read(name));
        kept.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Routes below the base path that this identity brings along, such as its sign-in form. A host's own has none.
    fn routes(&self) -> Router {
        Router::new()
    }
}
