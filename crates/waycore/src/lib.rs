//! Waycore's public API as documented: wire types, and the client behind the feature `client`.
//!
//! [`wire`] holds the bodies; `client` is the only code that sends requests to Waycore. Both are held against
//! the documents' example bodies in `fixtures/`.

#[cfg(feature = "client")]
pub mod client;
pub mod wire;

#[cfg(feature = "client")]
pub use client::{BaseUrl, Client, Created, Error, ListConnections, RetryAfter, TimeLimits, Waycore};
