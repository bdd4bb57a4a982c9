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

pub use demo::DemoIdentity;
pub use role::role_named;
pub use signed_out::SignedOut;
pub use token::TokenIdentity;

/// Asks the host who sent a request.
#[async_trait]
pub trait HostIdentity: Send + Sync + 'static {
    /// The caller, or why there is none.
    async fn identify(&self, request: &Parts) -> Result<Caller, SignedOut>;

    /// Routes below the base path that this identity brings along, such as its sign-in form. A host's own has none.
    fn routes(&self) -> Router {
        Router::new()
    }
}
